"""Every statement on the table of schedules."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.kernel import upsert
from secretary.kernel.jobs.schedule_table import Schedule


async def insert(db: AsyncSession, values: Mapping[str, object]) -> None:
    """Add one; nothing happens when its key is there."""
    into = upsert.insert(db.get_bind().dialect.name, Schedule)
    await db.execute(into.values(values).on_conflict_do_nothing())


async def all_schedules(db: AsyncSession) -> Sequence[Schedule]:
    return (await db.scalars(select(Schedule).order_by(Schedule.key))).all()


async def one(db: AsyncSession, key: str) -> Schedule | None:
    """One schedule, locked until the unit ends."""
    return (await db.scalars(select(Schedule).where(Schedule.key == key).with_for_update())).one_or_none()


async def due(db: AsyncSession, kinds: Collection[str], now: datetime) -> Sequence[Schedule]:
    """What is due and in nobody else's hands."""
    found = (
        select(Schedule)
        .where(Schedule.enabled, Schedule.next_run <= now, Schedule.kind.in_(kinds))
        .order_by(Schedule.next_run, Schedule.key)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await db.scalars(found)).all()


async def next_due(db: AsyncSession, kinds: Collection[str]) -> datetime | None:
    found = select(func.min(Schedule.next_run)).where(Schedule.enabled, Schedule.kind.in_(kinds))
    return await db.scalar(found)
