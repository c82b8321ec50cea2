"""A price, and what tokens cost at it."""

from dataclasses import dataclass
from datetime import date

from secretary.llm.ports import TokenUsage

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """Millionths of `currency` a million tokens, as of a day."""

    input_micro: int
    cached_input_micro: int
    output_micro: int
    currency: str
    as_of: date


def cost(usage: TokenUsage, price: Price) -> int:
    """Millionths of the currency, rounded half up; never negative. Cached tokens are a part of the prompt's."""
    prompt, completion = max(usage.prompt or 0, 0), max(usage.completion or 0, 0)
    cached = min(max(usage.cached, 0), prompt)
    total = (prompt - cached) * price.input_micro + cached * price.cached_input_micro + completion * price.output_micro
    return (total + MILLION // 2) // MILLION
