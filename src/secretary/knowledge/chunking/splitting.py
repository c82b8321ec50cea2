"""Parts of a block that is too long for one passage: sentences of a text, rows of a table."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from secretary.knowledge.chunking.blocks import Block, Kind

LONGEST_HEADER = 300
"""Of a table: what is repeated before its later rows."""
_OVERLAP = 120
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"»”)]*\s+|\n")


@dataclass(frozen=True, slots=True)
class Part:
    """From `begin` to `end` in the document. `lead` is text from elsewhere that it is not understood without.

    `overlaps` is whether it begins with what the part before it ended with.
    """

    begin: int
    end: int
    lead: str = ""
    overlaps: bool = False

    @property
    def size(self) -> int:
        return len(self.lead) + self.end - self.begin


def parts_of(document: str, block: Block, *, limit: int, target: int) -> Iterator[Part]:
    """The block itself if it is not longer than `limit`, else parts of about `target` that are not either."""
    if block.end - block.begin <= limit:
        yield Part(block.begin, block.end)
    elif block.kind is Kind.TABLE:
        yield from _rows(document, block, limit, target)
    else:
        yield from _sentences(document, block.begin, block.end, target)


def _rows(document: str, table: Block, limit: int, target: int) -> Iterator[Part]:
    """Rows together up to `target`, the header before each part but the first, which begins with it anyway."""
    bounds = [*table.rows, table.end]
    body = bounds[min(2, len(bounds) - 1)]
    header = document[table.begin : body]
    header = header if len(header) <= LONGEST_HEADER else ""
    begin, last = table.begin, table.begin
    for end in bounds[1:]:
        if end - begin > target and last > max(begin, body):
            yield from _whole(document, begin, last, header if begin >= body else "", limit, target)
            begin = last
        last = end
    yield from _whole(document, begin, table.end, header if begin >= body else "", limit, target)


def _whole(document: str, begin: int, end: int, lead: str, limit: int, target: int) -> Iterator[Part]:
    """These rows as one part, or as text where a single row is longer than a passage may be."""
    if len(lead) + end - begin <= limit:
        yield Part(begin, end, lead)
    else:
        yield from _sentences(document, begin, end, target)


def _sentences(document: str, begin: int, end: int, target: int) -> Iterator[Part]:
    """Parts that end with a sentence where they can, else with a word; each repeats the last sentence before it."""
    overlaps = False
    while end - begin > target:
        cut = _cut(document, begin, begin + target)
        yield Part(begin, cut, overlaps=overlaps)
        again = _last_sentence(document, max(begin + 1, cut - _OVERLAP), cut)
        overlaps = again < cut
        begin = again
    yield Part(begin, end, overlaps=overlaps)


def _cut(document: str, begin: int, end: int) -> int:
    """Where to cut, in the second half of this stretch if there is a good place."""
    middle = (begin + end) // 2
    ends = [match.end() for match in _SENTENCE_END.finditer(document, middle, end)]
    if ends:
        return ends[-1]
    space = max(document.rfind(" ", middle, end), document.rfind("\t", middle, end))
    return space + 1 if space >= 0 else end


def _last_sentence(document: str, begin: int, end: int) -> int:
    """Where the last sentence before `end` begins, or `end` where none begins after `begin`."""
    starts = [match.end() for match in _SENTENCE_END.finditer(document, begin, end) if match.end() < end]
    return starts[-1] if starts else end
