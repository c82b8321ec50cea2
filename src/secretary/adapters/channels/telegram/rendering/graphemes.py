"""Where a text may be cut without tearing a character as people see it, and how long it is to Telegram.

After Unicode's UAX #29: combining marks, joined emoji, flags, skin tones, Hangul and Indic conjuncts stay whole.
"""

import unicodedata
from itertools import accumulate
from typing import Final

_JOINER: Final = "\u200d"
_MARKS: Final = frozenset({"Mn", "Me", "Mc"})
_VIRAMA: Final = 9
_LARGEST_BMP: Final = 0xFFFF


def length16(text: str) -> int:
    """UTF-16 code units: what Telegram counts."""
    return len(text) + sum(ord(one) > _LARGEST_BMP for one in text)


class Ruler:
    """Lengths of one text's pieces, measured once."""

    def __init__(self, text: str) -> None:
        self._at = [0, *accumulate(1 + (ord(one) > _LARGEST_BMP) for one in text)]

    def length(self, begin: int, end: int) -> int:
        return self._at[end] - self._at[begin]

    def reach(self, begin: int, limit: int) -> int:
        """The farthest end of a piece from `begin` that is not longer than `limit`; at least one character."""
        low, high = begin + 1, min(begin + limit, len(self._at) - 1)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.length(begin, middle) <= limit else (low, middle - 1)
        return low


def is_between_characters(text: str, at: int) -> bool:
    """May `text` be cut before its character `at`?"""
    if at <= 0 or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if before == "\r" and after == "\n":
        return False
    if _JOINER in {before, after} or _extends(after) or _is_jamo_run(before, after):
        return False
    if unicodedata.combining(before) == _VIRAMA and after.isalpha():
        return False
    return not (_is_flag_letter(before) and _is_flag_letter(after) and _flag_letters_before(text, at) % 2)


def _extends(one: str) -> bool:
    """Marks, variation selectors, skin tones, and the tags of regional flags."""
    code = ord(one)
    return (
        unicodedata.category(one) in _MARKS
        or 0xFE00 <= code <= 0xFE0F  # noqa: PLR2004 -- Unicode's own numbers, here and below
        or 0x1F3FB <= code <= 0x1F3FF  # noqa: PLR2004
        or 0xE0020 <= code <= 0xE007F  # noqa: PLR2004
    )


def _is_jamo_run(before: str, after: str) -> bool:
    """Parts of one Hangul syllable."""
    return 0x1160 <= ord(after) <= 0x11FF and (  # noqa: PLR2004
        0x1100 <= ord(before) <= 0x11FF or 0xAC00 <= ord(before) <= 0xD7A3  # noqa: PLR2004
    )


def _is_flag_letter(one: str) -> bool:
    return 0x1F1E6 <= ord(one) <= 0x1F1FF  # noqa: PLR2004


def _flag_letters_before(text: str, at: int) -> int:
    count = 0
    while count < at and _is_flag_letter(text[at - 1 - count]):
        count += 1
    return count
