"""The blocks of a Markdown text and where they are: headings, paragraphs, list items, tables, code."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from markdown_it import MarkdownIt
from markdown_it.token import Token

_LINE_END = re.compile(r"\r\n?|\n")
_LISTS = frozenset({"bullet_list_open", "ordered_list_open"})


class Kind(Enum):
    """What a block is, as far as cutting differs."""

    HEADING = auto()
    TEXT = auto()
    ITEM = auto()
    TABLE = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """A block from `begin` to `end`, in characters of the document; blank lines belong to none.

    `title` and `level` are a heading's; `rows` are where the lines of a table begin, its header and rule first.
    """

    kind: Kind
    begin: int
    end: int
    title: str = ""
    level: int = 0
    rows: Sequence[int] = ()


def _parser() -> MarkdownIt:
    """Blocks only: what is inside of a line is nothing to us, and takes most of the time."""
    return MarkdownIt("commonmark").enable("table").disable("inline")


_PARSER = _parser()


def blocks_of(markdown: str) -> Sequence[Block]:
    """All blocks in order. Every line that is not blank is in exactly one."""
    starts = [0, *(match.end() for match in _LINE_END.finditer(markdown)), len(markdown)]
    found: list[Block] = []
    line = 0
    for block, first, last in _parsed(markdown, starts):
        if first < line:  # a parser that nests in a way we do not know: the outer block has it already
            continue
        found += _rest(markdown, starts, line, first)
        found.append(block)
        line = last
    found += _rest(markdown, starts, line, len(starts) - 1)
    return [block for block in found if markdown[block.begin : block.end].strip()]


def _parsed(markdown: str, starts: Sequence[int]) -> Iterator[tuple[Block, int, int]]:
    """What the parser sees at the outermost level, with items in the place of their list, and their lines."""
    tokens = _PARSER.parse(markdown)
    for at, token in enumerate(tokens):
        if token.map is None or token.nesting < 0:
            continue
        if token.level == 0 and token.type not in _LISTS:
            first, last = token.map
            yield _block(tokens, at, starts, first, last), first, last
        elif token.level == 1 and token.type == "list_item_open":
            first, last = token.map
            yield Block(Kind.ITEM, starts[first], starts[last]), first, last


def _block(tokens: Sequence[Token], at: int, starts: Sequence[int], first: int, last: int) -> Block:
    token, begin, end = tokens[at], starts[first], starts[last]
    if token.type == "heading_open":
        return Block(Kind.HEADING, begin, end, " ".join(tokens[at + 1].content.split()), int(token.tag[1:]))
    if token.type == "table_open":
        return Block(Kind.TABLE, begin, end, rows=starts[first:last])
    return Block(Kind.TEXT, begin, end)


def _rest(markdown: str, starts: Sequence[int], first: int, last: int) -> Iterator[Block]:
    """Lines that are no block to Markdown but text to a reader, such as definitions of links."""
    if first < last and markdown[starts[first] : starts[last]].strip():
        yield Block(Kind.TEXT, starts[first], starts[last])
