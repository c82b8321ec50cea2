"""Every statement on usage."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.kernel.db import Base
from secretary.usage.models import CallStatus, Measure, UsageCounter, UsageHour, UsageLimit, UsageRow
from secretary.usage.ports import Outcome

SECONDS_AN_HOUR = 3600
MOST_LOST_AT_ONCE = 5_000


class HourKey(NamedTuple):
    """Which row of `usage_hours`."""

    hour: int
    service_type: str
    source: str
    assistant_id: str
    api_key_id: str
    backend: str
    currency: str


@dataclass(slots=True)
class HourSum:
    """What is added to a row of `usage_hours`."""

    requests: int = 0
    failed: int = 0
    units: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_micro: int = 0

    def add(self, outcome: Outcome) -> None:
        self.requests += 1
        self.failed += outcome.status is CallStatus.FAILED
        self.units += outcome.amount.units
        self.prompt_tokens += outcome.prompt_tokens
        self.completion_tokens += outcome.completion_tokens
        self.cost_micro += outcome.amount.cost_micro


async def enabled_limits(db: AsyncSession) -> Sequence[UsageLimit]:
    return (await db.scalars(select(UsageLimit).where(UsageLimit.enabled).order_by(UsageLimit.id))).all()


async def limits_by_id(db: AsyncSession, ids: Collection[str]) -> Sequence[UsageLimit]:
    return (await db.scalars(select(UsageLimit).where(UsageLimit.id.in_(sorted(ids))))).all()


async def lock_counters(db: AsyncSession, keys: Sequence[tuple[str, datetime]]) -> Sequence[UsageCounter]:
    """The counters that there are, in the order of their keys, until the end of the transaction."""
    place = tuple_(UsageCounter.limit_id, UsageCounter.period_start)
    statement = (
        select(UsageCounter)
        .where(place.in_(keys))
        .order_by(UsageCounter.limit_id, UsageCounter.period_start)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await db.scalars(statement)).all()


async def begin_counters(
    db: AsyncSession, keys: Sequence[tuple[str, datetime]], limits: Mapping[str, UsageLimit]
) -> None:
    """Begin counters that are not there yet with what their period has consumed so far."""
    place = tuple_(UsageCounter.limit_id, UsageCounter.period_start)
    columns = select(UsageCounter.limit_id, UsageCounter.period_start)
    known = {(row[0], row[1]) for row in (await db.execute(columns.where(place.in_(keys)))).all()}
    for limit_id, start in keys:
        if (limit_id, start) not in known:
            used = await consumed_since(db, limits[limit_id], start)
            row = {"limit_id": limit_id, "period_start": start, "used": used, "held": 0, "is_warned": False}
            await db.execute(_upsert(db, UsageCounter).values(row).on_conflict_do_nothing())


async def consumed_since(db: AsyncSession, limit: UsageLimit, start: datetime) -> int:
    """What calls that are over have consumed of `limit` since `start`; of its first hour, all of it."""
    column = {Measure.REQUESTS: UsageHour.requests, Measure.UNITS: UsageHour.units, Measure.COST: UsageHour.cost_micro}
    statement = select(func.coalesce(func.sum(column[limit.measure]), 0)).where(
        UsageHour.hour >= int(start.timestamp() // SECONDS_AN_HOUR), UsageHour.service_type == limit.service_type
    )
    if limit.measure is Measure.COST:
        statement = statement.where(UsageHour.currency == limit.currency)
    if limit.assistant_id is not None:
        statement = statement.where(UsageHour.assistant_id == limit.assistant_id)
    if limit.api_key_id is not None:
        statement = statement.where(UsageHour.api_key_id == limit.api_key_id)
    return int(await db.scalar(statement) or 0)


async def add_rows(db: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await db.execute(insert(UsageRow), rows)


async def close_rows(db: AsyncSession, endings: Sequence[Mapping[str, Any]]) -> None:
    """Rows by `row_id` get their final values."""
    if endings:
        values: dict[str, Any] = {name: bindparam(name) for name in endings[0] if name != "row_id"}
        table = Base.metadata.tables[UsageRow.__tablename__]
        connection = await db.connection()
        await connection.execute(update(table).where(table.c.id == bindparam("row_id")).values(values), endings)


async def add_to_hours(db: AsyncSession, sums: Mapping[HourKey, HourSum]) -> None:
    """Add to the hours, in one order, so that two processes never wait for each other."""
    for key, added in sorted(sums.items()):
        numbers = {field.name: getattr(added, field.name) for field in fields(added)}
        statement = _upsert(db, UsageHour).values(**key._asdict(), **numbers)
        grown = {name: getattr(UsageHour, name) + statement.excluded[name] for name in numbers}
        await db.execute(statement.on_conflict_do_update(index_elements=list(HourKey._fields), set_=grown))


async def open_rows(db: AsyncSession, before: datetime) -> Sequence[UsageRow]:
    """Rows of calls that began before a moment and have not ended."""
    statement = select(UsageRow).where(UsageRow.status == CallStatus.OPEN, UsageRow.at <= before)
    return (await db.scalars(statement.order_by(UsageRow.at).limit(MOST_LOST_AT_ONCE))).all()


def _upsert(db: AsyncSession, table: type[UsageHour | UsageCounter]) -> Any:
    is_sqlite = db.get_bind().dialect.name == "sqlite"
    return sqlite_insert(table) if is_sqlite else postgresql_insert(table)
