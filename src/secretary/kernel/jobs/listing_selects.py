"""Statements for those who look at the table of jobs from outside."""

from collections.abc import Sequence

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.kernel.jobs.table import Job, JobState


async def page(
    db: AsyncSession, *, state: JobState | None, kind_prefix: str, created_by: str | None, limit: int, offset: int
) -> tuple[Sequence[Job], int]:
    """Jobs of all states, latest first, and how many there are."""
    wanted = [Job.kind.startswith(kind_prefix, autoescape=True)] if kind_prefix else []
    wanted += [Job.state == state] if state is not None else []
    wanted += [Job.created_by == created_by] if created_by is not None else []
    total = await db.scalar(select(func.count()).select_from(Job).where(*wanted))
    found = select(Job).where(*wanted).order_by(Job.number.desc()).limit(limit).offset(offset)
    return (await db.scalars(found)).all(), total or 0


async def one(db: AsyncSession, job_id: str) -> Job | None:
    return (await db.scalars(select(Job).where(Job.id == job_id))).one_or_none()


async def by_state(db: AsyncSession) -> dict[JobState, int]:
    """How many jobs are in each state."""
    counted = await db.execute(select(Job.state, func.count()).group_by(Job.state))
    return {state: count for state, count in counted}  # noqa: C416 -- rows are no pairs to a type checker


async def remove(db: AsyncSession, job_id: str) -> bool:
    """Forget a job that waits or is dead; False when it is not there or in another state."""
    gone = delete(Job).where(Job.id == job_id, Job.state.in_((JobState.QUEUED, JobState.DEAD)))
    result = await db.execute(gone)
    return isinstance(result, CursorResult) and result.rowcount == 1
