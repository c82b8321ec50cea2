"""What stands in a line of Markdown: words, emphasis, links."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from markdown_it.token import Token

from secretary.adapters.channels.telegram.rendering.rich import Tag
from secretary.adapters.channels.telegram.rendering.writer import Writer

_OPENED: Final[Mapping[str, Tag]] = {"strong_open": "b", "em_open": "i", "s_open": "s"}
_BREAKS: Final = frozenset({"softbreak", "hardbreak"})
_UNFIT: Final = re.compile(r"[\s<>\"]")


def is_web_address(url: str) -> bool:
    """Is this an absolute http(s) address, which a customer can open?"""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not _UNFIT.search(url)


def write_words(writer: Writer, tokens: Sequence[Token]) -> None:
    """Write a line's content."""
    for token in tokens:
        if token.type in _OPENED:
            writer.open(_OPENED[token.type])
        elif token.type.endswith("_close"):
            writer.close()
        elif token.type == "link_open":
            writer.open_link(_address(token, "href"))
        elif token.type == "image":
            _write_picture(writer, token)
        elif token.type == "code_inline":
            writer.spanned(token.content, "code")
        else:
            writer.write("\n" if token.type in _BREAKS else token.content)


def _write_picture(writer: Writer, token: Token) -> None:
    """A picture is a link to it: we do not look at addresses that somebody wrote."""
    address = _address(token, "src")
    writer.open_link(address)
    write_words(writer, token.children or [])
    writer.close(otherwise=address)


def _address(token: Token, name: str) -> str:
    url = str(token.attrGet(name) or "")
    return url if is_web_address(url) else ""
