"""Patterns in linear time: the one place that knows RE2. No pattern can make a search slow, whatever the text.

A set of patterns is asked at once: RE2's filter looks for the literal parts (of three letters and more) of all of them
in one pass and tries only those patterns whose parts are there, at 2 to 4 microseconds each.
"""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import re2
import structlog

__all__ = ["PatternRefused", "PatternSet", "compile_pattern"]

log = structlog.get_logger(__name__)

T = TypeVar("T")

MAX_PATTERN_MEMORY_BYTES = 1 << 17
"""At most about 5,000 instructions: the worst pattern that fits takes 16 ms over 4,096 characters (measured)."""

_CHUNK = 250
"""Patterns a filter: 10,000 do not fit into RE2's 8 MiB automaton, and compiling holds the interpreter (9 ms)."""

_WARMING = "сколько стоит доставка how much is delivery"


class PatternRefused(ValueError):
    """RE2 does not take the pattern: look-around, back-references, broken syntax, or too large."""


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """A search for `pattern` without regard to case. Raises PatternRefused."""
    try:
        compiled = re2.compile(pattern, _options(is_case_sensitive=False))
    except re2.error as error:
        raise PatternRefused(_reason(error)) from error
    return lambda text: compiled.search(text) is not None


class PatternSet(Generic[T]):
    """Patterns, each with what it stands for; immutable. A pattern that RE2 refuses is left out and logged."""

    def __init__(self, patterns: Sequence[tuple[str, T]], *, is_case_sensitive: bool) -> None:
        options = _options(is_case_sensitive=is_case_sensitive)
        self._filters = [
            made
            for start in range(0, len(patterns), _CHUNK)
            for made in _filters(patterns[start : start + _CHUNK], options)
        ]
        self.matching(_WARMING)  # RE2 builds its automata at the first search

    def matching(self, text: str) -> list[T]:
        """What stands for the patterns that are found in `text`."""
        return [meanings[index] for found, meanings in self._filters for index in found.Match(text) or ()]


def _filters(patterns: Sequence[tuple[str, T]], options: re2.Options) -> list[tuple[re2.Filter, Sequence[T]]]:
    """One filter, or several where one cannot hold all."""
    made = re2.Filter()
    try:
        for pattern, _ in patterns:
            made.Add(pattern, options)
        made.Compile()
    except re2.error as error:
        if len(patterns) == 1:
            log.warning("faq_pattern_left_out", pattern=patterns[0][0], reason=_reason(error))
            return []
        middle = len(patterns) // 2
        return _filters(patterns[:middle], options) + _filters(patterns[middle:], options)
    return [(made, [meaning for _, meaning in patterns])]


def _options(*, is_case_sensitive: bool) -> re2.Options:
    options = re2.Options()
    options.max_mem = MAX_PATTERN_MEMORY_BYTES
    options.case_sensitive = is_case_sensitive
    options.log_errors = False
    return options


def _reason(error: re2.error) -> str:
    """RE2's own words, which it gives as bytes."""
    reason = error.args[0] if error.args else ""
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
