"""Every statement on runs and on the log of instances."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import CursorResult, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.channels.models import ChannelLogEntry, ChannelRun, RunStatus
from secretary.kernel import upsert

LOG_KEPT = 1000


async def run(db: AsyncSession, instance_id: str) -> ChannelRun | None:
    found = select(ChannelRun).where(ChannelRun.instance_id == instance_id)
    return (await db.scalars(found.execution_options(populate_existing=True))).one_or_none()


async def runs(db: AsyncSession, instance_ids: Collection[str]) -> Mapping[str, ChannelRun]:
    found = await db.scalars(select(ChannelRun).where(ChannelRun.instance_id.in_(instance_ids)))
    return {run.instance_id: run for run in found}


async def add_run(db: AsyncSession, instance_id: str, now: datetime) -> None:
    """The row of an instance that has not run yet."""
    row = {"instance_id": instance_id, "status": RunStatus.STOPPED, "error": "", "since": now, "identity": {}}
    into = upsert.insert(db.get_bind().dialect.name, ChannelRun)
    await db.execute(into.values(row).on_conflict_do_nothing())


async def take_lease(db: AsyncSession, instance_id: str, holder: str, now: datetime, until: datetime) -> bool:
    """Hold an instance that nobody holds any more, or renew one's own hold. False: it is another's."""
    free = or_(ChannelRun.holder.is_(None), ChannelRun.holder == holder, ChannelRun.lease_until < now)
    taken = update(ChannelRun).where(ChannelRun.instance_id == instance_id, free)
    return _rows(await db.execute(taken.values(holder=holder, lease_until=until).execution_options(**_APART))) == 1


async def free_lease(db: AsyncSession, instance_id: str, holder: str) -> None:
    mine = update(ChannelRun).where(ChannelRun.instance_id == instance_id, ChannelRun.holder == holder)
    await db.execute(mine.values(holder=None, lease_until=None).execution_options(**_APART))


async def free_all(db: AsyncSession) -> None:
    """Nobody else can be alive: whatever is held was left by the dead."""
    await db.execute(update(ChannelRun).values(holder=None, lease_until=None).execution_options(**_APART))


async def tell(db: AsyncSession, instance_id: str, values: Mapping[str, object]) -> None:
    """Store how an instance is doing."""
    its = update(ChannelRun).where(ChannelRun.instance_id == instance_id)
    await db.execute(its.values(**values).execution_options(**_APART))


async def log(db: AsyncSession, instance_id: str, *, limit: int) -> Sequence[ChannelLogEntry]:
    """The last entries, oldest first."""
    found = select(ChannelLogEntry).where(ChannelLogEntry.instance_id == instance_id)
    rows = (await db.scalars(found.order_by(ChannelLogEntry.number.desc()).limit(limit))).all()
    return list(reversed(rows))


async def trim_log(db: AsyncSession, instance_id: str) -> None:
    """Keep the last `LOG_KEPT` entries."""
    newest = (
        select(ChannelLogEntry.number)
        .where(ChannelLogEntry.instance_id == instance_id)
        .order_by(ChannelLogEntry.number.desc())
        .offset(LOG_KEPT)
        .limit(1)
    )
    last = await db.scalar(newest)
    if last is not None:
        await db.execute(
            delete(ChannelLogEntry).where(ChannelLogEntry.instance_id == instance_id, ChannelLogEntry.number <= last)
        )


async def logged_instances(db: AsyncSession) -> Sequence[str]:
    """Instances with more entries than are kept."""
    many = select(ChannelLogEntry.instance_id).group_by(ChannelLogEntry.instance_id)
    return (await db.scalars(many.having(func.count() > LOG_KEPT))).all()


_APART = {"synchronize_session": False}


def _rows(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
