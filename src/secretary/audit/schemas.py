"""What the audit endpoints take and show."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from secretary.audit.queries.pages import Wanted
from secretary.audit.service import Totals
from secretary.kernel.text import CleanText

DATE_LENGTH = len("2026-01-31")


def _moment(text: object, *, is_end: bool) -> datetime:
    """A moment or a whole day in ISO 8601, UTC unless it says otherwise; the last day of a span is part of it."""
    if not isinstance(text, str):
        raise TypeError("not a date")
    try:
        if len(text) == DATE_LENGTH:
            day = date.fromisoformat(text) + timedelta(days=is_end)
            return datetime.combine(day, time(), UTC)
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


def _from(text: object) -> datetime:
    return _moment(text, is_end=False)


def _to(text: object) -> datetime:
    return _moment(text, is_end=True)


FromDate = Annotated[datetime, BeforeValidator(_from)]
ToDate = Annotated[datetime, BeforeValidator(_to)]
Name = Annotated[CleanText, Field(max_length=64)]


async def wanted_span(from_date: FromDate | None = None, to_date: ToDate | None = None) -> Wanted:
    """A dependency: the rows of a span of time."""
    return Wanted(since=from_date, until=to_date)


async def wanted_rows(
    action: Name = "",
    resource: Name = "",
    user_id: Name = "",
    from_date: FromDate | None = None,
    to_date: ToDate | None = None,
) -> Wanted:
    """A dependency: the rows that every filter lets through."""
    return Wanted(action, resource, user_id, from_date, to_date)


class LogOut(BaseModel):
    """A row of the log. `user_id` and `resource_id` say who and what; names are looked up where they are shown."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    number: int
    timestamp: datetime
    actor_kind: str
    user_id: str
    session_id: str
    user_ip: str
    action: str
    resource: str
    resource_id: str
    details: dict[str, Any]
    hash: str


class LogsOut(BaseModel):
    """A page of the log, newest first; `count` is the size of the page."""

    logs: list[LogOut]
    count: int
    total: int


class StatsOut(BaseModel):
    """Body of `GET /admin/audit/stats`."""

    stats: Totals


class CleanedOut(BaseModel):
    """What a clean-up did."""

    status: Literal["ok"] = "ok"
    deleted: int
    retention_days: int
