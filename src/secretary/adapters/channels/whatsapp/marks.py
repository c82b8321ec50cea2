"""Markdown as WhatsApp writes it: *bold*, _italic_, ~struck~, `code`, ```blocks```, > quotes, lists; links as text.

Marks are kept as single private characters until the text has been cut: so no cut leaves one open. Source:
faq.whatsapp.com/539178204879377 (2025-09). WhatsApp marks no text across lines, so marks end and begin with each.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

BOLD, ITALIC, STRUCK, CODE, BLOCK = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
WRITTEN: Final = {BOLD: "*", ITALIC: "_", STRUCK: "~", CODE: "`", BLOCK: "```"}
"""What is written for a mark, where it begins and where it ends."""

_INLINE: Final = {"strong": BOLD, "em": ITALIC, "s": STRUCK}
_PARSER: Final = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("code")
_NO_MARKS: Final = str.maketrans("", "", "".join(WRITTEN))
_BULLET: Final = "• "


def marked(markdown: str) -> str:
    """The text with its marks as private characters; blocks are set apart by one blank line at most."""
    text = _Writer().written(_PARSER.parse(markdown.translate(_NO_MARKS)))
    return text.strip("\n ")


def written(text: str) -> str:
    """A text whose marks are as WhatsApp writes them."""
    for mark, sign in WRITTEN.items():
        text = text.replace(mark, sign)
    return text


class _Writer:
    """Walks the tokens of a document once. `_lists` are the numbers of the lists it is in, None for bullets."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._lists: list[int | None] = []
        self._quotes = 0
        self._before = ""
        self._cells: list[str] = []
        self._within = ""

    def written(self, tokens: Sequence[Token]) -> str:
        for token in tokens:
            if not self._is_list(token):
                self._block(token)
        return "\n".join(self._out)

    def _is_list(self, token: Token) -> bool:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                is_numbered = token.type == "ordered_list_open"
                self._lists.append(int(token.attrGet("start") or 1) if is_numbered else None)
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
                self._blank()
            case "list_item_open":
                self._begin_item()
            case "list_item_close":
                self._before = ""
            case _:
                return False
        return True

    def _block(self, token: Token) -> None:
        match token.type:
            case "paragraph_open" | "heading_open" | "th_open" | "td_open":
                self._within = token.tag
            case "inline":
                self._text(token)
            case "paragraph_close" | "heading_close" | "table_close":
                self._blank()
            case "fence":
                self._add(f"{BLOCK}{token.content.rstrip()}{BLOCK}" if token.content.strip() else "")
                self._blank()
            case "hr":
                self._add("———")
            case _:
                self._row_or_quote(token)

    def _row_or_quote(self, token: Token) -> None:
        if token.type == "tr_open":
            self._cells = []
        elif token.type == "tr_close":
            self._add(" | ".join(self._cells))
        elif token.tag == "blockquote":
            self._quotes += token.nesting

    def _text(self, token: Token) -> None:
        text = _inline(token, is_heading=self._within.startswith("h"))
        if self._within in ("th", "td"):
            self._cells.append(text.replace("\n", " "))
            return
        for line in text.split("\n"):
            self._add(line)

    def _begin_item(self) -> None:
        number = self._lists[-1]
        self._before = _BULLET if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1

    def _add(self, line: str) -> None:
        indent = "  " * max(len(self._lists) - 1, 0)
        self._out.append(f"{'> ' * bool(self._quotes)}{indent}{self._before}{line}")
        self._before = ""

    def _blank(self) -> None:
        if not self._lists and self._out and self._out[-1]:
            self._out.append("")


def _inline(token: Token, *, is_heading: bool = False) -> str:
    text = "".join(_pieces(token.children or []))
    marks = "".join(_INLINE.values())
    if is_heading and not any(mark in text for mark in marks):
        text = f"{BOLD}{text}{BOLD}" if text.strip() else text
    return _line_by_line(text)


def _pieces(tokens: Sequence[Token]) -> Iterator[str]:
    address = words = ""
    for token in tokens:
        match token.type:
            case "text" | "text_special" | "html_inline":
                words += token.content
                yield token.content
            case "softbreak" | "hardbreak":
                yield "\n"
            case "code_inline":
                words += token.content
                yield f"{CODE}{token.content}{CODE}" if token.content.strip() else token.content
            case "link_open":
                address, words = str(token.attrGet("href") or ""), ""
            case "link_close":
                yield _address(address, words)
            case "image":
                yield f"{token.content} {token.attrGet('src') or ''}".strip()
            case _:
                yield _INLINE.get(token.tag, "")


def _address(address: str, words: str) -> str:
    """The address behind the words that were a link, unless they are it."""
    bare = address.removeprefix("mailto:").removeprefix("tel:")
    return "" if not bare or bare.rstrip("/") in (words, words.rstrip("/")) else f" ({bare})"


def _line_by_line(text: str) -> str:
    """Marks that are open at the end of a line end there and begin again on the next."""
    lines, is_open = [], ""
    for line in text.split("\n"):
        begun = is_open
        for mark in line:
            if mark in WRITTEN:
                is_open = is_open.replace(mark, "") if mark in is_open else is_open + mark
        lines.append(_shown(begun + line + is_open[::-1]))
    return "\n".join(lines)


def _shown(line: str) -> str:
    """Without marks that WhatsApp does not see: around nothing, or in the middle of a word (a product: 2*3*4)."""
    for mark in WRITTEN:
        line = _pair(mark).sub(_if_apart, line.replace(mark * 2, ""))
    return line


@cache
def _pair(mark: str) -> re.Pattern[str]:
    return re.compile(f"{mark}([^{mark}]*){mark}")


def _if_apart(found: re.Match[str]) -> str:
    line, begin, end = found.string, found.start() - 1, found.end()
    while begin >= 0 and line[begin] in WRITTEN:
        begin -= 1
    while end < len(line) and line[end] in WRITTEN:
        end += 1
    if not (begin >= 0 and line[begin].isalnum()) and not line[end : end + 1].isalnum():
        return found[0]
    sign = "*" if found[0][0] == ITALIC else ""  # Markdown sees an underscore in no word
    return f"{sign}{found[1]}{sign}"
