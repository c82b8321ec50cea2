"""What the usage endpoints take and show of calls and their sums."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from secretary.kernel.text import CleanText
from secretary.usage.models import CallStatus, Period
from secretary.usage.ports import Amount, Call, Outcome, Service
from secretary.usage.queries.reading import COUNTED_AT_MOST, Wanted
from secretary.usage.sums import Span, Stats, Total

DATE_LENGTH = len("2026-01-31")
MICRO = 1_000_000
MOST = 10**15


def _moment(text: object, *, is_end: bool) -> datetime:
    """A moment or a whole day in ISO 8601, UTC unless it says otherwise; the last day of a span is part of it."""
    if not isinstance(text, str):
        raise TypeError("not a date")
    try:
        if len(text) == DATE_LENGTH:
            return datetime.combine(date.fromisoformat(text) + timedelta(days=is_end), time(), UTC)
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


FromDate = Annotated[datetime, BeforeValidator(lambda text: _moment(text, is_end=False))]
ToDate = Annotated[datetime, BeforeValidator(lambda text: _moment(text, is_end=True))]
Name = Annotated[CleanText, Field(max_length=200)]
Currency = Annotated[str, Field(pattern="^([A-Z]{3})?$")]
RowId = Annotated[CleanText, Field(max_length=36)]


async def wanted_rows(
    service_type: Service | Literal[""] = "",
    action: Name = "",
    source: Name = "",
    backend: Name = "",
    model: Name = "",
    assistant_id: Name = "",
    api_key_id: Name = "",
    status: CallStatus | Literal[""] = "",
    from_date: FromDate | None = None,
    to_date: ToDate | None = None,
) -> Wanted:
    """A dependency: the calls that every filter lets through."""
    return Wanted(
        service_type, action, source, backend, model, assistant_id, api_key_id, status, from_date, to_date
    )  # fmt: skip


class LogOut(BaseModel):
    """A call. `cost_usd` is its cost where that is in dollars; `units_consumed` are tokens, characters or seconds."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    timestamp: datetime = Field(validation_alias="at")
    service_type: str
    action: str
    source: str
    source_id: str
    assistant_id: str
    api_key_id: str
    backend: str
    model: str
    status: CallStatus
    code: str
    units_consumed: int
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    cost_micro: int
    currency: str
    cost_usd: float = 0.0
    first_token_ms: int | None
    duration_ms: int | None
    details: dict[str, Any]

    @classmethod
    def of(cls, row: Any) -> Self:
        """What is held for limits is nobody's business."""
        shown = cls.model_validate(row)
        shown.cost_usd = shown.cost_micro / MICRO if shown.currency == "USD" else 0.0
        shown.details = {name: value for name, value in shown.details.items() if name != "charges"}
        return shown


class LogsOut(BaseModel):
    """A page, newest first. `total` is counted up to 10,000; `is_total_exact` says whether there are no more."""

    logs: list[LogOut]
    count: int
    total: int
    is_total_exact: bool
    next: str | None = Field(description="The id to pass as `before` for the page after this one")

    @classmethod
    def of(cls, rows: list[LogOut], counted: int, *, limit: int) -> Self:
        following = rows[-1].id if len(rows) == limit else None
        exact = counted <= COUNTED_AT_MOST
        return cls(
            logs=rows, count=len(rows), total=min(counted, COUNTED_AT_MOST), is_total_exact=exact, next=following
        )


class NewLog(BaseModel):
    """A call that was made elsewhere. Its cost is given in dollars, or in millionths of any currency."""

    model_config = ConfigDict(extra="forbid")

    service_type: Service
    action: Annotated[CleanText, Field(min_length=1, max_length=40)]
    units_consumed: int = Field(default=1, ge=0, le=MOST)
    source: Annotated[CleanText, Field(max_length=20)] = ""
    source_id: Annotated[CleanText, Field(max_length=60)] = ""
    backend: Annotated[CleanText, Field(max_length=60)] = ""
    model: Name = ""
    assistant_id: RowId = ""
    api_key_id: RowId = ""
    prompt_tokens: int = Field(default=0, ge=0, le=MOST)
    completion_tokens: int = Field(default=0, ge=0, le=MOST)
    cost_usd: Decimal | None = Field(default=None, ge=0, le=1_000_000)
    cost_micro: int = Field(default=0, ge=0, le=MOST)
    currency: Currency = ""
    details: dict[str, Any] = Field(default_factory=dict, max_length=50)

    @property
    def call(self) -> Call:
        return Call(
            self.service_type,
            self.action,
            self.backend,
            self.model,
            self.source,
            self.source_id,
            self.assistant_id,
            self.api_key_id,
        )

    @property
    def outcome(self) -> Outcome:
        cost, currency = self.cost_micro, self.currency
        if self.cost_usd is not None:
            cost, currency = int((self.cost_usd * MICRO).to_integral_value(ROUND_HALF_UP)), "USD"
        return Outcome(
            CallStatus.DONE,
            Amount(self.units_consumed, cost if currency else 0, currency),
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
            details=self.details,
        )


class LogAnswer(BaseModel):
    log: LogOut


class TotalOut(BaseModel):
    """Sums. `costs` are millionths by their currency; `cost_usd` is the part in dollars."""

    model_config = ConfigDict(from_attributes=True)

    requests: int
    failed: int
    units: int
    prompt_tokens: int
    completion_tokens: int
    costs: dict[str, int]
    cost_usd: float = 0.0

    @classmethod
    def of(cls, total: Total) -> Self:
        shown = cls.model_validate(total)
        shown.cost_usd = total.costs.get("USD", 0) / MICRO
        return shown


class DayOut(TotalOut):
    date: date


class NumbersOut(BaseModel):
    period_days: int
    from_date: date
    to_date: date
    timezone: str
    total: TotalOut
    by_service: dict[str, TotalOut]
    by_source: dict[str, TotalOut]
    by_backend: dict[str, TotalOut]
    by_model: dict[str, TotalOut]
    daily: list[DayOut]


class StatsOut(BaseModel):
    """Body of `GET /admin/usage/stats`: every day of the span has its place in `daily`."""

    stats: NumbersOut

    @classmethod
    def of(cls, stats: Stats, timezone: str) -> Self:
        places = (stats.by_service, stats.by_source, stats.by_backend, stats.by_model)
        by_service, by_source, by_backend, by_model = ({k: TotalOut.of(v) for k, v in each.items()} for each in places)
        return cls(
            stats=NumbersOut(
                period_days=len(stats.daily),
                from_date=stats.first,
                to_date=stats.last,
                timezone=timezone,
                total=TotalOut.of(stats.total),
                by_service=by_service,
                by_source=by_source,
                by_backend=by_backend,
                by_model=by_model,
                daily=[DayOut(date=day, **TotalOut.of(total).model_dump()) for day, total in stats.daily.items()],
            )
        )


class SpanOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    used: int
    requests: int
    limit: int | None
    percent: float
    costs: dict[str, int]


class ServiceOut(BaseModel):
    daily: SpanOut
    monthly: SpanOut


class SummaryOut(BaseModel):
    """Body of `GET /admin/usage/summary`: units of today and of this month; `limit` is the installation's, or none."""

    summary: dict[str, ServiceOut]

    @classmethod
    def of(cls, spans: Mapping[str, Mapping[Period, Span]]) -> Self:
        shown = {
            service: ServiceOut(**{period.value: SpanOut.model_validate(span) for period, span in each.items()})
            for service, each in spans.items()
        }
        return cls(summary=shown)


class CleanedOut(BaseModel):
    status: Literal["ok"] = "ok"
    deleted: int
    retention_days: int
