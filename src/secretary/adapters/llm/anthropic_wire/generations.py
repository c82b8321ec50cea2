"""What differs between generations of Claude: a request of one is refused by another. No I/O.

Sources: the official OpenAPI description of 2026-05-31 (`temperature` and `top_p`: refused by models after Opus 4.6;
`thinking`: manual budgets, adaptive from 4.6 on) and the pages on structured outputs (from 4.5 on).
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

_VERSION: Final = re.compile(r"claude-(?:(?:opus|sonnet|haiku)-)?(\d+)(?:-(\d{1,2})(?!\d))?")
_FIRST_THINKING: Final = (3, 7)
_FIRST_STRUCTURED: Final = (4, 5)
_FIRST_ADAPTIVE: Final = (4, 6)


@dataclass(frozen=True, slots=True)
class Generation:
    """What a model takes."""

    takes_sampling: bool
    thinking: Literal["never", "budget", "adaptive"]
    has_structured_output: bool


def generation_of(model: str) -> Generation:
    """By the model's name. A Claude without a number is a new one; a stranger who imitates the API is taken as old."""
    name = model.rpartition("/")[2].replace(".", "-")
    if "claude" not in name:
        return Generation(takes_sampling=True, thinking="budget", has_structured_output=False)
    found = _VERSION.search(name)
    version = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    return Generation(
        takes_sampling=version <= _FIRST_ADAPTIVE,
        thinking=_thinking(version),
        has_structured_output=version >= _FIRST_STRUCTURED,
    )


def _thinking(version: tuple[int, int]) -> Literal["never", "budget", "adaptive"]:
    if version >= _FIRST_ADAPTIVE:
        return "adaptive"
    return "budget" if version >= _FIRST_THINKING else "never"
