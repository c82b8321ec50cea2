"""A long text in pieces that Telegram takes: cut at paragraphs, sentence ends, line ends or words, in this order."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from secretary.adapters.channels.telegram.rendering.graphemes import Ruler, is_between_characters
from secretary.adapters.channels.telegram.rendering.rich import Rich, Span

_PLACES: Final[Sequence[tuple[re.Pattern[str], float]]] = (
    (re.compile(r"\n{2,}"), 0.5),
    (re.compile(r"(?<=[.!?…؟。！？])[\"»”’')\]]*\n"), 0.4),
    (re.compile(r"[.!?…؟。！？][\"»”’')\]]*(?=\s)|(?<=[。！？])"), 0.3),
    (re.compile(r"\n"), 0.3),
    (re.compile(r"\s"), 0.1),
)
"""Where to cut, best first, and how much of a piece must be filled by then."""


def pieces(rich: Rich, limit: int) -> list[tuple[int, int]]:
    """Begin and end of each piece, none longer than `limit` (UTF-16 code units), none blank."""
    text, ruler = rich.text, Ruler(rich.text)
    found: list[tuple[int, int]] = []
    begin = 0
    while (begin := _after_space(text, begin)) < len(text):
        end = ruler.reach(begin, limit)
        if end < len(text):
            end = _best(rich, ruler, begin, end, limit)
        found.append((begin, begin + len(text[begin:end].rstrip())))
        begin = end
    return [one for one in found if has_shape(text[one[0] : one[1]])]


def has_shape(text: str) -> bool:
    """Is there anything to be seen? Telegram takes no text of spaces and invisible characters alone."""
    return any(one.isprintable() and not one.isspace() for one in text)


def _best(rich: Rich, ruler: Ruler, begin: int, end: int, limit: int) -> int:
    """Before a code block or a link rather than through it; else at the best place there is."""
    last = end
    while (torn := rich.whole_around(last)) is not None and _fits(ruler, torn, limit) and torn.begin > begin:
        last = torn.begin
    if last < end and rich.whole_around(end) is not None and _is_block(rich, last, end):
        return last
    for place in _places(rich.text, begin, last):
        torn = rich.whole_around(place)
        if torn is None or not _fits(ruler, torn, limit):
            return place
    while last > begin and not is_between_characters(rich.text, last):
        last -= 1
    return last if last > begin else end


def _places(text: str, begin: int, end: int) -> Iterator[int]:
    """Places to cut, best first: the last of a sort that fills enough."""
    for pattern, least in _PLACES:
        first = begin + int((end - begin) * least)
        ends = [found.end() for found in pattern.finditer(text, begin, end)]
        yield from (one for one in reversed(ends) if one >= first and one > begin)


def _fits(ruler: Ruler, span: Span, limit: int) -> bool:
    return ruler.length(span.begin, span.end) <= limit


def _is_block(rich: Rich, at: int, end: int) -> bool:
    return any(one.tag == "pre" and one.begin == at and one.end > end for one in rich.spans)


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
