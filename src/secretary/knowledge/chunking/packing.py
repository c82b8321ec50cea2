"""Passages of a document: sections of a good length, with the path of their headings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from secretary.kernel.inflection import fold
from secretary.knowledge.chunking.blocks import Block, Kind, blocks_of
from secretary.knowledge.chunking.splitting import LONGEST_HEADER, Part, parts_of

LIMIT = 1200
"""Characters of a passage at most. The embedding models read some 500 tokens, which is about that much Russian."""
_TARGET = 800
_TINY = 120
_LONGEST_NAME = 80
"""Of a heading in a path: six of them and what parts them are less than the 500 characters of the column."""
_LIMIT_OF_PART = LIMIT - LONGEST_HEADER


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage. `begins` and `ends` are its place in the document, in characters.

    `text` is what stands there, after the header of its table where it begins in the midst of one.
    """

    heading: str
    text: str
    begins: int
    ends: int


@dataclass(slots=True)
class _Section:
    """What stands under one heading, cut to parts. `begin` is where that heading does, the last of the path, unless
    these are sections below it that went together without it (`has_own` is False).
    """

    path: tuple[str, ...]
    begin: int
    parts: list[Part] = field(default_factory=list)
    has_own: bool = True

    @property
    def end(self) -> int:
        return self.parts[-1].end

    @property
    def size(self) -> int:
        return self.end - self.begin


def chunks_of(markdown: str, title: str) -> Sequence[Piece]:
    """The passages of a document, in order: each of at most `LIMIT` characters, none of them blank.

    Every word is in one of them, or in its heading. The same text is always cut the same way.
    """
    sections = _joined(list(_sections(markdown)))
    pieces = [piece for section in sections for piece in _pieces(markdown, section, fold(title))]
    return [piece for piece in pieces if piece.text]


def _sections(markdown: str) -> Iterator[_Section]:
    path: list[tuple[int, str]] = []
    section = _Section((), 0)
    for block in blocks_of(markdown):
        if block.kind is not Kind.HEADING:
            section.parts += parts_of(markdown, block, limit=_LIMIT_OF_PART, target=_TARGET)
            continue
        if section.parts:
            yield section
        is_alone = bool(section.path) and not section.parts and not _is_under(block, path)
        if is_alone:  # a heading that nothing stands under says something by itself
            section.parts.append(Part(section.begin, block.begin))
            yield section
        path = [*((level, name) for level, name in path if level < block.level), (block.level, _name(block.title))]
        section = _Section(tuple(name for _, name in path), block.begin)
        if len(block.title) > _LONGEST_NAME:  # no title: a text that is marked as one
            section.parts += parts_of(markdown, block, limit=_LIMIT_OF_PART, target=_TARGET)
    if section.path and not section.parts:
        section.parts.append(Part(section.begin, len(markdown)))
    if section.parts:
        yield section


def _name(title: str) -> str:
    return title if len(title) <= _LONGEST_NAME else title[: _LONGEST_NAME - 1] + "…"


def _is_under(block: Block, path: Sequence[tuple[int, str]]) -> bool:
    return bool(path) and block.level > path[-1][0]


def _joined(sections: Sequence[_Section]) -> Iterator[_Section]:
    """A tiny section goes together with the next one beside or below it: alone it says too little."""
    waiting: _Section | None = None
    for section in sections:
        if waiting is not None and _belong_together(waiting, section):
            waiting = _together(waiting, section)
            continue
        if waiting is not None:
            yield waiting
        waiting = section
    if waiting is not None:
        yield waiting


def _belong_together(one: _Section, other: _Section) -> bool:
    is_beside = one.has_own and one.path[:-1] == other.path[:-1]
    is_kin = is_beside or one.path == other.path[:-1]
    return is_kin and one.size < _TINY and other.end - one.begin <= _TARGET


def _together(one: _Section, other: _Section) -> _Section:
    """Both as one part: the heading of the second is in its text, and that of the first unless it is above both."""
    if one.path == other.path[:-1]:
        return _Section(one.path, one.begin, [Part(one.parts[0].begin, other.end)], one.has_own)
    return _Section(one.path[:-1], one.begin, [Part(one.begin, other.end)], has_own=False)


def _pieces(markdown: str, section: _Section, title: str) -> Iterator[Piece]:
    """The parts of a section, together as far as they fit."""
    names = section.path[1:] if section.path and fold(section.path[0]) == title else section.path
    heading = " › ".join(names)
    for part in _packed(section.parts):
        begins, ends = _trimmed(markdown, part.begin, part.end)
        yield Piece(heading, part.lead + markdown[begins:ends], begins, ends)


def _packed(parts: Sequence[Part]) -> Iterator[Part]:
    waiting: Part | None = None
    for part in parts:
        fits = waiting is not None and not part.lead and not part.overlaps
        if fits and waiting is not None and len(waiting.lead) + part.end - waiting.begin <= _TARGET:
            waiting = replace(waiting, end=part.end)
            continue
        if waiting is not None:
            yield waiting
        waiting = part
    if waiting is not None:
        yield waiting


def _trimmed(markdown: str, begin: int, end: int) -> tuple[int, int]:
    """Without blank lines before and white space after; the indentation of the first line stays."""
    text = markdown[begin:end]
    end -= len(text) - len(text.rstrip())
    begin += len(text) - len(text.lstrip("\r\n"))
    return (begin, end) if begin < end else (end, end)
