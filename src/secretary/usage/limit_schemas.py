"""What the usage endpoints take and show of limits."""

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from secretary.usage.models import Measure, Period, UsageLimit
from secretary.usage.ports import Service
from secretary.usage.schemas import MOST, Currency, RowId
from secretary.usage.service import Filled, LimitPlace, LimitRule


async def wanted_place(
    service_type: Service,
    limit_type: Period,
    measure: Measure = Measure.UNITS,
    currency: Currency = "",
    assistant_id: RowId = "",
    api_key_id: RowId = "",
) -> LimitPlace:
    """A dependency: the limit that path and query name."""
    return LimitPlace(service_type, limit_type, measure, currency, assistant_id or None, api_key_id or None)


class NewLimit(BaseModel):
    """A limit to set. `limit_value` is calls, units, or millionths of `currency`, as `measure` says."""

    model_config = ConfigDict(extra="forbid")

    service_type: Service
    limit_type: Period
    limit_value: int = Field(gt=0, le=MOST)
    hard_limit: bool = False
    warning_threshold: int = Field(default=80, ge=1, le=100)
    measure: Measure = Measure.UNITS
    currency: Currency = ""
    assistant_id: RowId | None = None
    api_key_id: RowId | None = None
    enabled: bool = True

    @property
    def place(self) -> LimitPlace:
        return LimitPlace(
            self.service_type, self.limit_type, self.measure, self.currency, self.assistant_id, self.api_key_id
        )

    @property
    def rule(self) -> LimitRule:
        return LimitRule(self.limit_value, self.hard_limit, self.warning_threshold, self.enabled)


class LimitOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    service_type: str
    limit_type: Period
    measure: Measure
    currency: str
    assistant_id: str | None
    api_key_id: str | None
    limit_value: int
    hard_limit: bool
    warning_threshold: int
    enabled: bool
    created: datetime
    updated: datetime
    used: int = 0
    held: int = 0
    percent: float = 0.0

    @classmethod
    def of(cls, filled: Filled) -> Self:
        shown = cls.model_validate(filled.limit, from_attributes=True)
        shown.used, shown.held, shown.percent = filled.used, filled.held, filled.percent
        return shown


class LimitAnswer(BaseModel):
    limit: LimitOut


class LimitsOut(BaseModel):
    limits: list[LimitOut]
    total: int


class CheckOut(BaseModel):
    """May calls of this service go on? `current_usage` are units of the whole installation."""

    service_type: str
    limit_type: Period
    current_usage: int
    within_limits: bool
    blocked: bool
    warnings: list[str]
    limits: list[LimitOut]

    @classmethod
    def of(cls, place: tuple[str, Period], current_usage: int, found: list[Filled]) -> Self:
        over = [each for each in found if each.used >= each.limit.limit_value]
        near = [each for each in found if each.percent >= each.limit.warning_threshold]
        return cls(
            service_type=place[0],
            limit_type=place[1],
            current_usage=current_usage,
            within_limits=not over,
            blocked=any(each.is_blocking for each in found),
            warnings=[f"{_named(each.limit)}: {each.percent:g} %" for each in near],
            limits=[LimitOut.of(each) for each in found],
        )


def _named(limit: UsageLimit) -> str:
    parts = (limit.service_type, limit.limit_type.value, limit.measure.value, limit.currency, limit.scope)
    return " ".join(part for part in parts if part)


class DoneOut(BaseModel):
    status: Literal["ok"] = "ok"
