"""Markdown as models and owners write it, as a text with spans. HTML in it is text; nothing is dropped.

Headings become bold, lists lines with a mark, tables a line a row.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from secretary.adapters.channels.telegram.rendering.inline import write_words
from secretary.adapters.channels.telegram.rendering.rich import Rich
from secretary.adapters.channels.telegram.rendering.rows import Table
from secretary.adapters.channels.telegram.rendering.writer import Writer

_DEEPEST: Final = 20
"""The parser drops what lies deeper: such a text is shown as it was written."""
_PARSER: Final = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
_PARSER.disable(["html_block", "html_inline", "reference"])  # what is no Markdown here stays text
_LANGUAGE: Final = re.compile(r"[\w+#.-]{1,30}")


def rich_of(markdown: str) -> Rich:
    """The text as it is shown."""
    tokens = _PARSER.parse(markdown)
    if any(token.level >= _DEEPEST - 2 for token in tokens):
        return Rich(markdown.strip())
    writer = Writer()
    blocks = _Blocks(writer, markdown)
    for token in tokens:
        blocks.read(token)
    return writer.rich()


class _Blocks:
    """Writes blocks one after the other. `_lists` holds the next number of each open list, None for bullets."""

    def __init__(self, writer: Writer, markdown: str) -> None:
        self._writer = writer
        self._source = re.split(r"\r\n?|\n", markdown)
        self._lists: list[int | None] = []
        self._quotes = 0
        self._table: Table | None = None
        self._readers: Mapping[str, Callable[[Token], None]] = {
            "inline": self._inline,
            "paragraph_open": self._paragraph,
            "heading_open": self._heading,
            "heading_close": lambda _: writer.close(),
            "fence": self._code,
            "code_block": self._code,
            "hr": self._rule,
            "blockquote_open": self._quote,
            "blockquote_close": self._quote_end,
            "bullet_list_open": self._list,
            "ordered_list_open": self._list,
            "bullet_list_close": lambda _: self._list_end(),
            "ordered_list_close": lambda _: self._list_end(),
            "list_item_open": self._item,
            "table_open": self._table_begin,
            "tr_open": self._row,
            "table_close": self._table_end,
        }

    def read(self, token: Token) -> None:
        reader = self._readers.get(token.type)
        if reader is not None:
            reader(token)

    def _inline(self, token: Token) -> None:
        if self._table is not None:
            self._table.cell(token)
        else:
            write_words(self._writer, token.children or [])

    def _paragraph(self, token: Token) -> None:
        if token.hidden:
            self._writer.line()
        else:
            self._writer.block()

    def _heading(self, _: Token) -> None:
        self._writer.block()
        self._writer.open("b")

    def _code(self, token: Token) -> None:
        """What stands beside the fence is the language, or words for a reader."""
        beside = token.info.strip()
        language = beside if _LANGUAGE.fullmatch(beside) else ""
        self._writer.block()
        if beside and not language:
            self._writer.write(f"{beside}\n")
        self._writer.open("pre", language)
        self._writer.write(token.content.rstrip("\n"))
        self._writer.close()

    def _rule(self, _: Token) -> None:
        self._writer.block()
        self._writer.write("———")

    def _quote(self, _: Token) -> None:
        """Telegram knows no quote in a quote."""
        self._writer.block()
        self._writer.open(None if self._quotes else "blockquote")
        self._quotes += 1

    def _quote_end(self, _: Token) -> None:
        self._quotes -= 1
        self._writer.close()

    def _list(self, token: Token) -> None:
        if not self._lists:
            self._writer.block()
        start = token.attrGet("start")
        is_ordered = token.type == "ordered_list_open"
        self._lists.append((1 if start is None else int(start)) if is_ordered else None)

    def _list_end(self) -> None:
        self._lists.pop()

    def _item(self, _: Token) -> None:
        depth, number = len(self._lists), self._lists[-1]
        mark = f"{number}. " if number is not None else "• " if depth == 1 else "◦ "
        if number is not None:
            self._lists[-1] = number + 1
        self._writer.item("   " * (depth - 1) + mark)

    def _table_begin(self, _: Token) -> None:
        self._writer.block()
        self._table = Table()

    def _row(self, token: Token) -> None:
        if self._table is not None:
            self._table.row(self._source[token.map[0]] if token.map else "")

    def _table_end(self, _: Token) -> None:
        if self._table is not None:
            self._table.write(self._writer)
        self._table = None
