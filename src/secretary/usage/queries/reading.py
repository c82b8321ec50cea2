"""Statements for people who look at calls and sums. Rows are for pages; all totals come from the hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Integer,
    cast,
    delete,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.kernel.db import Base
from secretary.usage.models import CallStatus, UsageHour, UsageRow

COUNTED_AT_MOST = 10_000
SECONDS_A_DAY = 86_400
_log = Base.metadata.tables[UsageRow.__tablename__]
_hours = Base.metadata.tables[UsageHour.__tablename__]
# The words of the partial index, which would not be used without them.
_IS_NOT_DONE: ColumnElement[bool] = _log.c.status != literal_column("'done'")
_NEWEST_FIRST = (_log.c.at.desc(), _log.c.id.desc())
_SUMS = tuple(
    func.sum(_hours.c[name])
    for name in ("requests", "failed", "units", "prompt_tokens", "completion_tokens", "cost_micro")
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls are meant; empty means any. `until` is the first moment that is no longer meant."""

    service_type: str = ""
    action: str = ""
    source: str = ""
    backend: str = ""
    model: str = ""
    assistant_id: str = ""
    api_key_id: str = ""
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        names = [field.name for field in fields(self) if field.name not in {"since", "until"}]
        found: list[ColumnElement[bool]] = [_log.c[name] == value for name in names if (value := getattr(self, name))]
        if self.status and self.status != CallStatus.DONE:
            found.append(_IS_NOT_DONE)
        found += [_log.c.at >= self.since] if self.since is not None else []
        return found + ([_log.c.at < self.until] if self.until is not None else [])


async def page(db: AsyncSession, wanted: Wanted, *, limit: int, offset: int = 0, before: Any = None) -> Sequence[Any]:
    """Rows, newest first; `before` is a row (or what has its `at` and `id`) behind which to begin."""
    found = select(_log.c.id).where(*wanted.conditions()).order_by(*_NEWEST_FIRST).limit(limit).offset(offset)
    if before is not None:
        found = found.where(tuple_(_log.c.at, _log.c.id) < tuple_(literal(before.at, _log.c.at.type), before.id))
    return (await db.execute(select(_log).where(_log.c.id.in_(found.scalar_subquery())).order_by(*_NEWEST_FIRST))).all()


async def row(db: AsyncSession, row_id: str) -> Any | None:
    return (await db.execute(select(_log).where(_log.c.id == row_id))).one_or_none()


async def count_some(db: AsyncSession, wanted: Wanted) -> int:
    """How many there are, counted up to one more than `COUNTED_AT_MOST`."""
    some = select(literal(1)).select_from(_log).where(*wanted.conditions()).limit(COUNTED_AT_MOST + 1).subquery()
    return await db.scalar(select(func.count()).select_from(some)) or 0


def _within(first: int, end: int, service_type: str) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [_hours.c.hour >= first, _hours.c.hour < end]
    return wanted + ([_hours.c.service_type == service_type] if service_type else [])


class DaySum(NamedTuple):
    """What a place amounts to on a day."""

    start_s: int
    place: int
    hour: int
    """One of its hours."""
    requests: int
    failed: int
    units: int
    prompt_tokens: int
    completion_tokens: int
    cost_micro: int


async def day_sums(db: AsyncSession, first: int, end: int, offset_s: int, service_type: str = "") -> Sequence[DaySum]:
    """The sums of hours by day and place. Days begin (seconds since 1970) on a clock so much ahead of UTC."""
    moved = _hours.c.hour * literal_column("3600") + literal_column(f"{offset_s:d}")
    start = (moved - moved % literal_column(f"{SECONDS_A_DAY:d}")).label("start_s")
    found = select(start, _hours.c.place, func.max(_hours.c.hour), *_SUMS).where(*_within(first, end, service_type))
    return [DaySum(*map(int, row)) for row in await db.execute(found.group_by(start, _hours.c.place))]


async def places(db: AsyncSession, hours: Mapping[int, int]) -> Mapping[int, Sequence[str]]:
    """(service_type, source, backend, model, currency) of places by their numbers; each with an hour it is found in."""
    names = (_hours.c.service_type, _hours.c.source, _hours.c.backend, _hours.c.model, _hours.c.currency)
    found = select(_hours.c.place, *names).where(
        tuple_(_hours.c.hour, _hours.c.place).in_([(hour, place) for place, hour in hours.items()])
    )
    return {row[0]: tuple(row[1:]) for row in await db.execute(found)}


async def since(db: AsyncSession, first: int, later: int) -> Sequence[Any]:
    """(service_type, currency, requests, units, cost since `first`; the same since `later`)."""
    numbers = (_hours.c.requests, _hours.c.units, _hours.c.cost_micro)
    of_later = [func.sum(number * cast(_hours.c.hour >= later, Integer)) for number in numbers]
    places = (_hours.c.service_type, _hours.c.currency)
    found = select(*places, *(func.sum(number) for number in numbers), *of_later)
    return (await db.execute(found.where(_hours.c.hour >= first).group_by(*places))).all()


async def remove_some(db: AsyncSession, before: datetime, limit: int) -> int:
    """Remove the oldest rows of calls that are over. How many?"""
    old = select(_log.c.id).where(_log.c.at < before, _log.c.status != CallStatus.OPEN).order_by(_log.c.at).limit(limit)
    result = await db.execute(delete(_log).where(_log.c.id.in_(old.scalar_subquery())))
    if not isinstance(result, CursorResult):
        raise TypeError("a change tells how many rows it changed")
    return result.rowcount
