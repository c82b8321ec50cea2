"""Statements on the counters of limits: begun with what their period has consumed, locked, written back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.kernel import upsert
from secretary.kernel.db import Base
from secretary.usage.models import Measure, Told, UsageCounter, UsageHour, UsageLimit
from secretary.usage.queries.rows import hour_of

CounterKey = tuple[str, datetime]
"""A limit's id, and when the period began."""


@dataclass(slots=True)
class Room:
    """A counter that is locked until the end of the transaction, and what its limit says now."""

    limit_id: str
    period_start: datetime
    used: int
    held: int
    told: int
    limit_value: int
    hard_limit: bool
    warning_threshold: int
    is_changed: bool = False
    is_full: bool = False
    """Somebody was refused for what is used already."""

    def holds(self, amount: int) -> bool:
        """Is there room for so much more?"""
        return self.used + self.held + amount <= self.limit_value

    @property
    def percent(self) -> int:
        return self.used * 100 // self.limit_value

    @property
    def news(self) -> Told:
        """What is to be told of it by what it has used."""
        if self.used >= self.limit_value:
            return Told.REACHED
        return Told.NEAR if self.percent >= self.warning_threshold else Told.NOTHING


_counters = Base.metadata.tables[UsageCounter.__tablename__]
_limits = Base.metadata.tables[UsageLimit.__tablename__]
_PLACE = tuple_(_counters.c.limit_id, _counters.c.period_start)
FEW = 8
WRITTEN = ("used", "held", "told")


def _lock_statement(count: int) -> Select[Any]:
    """Of so many counters, 0 for any number: a fixed number is compiled once, and most calls have one or two."""
    keys = [
        and_(_counters.c.limit_id == bindparam(f"id_{place}"), _counters.c.period_start == bindparam(f"start_{place}"))
        for place in range(count)
    ]
    names = ("limit_value", "hard_limit", "warning_threshold")
    columns = [_counters.c[name] for name in ("limit_id", "period_start", "used", "held", "told")]
    return (
        select(*columns, *(_limits.c[name] for name in names))
        .join(_limits, _limits.c.id == _counters.c.limit_id)
        .where(or_(*keys) if keys else _PLACE.in_(bindparam("keys", expanding=True)))
        .order_by(_counters.c.limit_id, _counters.c.period_start)
        .with_for_update(of=_counters)
    )


_LOCK = [_lock_statement(count) for count in range(FEW)]
_SET = (
    update(_counters)
    .where(_counters.c.limit_id == bindparam("key_limit"), _counters.c.period_start == bindparam("key_start"))
    .values({name: bindparam(name) for name in WRITTEN})
)


async def lock(db: AsyncSession, keys: Sequence[CounterKey]) -> Sequence[Room]:
    """The counters that there are, in the order of their keys."""
    if not keys:
        return []
    statement: Select[Any] = _LOCK[0]
    values: dict[str, Any] = {"keys": list(keys)}
    if len(keys) < FEW:
        statement = _LOCK[len(keys)]
        values = {f"id_{place}": limit_id for place, (limit_id, _) in enumerate(keys)}
        values |= {f"start_{place}": start for place, (_, start) in enumerate(keys)}
    return [Room(*row) for row in await (await db.connection()).execute(statement, values)]


async def write_back(db: AsyncSession, rooms: Collection[Room]) -> None:
    changed = [
        {"key_limit": room.limit_id, "key_start": room.period_start} | {name: getattr(room, name) for name in WRITTEN}
        for room in rooms
        if room.is_changed
    ]
    if changed:
        await (await db.connection()).execute(_SET, changed)


async def begin(db: AsyncSession, keys: Sequence[CounterKey]) -> None:
    """Begin counters that are not there yet, in order, with what their period has consumed so far."""
    columns = (_counters.c.limit_id, _counters.c.period_start)
    known = {(row[0], row[1]) for row in await db.execute(select(*columns).where(_PLACE.in_(keys)))}
    missing = sorted(set(keys) - known)
    if not missing:
        return
    found = select(UsageLimit).where(UsageLimit.id.in_({limit_id for limit_id, _ in missing}))
    limits = {limit.id: limit for limit in await db.scalars(found)}
    for limit_id, start in missing:
        if limit := limits.get(limit_id):
            await _insert(db, limit_id, start, await consumed_since(db, limit, start))


async def _insert(db: AsyncSession, limit_id: str, start: datetime, used: int) -> None:
    values = {"limit_id": limit_id, "period_start": start, "used": used, "held": 0, "told": 0}
    into = upsert.insert(db.get_bind().dialect.name, UsageCounter)
    await db.execute(into.values(values).on_conflict_do_nothing())


async def consumed_since(db: AsyncSession, limit: UsageLimit, start: datetime) -> int:
    """What calls that are over have consumed of `limit` since `start`; of its first hour, all of it."""
    column = {Measure.REQUESTS: UsageHour.requests, Measure.UNITS: UsageHour.units, Measure.COST: UsageHour.cost_micro}
    total = select(func.coalesce(func.sum(column[limit.measure]), 0))
    return int(await db.scalar(total.where(UsageHour.hour >= hour_of(start), *_counts_for(limit))) or 0)


def _counts_for(limit: UsageLimit) -> list[ColumnElement[bool]]:
    wanted = [UsageHour.service_type == limit.service_type]
    wanted += [UsageHour.currency == limit.currency] if limit.measure is Measure.COST else []
    wanted += [UsageHour.assistant_id == limit.assistant_id] if limit.assistant_id is not None else []
    return wanted + ([UsageHour.api_key_id == limit.api_key_id] if limit.api_key_id is not None else [])


async def of_limits(db: AsyncSession, keys: Sequence[CounterKey]) -> Mapping[CounterKey, tuple[int, int]]:
    """What is used and held, by counter; those that have not begun are missing."""
    columns = (_counters.c.limit_id, _counters.c.period_start, _counters.c.used, _counters.c.held)
    found = await db.execute(select(*columns).where(_PLACE.in_(keys)))
    return {(row[0], row[1]): (row[2], row[3]) for row in found}
