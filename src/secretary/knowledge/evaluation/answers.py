"""Whether an answer says what it must and nothing that it must not. It asks nobody."""

import re
from collections.abc import Sequence
from functools import lru_cache

from secretary.knowledge.evaluation.quotes import plain

_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ '’](?=\d{3}(?!\d))")
"""What parts thousands: 3 500 is 3500."""


def says(answer: str, words: str) -> bool:
    """Does `answer` hold `words`, whatever their case and `ё`? A number is held whole: 500 is not in 3 500."""
    return _pattern(words).search(_folded(answer)) is not None


def is_satisfied(answer: str, contains: Sequence[str], must_not_contain: Sequence[str]) -> bool:
    """Does it say all of the one and nothing of the other?"""
    return all(says(answer, one) for one in contains) and not any(says(answer, one) for one in must_not_contain)


@lru_cache(maxsize=4096)
def _pattern(words: str) -> re.Pattern[str]:
    folded = _folded(words)
    before = r"(?<!\d)(?<!\d[.,])" if folded[:1].isdigit() else ""
    after = r"(?!\d)(?![.,]\d)" if folded[-1:].isdigit() else ""
    return re.compile(before + re.escape(folded) + after)


def _folded(text: str) -> str:
    return _BETWEEN_DIGITS.sub("", plain(text).casefold().replace("ё", "е"))
