"""Long texts in pieces that WhatsApp takes: cut at paragraphs, else at sentence ends, else at words, never in a mark.

Lengths are counted in UTF-16 units: where Meta counts characters, a piece is shorter than it might be.
"""

import re
from typing import Final

from secretary.adapters.channels.whatsapp.marks import BLOCK, WRITTEN, written

_CLOSING: Final = 12
"""Kept free for the marks that a cut has to close: three of one character, a block's, and a line end."""
_PLACES: Final = (
    re.compile(r"\n\n+"),
    re.compile(r"[.!?…。！？](?:[»”\"')\]\ue000-\ue004]*)(?:\s+|$)|\n"),
    re.compile(r"[\s\u200b]+"),
)
_JOINED: Final = re.compile(r"[\u0300-\u036f\u200d\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_JOINER: Final = "\u200d"


def length(text: str) -> int:
    """In UTF-16 units, marks as they will be written."""
    return sum(len(WRITTEN[one]) if one in WRITTEN else 1 + (one > "\uffff") for one in text)


def cut(text: str, limit: int) -> list[str]:
    """A marked text as pieces of at most `limit`, written out; what only white space is left out is white space."""
    pieces, rest = [], text.strip()
    while rest:
        at = len(rest) if length(rest[: limit + 1]) <= limit else _place(rest[: limit + 1], limit - _CLOSING)
        piece, rest = rest[:at], rest[at:].lstrip()
        is_open = _open_marks(piece)
        pieces.append(written(piece.rstrip() + is_open[::-1]))
        rest = is_open + rest if rest else ""
    return pieces


def shortened(text: str, limit: int) -> str:
    """The beginning of a plain text, with an ellipsis where something is missing."""
    if length(text) <= limit:
        return text
    return text[: _unbroken(text, _fitting(text, limit - 1))].rstrip() + "…"


def _place(text: str, limit: int) -> int:
    """Where to cut: the last good place in the second half, of the best kind that is there."""
    fitting = _fitting(text, limit)
    for places in _PLACES:
        ends = [match.end() for match in places.finditer(text, 0, fitting) if match.end() >= fitting // 2]
        if ends:
            return ends[-1]
    return _unbroken(text, fitting)


def _fitting(text: str, limit: int) -> int:
    """How many characters are within the limit; one at least."""
    used = 0
    for index, one in enumerate(text):
        used += length(one)
        if used > limit:
            return max(index, 1)
    return len(text)


def _unbroken(text: str, at: int) -> int:
    """Not between a character and what belongs to it (accents, skin tones, families); at most 30 back."""
    for index in range(at, max(at - 30, 1), -1):
        if index < len(text) and not _JOINED.match(text[index]) and text[index - 1] != _JOINER:
            return index
    return at


def _open_marks(text: str) -> str:
    """The marks that are open at the end; inside of a block nothing else is one."""
    is_open = ""
    for mark in text:
        if mark in WRITTEN and (BLOCK not in is_open or mark == BLOCK):
            is_open = is_open.replace(mark, "") if mark in is_open else is_open + mark
    return is_open
