"""What a call says of itself to the ledger, before it is made and after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from secretary.kernel.errors import RateLimited
from secretary.usage.models import CallStatus, Measure

Service = Literal["llm", "tts", "stt"]


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls what. `units` are tokens (llm), characters (tts) or seconds (stt).

    `source` is the channel, `source_id` the instance or conversation; all ids are empty where there is none.
    """

    service_type: Service
    action: str
    backend: str = ""
    model: str = ""
    source: str = ""
    source_id: str = ""
    assistant_id: str = ""
    api_key_id: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """What is consumed: units, and millionths of `currency` (empty: nobody knows what it costs)."""

    units: int = 0
    cost_micro: int = 0
    currency: str = ""

    def of(self, measure: Measure, currency: str) -> int:
        """As much of it as counts towards a limit; costs in another currency do not."""
        match measure:
            case Measure.REQUESTS:
                return 1
            case Measure.UNITS:
                return self.units
            case Measure.COST:
                return self.cost_micro if self.currency == currency else 0


@dataclass(frozen=True, slots=True)
class Charge:
    """A part of a call that counts towards one limit's period; `held` of it was set aside before the call."""

    limit_id: str
    period_start: datetime
    measure: Measure
    currency: str
    held: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """The charge that found no room; `is_for_now`: only because others hold it who have not ended."""

    charge: Charge
    is_for_now: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """A call that was let through. It is settled exactly once."""

    id: str
    at: datetime
    call: Call
    estimate: Amount
    charges: tuple[Charge, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended, and what it really consumed."""

    status: CallStatus
    amount: Amount = field(default_factory=Amount)
    code: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    first_token_ms: int | None = None
    duration_ms: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


class LimitReached(RateLimited):
    """A hard limit leaves no room for the call. Nothing was called."""


def limit_reached(scope: str, retry_after_s: int) -> LimitReached:
    """The refusal, with the seconds until the period ends."""
    whose = {"": ("of this installation", "этой установки"), "assistant": ("of this assistant", "этого ассистента")}
    en, ru = whose.get(scope.partition(":")[0], ("of this API key", "этого ключа API"))
    return LimitReached(
        "usage_limit_reached",
        en=f"The limit {en} is used up. It begins anew later, and its owner can raise it.",
        ru=f"Лимит {ru} исчерпан. Позже он начнётся заново; владелец может его увеличить.",
        retry_after_s=retry_after_s,
    )
