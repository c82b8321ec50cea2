"""Every statement on the table of jobs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Integer,
    Result,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from secretary.kernel.jobs.table import Job, JobState

QUEUED, RUNNING, DONE, DEAD = JobState.QUEUED, JobState.RUNNING, JobState.DONE, JobState.DEAD
CLAIM_LOCK = 0x6A6F6273  # "jobs": a number of our own among PostgreSQL's advisory locks


def _is_postgresql(db: AsyncSession) -> bool:
    return db.get_bind().dialect.name == "postgresql"


async def insert(db: AsyncSession, values: Mapping[str, object]) -> bool:
    """False when an open job has the same kind and key."""
    statement = (
        postgresql.insert(Job).values(values).on_conflict_do_nothing()
        if _is_postgresql(db)
        else sqlite.insert(Job).values(values).on_conflict_do_nothing()
    )
    return _rows(await db.execute(statement)) == 1


async def open_job(db: AsyncSession, kind: str, key: str | None) -> str | None:
    found = select(Job.id).where(Job.kind == kind, Job.key == key, is_open(Job))
    return await db.scalar(found)


async def any_job(db: AsyncSession, kind: str, key: str) -> str | None:
    """The newest job of that key, open or not."""
    return await db.scalar(_ANY_JOB, {"its_kind": kind, "its_key": key})


_ANY_JOB = (
    select(Job.id)
    .where(Job.kind == bindparam("its_kind"), Job.key == bindparam("its_key"))
    .order_by(Job.number.desc())
    .limit(1)
)


async def dead_job(db: AsyncSession, kind: str, key: str) -> str | None:
    """The newest dead job of that key."""
    dead_one = select(Job.id).where(Job.kind == kind, Job.key == key, Job.state == DEAD)
    return await db.scalar(dead_one.order_by(Job.number.desc()).limit(1))


async def one_claim_at_a_time(db: AsyncSession) -> None:
    """Two claims side by side could not see each other's and would let two jobs of a lane run at once. On SQLite
    writing units follow each other anyway.
    """
    if _is_postgresql(db):
        await db.execute(select(func.pg_advisory_xact_lock(CLAIM_LOCK)))


async def bury_exhausted(db: AsyncSession, now: datetime) -> None:
    """What took its worker down in its last attempt is not tried again."""
    exhausted = update(Job).where(Job.state == RUNNING, Job.lease_until <= now, Job.attempts >= Job.max_attempts)
    await db.execute(exhausted.values(state=DEAD, last_error="lease_expired", lease_until=None, finished=now))


def is_open(job: type[Job]) -> ColumnElement[bool]:
    """Literally the condition of the partial indexes: a planner cannot prove it from parameters."""
    return job.state.in_([literal_column("'queued'"), literal_column("'running'")])


def _lane_is_free() -> ColumnElement[bool]:
    other = aliased(Job)
    before = or_(other.state == RUNNING, other.number < Job.number)
    in_lane = and_(other.lane == Job.lane, is_open(other), other.number != Job.number)
    return or_(Job.lane.is_(None), ~exists().where(in_lane, before))


@cache
def _claimable() -> Select[Job]:
    """Built once: a worker asks for it with every job, and building it costs more than asking."""
    now = bindparam("now", type_=Job.run_at.type)
    was_lost = and_(Job.lease_until <= now, Job.attempts < Job.max_attempts)
    is_due = and_(is_open(Job), Job.run_at <= now, or_(Job.state == QUEUED, was_lost))
    return (
        select(Job)
        .where(Job.kind.in_(bindparam("kinds", expanding=True)), is_due, _lane_is_free())
        .order_by(Job.run_at, Job.number)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


async def claimable(db: AsyncSession, kinds: Collection[str], now: datetime, limit: int) -> Sequence[Job]:
    """Due and free, in the order in which they became due."""
    found = await db.execute(_claimable(), {"kinds": list(kinds), "now": now, "most": limit})
    return [row[0] for row in found]


@cache
def _next_due() -> Select[datetime, datetime | None]:
    now, is_ours = bindparam("now", type_=Job.run_at.type), Job.kind.in_(bindparam("kinds", expanding=True))
    queued = select(func.min(Job.run_at)).where(is_ours, is_open(Job), Job.state == QUEUED, Job.run_at > now)
    leased = select(func.min(Job.lease_until)).where(is_ours, Job.state == RUNNING, Job.lease_until > now)
    return select(queued.scalar_subquery(), leased.scalar_subquery())


async def next_due(db: AsyncSession, kinds: Collection[str], now: datetime) -> datetime | None:
    """What is due already waits for its lane, and the end of the job before it wakes the worker."""
    moments = (await db.execute(_next_due(), {"kinds": list(kinds), "now": now})).one()
    return min((moment for moment in moments if moment is not None), default=None)


async def is_done(db: AsyncSession, job_id: str, holder: str, attempt: int) -> bool:
    """Was it this attempt of this holder that finished the job?"""
    mine = and_(Job.id == job_id, Job.holder == holder, Job.attempts == attempt)
    return bool(await db.scalar(select(exists().where(mine, Job.state == DONE))))


async def change_held(db: AsyncSession, job_id: str, holder: str, attempt: int, changes: Mapping[str, object]) -> bool:
    """Change a job that this attempt of this holder is running; False when it is not."""
    held = update(Job).where(Job.id == job_id, Job.holder == holder, Job.attempts == attempt, Job.state == RUNNING)
    statement = held.values(changes).execution_options(synchronize_session=False)
    return _rows(await db.execute(statement)) == 1


async def end_leases(db: AsyncSession, now: datetime) -> int:
    """Take the jobs from those who run them. How many?"""
    running = update(Job).where(is_open(Job), Job.state == RUNNING).values(lease_until=now)
    return _rows(await db.execute(running.execution_options(synchronize_session=False)))


async def dead(db: AsyncSession, kind_prefix: str, limit: int, offset: int) -> tuple[Sequence[Job], int]:
    """Dead jobs, latest first, and how many there are."""
    is_dead = and_(Job.state == DEAD, Job.kind.startswith(kind_prefix, autoescape=True))
    total = await db.scalar(select(func.count()).select_from(Job).where(is_dead))
    page = select(Job).where(is_dead).order_by(Job.finished.desc(), Job.number.desc()).limit(limit).offset(offset)
    return (await db.execute(page)).scalars().all(), total or 0


async def take_dead(db: AsyncSession, job_id: str) -> Job | None:
    """Remove a dead job from the table and hand it over."""
    found = select(Job).where(Job.id == job_id, Job.state == DEAD).with_for_update()
    job = (await db.execute(found)).scalar_one_or_none()
    if job is not None:
        db.expunge(job)
        await db.execute(delete(Job).where(Job.number == job.number))
    return job


async def purge(db: AsyncSession, before: datetime) -> int:
    """Forget jobs that were done before then. How many?"""
    return _rows(await db.execute(delete(Job).where(Job.state == DONE, Job.finished < before)))


def _rows(result: Result[object]) -> int:
    if not isinstance(result, CursorResult):
        raise TypeError("a change tells how many rows it changed")
    return result.rowcount
