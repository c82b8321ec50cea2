"""What differs between generations of Gemini: a request of one is refused by another. No I/O.

Sources: the pages on thinking (levels from 3 on, budgets in 2.5), function calling (JSON beside tools from 3 on) and
thought signatures; "Penalty is not enabled for this model" is what 2.5 and later say (seen 2025-09, 2026-07).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_VERSION: Final = re.compile(r"gemini-(\d+)(?:\.(\d+))?")
_LEVELS: Final = {"none": "MINIMAL", "minimal": "MINIMAL", "low": "LOW", "medium": "MEDIUM", "high": "HIGH"}
_BUDGETS: Final = {"none": 0, "minimal": 1_024, "low": 1_024, "medium": 8_192, "high": 24_576}
_LEAST_OF_PRO: Final = 128  # 2.5 Pro cannot be kept from thinking


@dataclass(frozen=True, slots=True)
class Generation:
    """What a model takes; `efforts` is its `thinkingConfig` by `reasoning_effort`, empty where it has none."""

    efforts: Mapping[str, Mapping[str, Any]]
    has_penalties: bool
    has_json_with_tools: bool
    wants_signatures: bool


def generation_of(model: str) -> Generation:
    """By the model's name. A Gemini without a number (`gemini-flash-latest`) is a new one."""
    found = _VERSION.search(model)
    is_new = found is None and "gemini" in model
    version = (int(found[1]), int(found[2] or 0)) if found else ((99, 0) if is_new else (0, 0))
    is_third = version >= (3, 0)
    return Generation(
        efforts=_efforts(version, is_pro="pro" in model),
        has_penalties=(1, 0) <= version < (2, 5),
        has_json_with_tools=is_third,
        wants_signatures=is_third,
    )


def _efforts(version: tuple[int, int], *, is_pro: bool) -> Mapping[str, Mapping[str, Any]]:
    if version < (2, 5):
        return {}
    if version >= (3, 0):
        levels = {name: "LOW" if is_pro and level == "MINIMAL" else level for name, level in _LEVELS.items()}
        return {name: {"thinkingLevel": level, "includeThoughts": name != "none"} for name, level in levels.items()}
    least = _LEAST_OF_PRO if is_pro else 0
    return {
        name: {"thinkingBudget": max(budget, least), "includeThoughts": name != "none"}
        for name, budget in _BUDGETS.items()
    }
