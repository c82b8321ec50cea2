"""Phrasings with stars, as patterns over the words of a message.

`*` alone stands for zero or more words. Glued to letters it stands for the rest of that word: `достав*`. At the
very beginning or end of the phrasing a glued star stands for further words too, as in a file mask: `*доставк*` is
found in every message with such a word. Words without a star match in all their forms.
"""

import re
from collections.abc import Sequence

from secretary.kernel.inflection import fold, stem, without_apostrophes
from secretary.knowledge.faq.normalise import Word, question_span

_PART = re.compile(r"(?:[^\W_]|\*)+")
_STARS = re.compile(r"\*+")
_ANY_WORDS = r"(?:[^\n]*\n)*"
_ANY_LETTERS = r"[^=\n]*"
_SHORTEST_STEM = 3


def encode(words: Sequence[Word]) -> str:
    """Words as the patterns of this module read them: `raw=stem`, one a line."""
    return "".join(f"{word.raw}={word.stem}\n" for word in words)


def wildcard_pattern(phrasing: str) -> str:
    """The RE2 pattern that is found in `encode(words)` exactly when the phrasing fits the words."""
    parts = wildcard_parts(phrasing)
    head = _ANY_WORDS if parts[:1] and parts[0].startswith("*") else ""
    tail = _ANY_WORDS if parts[-1:] and parts[-1].endswith("*") else ""
    return f"^{head}{''.join(map(_word_pattern, parts))}{tail}$"


def wildcard_parts(phrasing: str) -> Sequence[str]:
    """Folded words, words with stars, and stars; courtesies at the edges left out if a word stays."""
    parts = [_STARS.sub("*", part) for part in _PART.findall(without_apostrophes(fold(phrasing)))]
    start, end = question_span(parts)
    return parts[start:end] if any(part != "*" for part in parts[start:end]) else parts


def wildcard_key(phrasing: str) -> str:
    """What two wildcard phrasings share that ask the same."""
    return " ".join(part if "*" in part else stem(part) for part in wildcard_parts(phrasing))


def longest_literal(phrasing: str) -> int:
    """Characters of the longest piece between stars: how much of a message the phrasing really knows."""
    return max((len(piece) for part in wildcard_parts(phrasing) for piece in part.split("*")), default=0)


def _word_pattern(part: str) -> str:
    if part == "*":
        return _ANY_WORDS
    if "*" not in part:
        return rf"{_ANY_LETTERS}={re.escape(stem(part))}\n"
    masked = rf"{part.replace('*', _ANY_LETTERS)}=[^\n]*\n"
    pieces = [piece for piece in part.split("*") if piece]
    if len(pieces) == 1 and len(pieces[0]) >= _SHORTEST_STEM:
        return rf"(?:{masked}|{_ANY_LETTERS}={re.escape(stem(pieces[0]))}\n)"
    return masked
