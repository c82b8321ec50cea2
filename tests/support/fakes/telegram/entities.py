"""Telegram's HTML: the text it stands for, and its entities; what is broken is refused in Telegram's words.

Rules: core.telegram.org/bots/api#html-style (read 2026-11): the tags below and no others, every tag closed in order,
`&lt;`, `&gt;`, `&amp;`, `&quot;` and numeric references; any other `<` begins a tag. Lengths are UTF-16 code units.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

_NAMES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z-]*)(?P<attributes>(?:\s+[a-zA-Z-]+(?:=(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+))?)*)\s*>"
)
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:=(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")
_REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));")
_SHAPELESS = frozenset({"Cc", "Cf", "Cn", "Cs", "Zs", "Zl", "Zp"})
_REFERRED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


class BrokenMarkup(Exception):
    """What Telegram says about it."""


@dataclass(slots=True)
class _Open:
    name: str
    offset: int
    entity: dict[str, Any]


def length16(text: str) -> int:
    """Its length as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def has_shape(text: str) -> bool:
    """Is there more than spaces and characters that nobody sees?"""
    return any(unicodedata.category(one) not in _SHAPELESS for one in text)


def parse_html(html: str) -> tuple[str, list[dict[str, Any]]]:
    """The text and its entities. Raises BrokenMarkup."""
    parsed = _Parsed()
    at = 0
    while at < len(html):
        if html[at] == "<":
            at = parsed.tag(html, at)
        else:
            end = html.find("<", at)
            end = len(html) if end < 0 else end
            parsed.words(_unescaped(html[at:end]))
            at = end
    return parsed.end()


class _Parsed:
    def __init__(self) -> None:
        self.text = ""
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[dict[str, Any]] = []

    def words(self, text: str) -> None:
        self.text += text
        self.length += length16(text)

    def tag(self, html: str, at: int) -> int:
        offset = len(html[:at].encode())
        found = _TAG.match(html, at)
        if found is None:
            raise BrokenMarkup(f"Unclosed start tag at byte offset {offset}")
        name = found["name"].lower()
        if found["end"]:
            self._close(name, offset)
        else:
            self._begin(name, found["attributes"], offset)
        return found.end()

    def _begin(self, name: str, attributes: str, offset: int) -> None:
        if name not in _NAMES:
            raise BrokenMarkup(f'Unsupported start tag "{name}" at byte offset {offset}')
        given = {
            one[1].lower(): _unescaped(one[2] or one[3] or one[4] or "") for one in _ATTRIBUTE.finditer(attributes)
        }
        if name == "span" and given.get("class") != "tg-spoiler":
            raise BrokenMarkup(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
        entity: dict[str, Any] = {"type": _NAMES[name], "offset": self.length}
        if name == "a":
            entity["url"] = given.get("href", "")
        if name == "blockquote" and "expandable" in given:
            entity["type"] = "expandable_blockquote"
        if name == "code" and self.open and self.open[-1].name == "pre" and "class" in given:
            self.open[-1].entity["language"] = given["class"].removeprefix("language-")
        self.open.append(_Open(name, offset, entity))

    def _close(self, name: str, offset: int) -> None:
        if not self.open:
            raise BrokenMarkup(f"Unexpected end tag at byte offset {offset}")
        last = self.open.pop()
        if name not in (last.name, ""):
            raise BrokenMarkup(
                f'Unmatched end tag at byte offset {offset}, expected "</{last.name}>", found "</{name}>"'
            )
        length = self.length - last.entity["offset"]
        in_pre = last.name == "code" and self.open and self.open[-1].name == "pre"
        if length and not in_pre and last.entity.get("url") != "":
            self.entities.append(last.entity | {"length": length})

    def end(self) -> tuple[str, list[dict[str, Any]]]:
        if self.open:
            raise BrokenMarkup(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        text = self.text.rstrip()
        cut = length16(text)
        inside = [one | {"length": min(one["length"], cut - one["offset"])} for one in self.entities]
        kept = [one for one in inside if one["length"] > 0]
        return text, sorted(kept, key=lambda one: (one["offset"], -one["length"]))


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(
        lambda one: _REFERRED[one[1]] if one[1] else chr(int(one[2]) if one[2] else int(one[3], 16)), text
    )


_MARKED = re.compile(
    r"(?P<mention>(?<![\w@])@[A-Za-z]\w{3,31})|(?P<bot_command>(?<![\w/])/[a-z0-9_]{1,32}(?:@\w{4,32})?)"
    r"|(?P<url>https?://\S+)|(?P<hashtag>(?<!\w)#\w+)"
)


def marks(text: str) -> list[dict[str, Any]]:
    """The entities that Telegram itself finds in what somebody types."""
    return [
        {"type": one.lastgroup, "offset": length16(text[: one.start()]), "length": length16(one[0])}
        for one in _MARKED.finditer(text)
    ]
