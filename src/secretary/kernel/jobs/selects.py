"""Every statement on the table of jobs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Integer,
    Result,
    Row,
    Select,
    Table,
    Update,
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
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from secretary.kernel import upsert
from secretary.kernel.jobs.table import Job, JobState

JOBS = cast(Table, Job.__table__)
QUEUED, RUNNING, DONE, DEAD = JobState.QUEUED, JobState.RUNNING, JobState.DONE, JobState.DEAD
CLAIM_LOCK = 0x6A6F6273  # "jobs": a number of our own among PostgreSQL's advisory locks


def _is_postgresql(db: AsyncSession) -> bool:
    return db.get_bind().dialect.name == "postgresql"


async def insert(db: AsyncSession, values: Mapping[str, object], *, once: bool) -> bool:
    """False when an open job, or with `once` any, has the same kind and key."""
    statement = _inserted(db.get_bind().dialect.name, tuple(values), once=once)
    return _rows(await db.execute(statement, dict(values))) == 1


# This and what is asked with every job is built once, and goes past the unit of work: both cost more than the asking.
@cache
def _inserted(dialect: str, names: tuple[str, ...], *, once: bool) -> Any:
    into = upsert.insert(dialect, JOBS)
    if once:
        its = {name: bindparam(name, type_=JOBS.c[name].type) for name in names}
        same = select(JOBS.c.number).where(JOBS.c.kind == its["kind"], JOBS.c.key == its["key"])
        into = into.from_select(names, select(*its.values()).where(~exists(same)))
    return into.on_conflict_do_nothing()


async def open_job(db: AsyncSession, kind: str, key: str | None) -> str | None:
    found = select(Job.id).where(Job.kind == kind, Job.key == key, is_open(Job))
    return await db.scalar(found)


async def any_job(db: AsyncSession, kind: str, key: str | None) -> str | None:
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
def _taken(dialect: str) -> Any:
    now = bindparam("now", type_=Job.run_at.type)
    was_lost = and_(Job.lease_until <= now, Job.attempts < Job.max_attempts)
    is_due = and_(is_open(Job), Job.run_at <= now, or_(Job.state == QUEUED, was_lost))
    due = (
        select(Job.number)
        .where(Job.kind.in_(bindparam("kinds", expanding=True)), is_due, _lane_is_free())
        .order_by(Job.run_at, Job.number)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )
    # PostgreSQL might look for them once a row, and find others each time; of an array it makes one before.
    number: ColumnElement[int] = JOBS.c.number
    is_one = number == func.any(func.array(due.scalar_subquery())) if dialect == "postgresql" else number.in_(due)
    changes = {"state": RUNNING, "holder": bindparam("its_holder"), "lease_until": bindparam("until")}
    return update(JOBS).where(is_one).values(attempts=JOBS.c.attempts + 1, **changes).returning(JOBS)


async def take(
    db: AsyncSession, kinds: Collection[str], now: datetime, limit: int, holder: str, until: datetime
) -> Sequence[Row[Any]]:
    """Begin what is due and free; the rows as they are now, in the order in which they became due."""
    asked = {"kinds": list(kinds), "now": now, "most": limit, "its_holder": holder, "until": until}
    found = (await db.execute(_taken(db.get_bind().dialect.name), asked)).all()
    return sorted(found, key=lambda row: (row.run_at, row.number))


@cache
def _next_due() -> Select[datetime, datetime | None, bool]:
    now, is_ours = bindparam("now", type_=Job.run_at.type), Job.kind.in_(bindparam("kinds", expanding=True))
    queued = select(func.min(Job.run_at)).where(is_ours, is_open(Job), Job.state == QUEUED, Job.run_at > now)
    leased = select(func.min(Job.lease_until)).where(is_ours, Job.state == RUNNING, Job.lease_until > now)
    waiting = exists().where(is_ours, is_open(Job), Job.state == QUEUED, Job.run_at <= now)
    return select(queued.scalar_subquery(), leased.scalar_subquery(), waiting)


async def next_due(db: AsyncSession, kinds: Collection[str], now: datetime) -> tuple[datetime | None, bool]:
    """When there will be something to do, and whether anything is due already: that waits for its lane."""
    *moments, is_waiting = (await db.execute(_next_due(), {"kinds": list(kinds), "now": now})).one()
    return min((moment for moment in moments if moment is not None), default=None), bool(is_waiting)


async def is_done(db: AsyncSession, job_id: str, holder: str, attempt: int) -> bool:
    """Was it this attempt of this holder that finished the job?"""
    mine = and_(Job.id == job_id, Job.holder == holder, Job.attempts == attempt)
    return bool(await db.scalar(select(exists().where(mine, Job.state == DONE))))


async def change_held(db: AsyncSession, job_id: str, holder: str, attempt: int, changes: Mapping[str, object]) -> bool:
    """Change a job that this attempt of this holder is running; False when it is not."""
    mine = {"its_id": job_id, "its_holder": holder, "its_attempt": attempt}
    return _rows(await db.execute(_changing(tuple(changes)), {**mine, **changes})) == 1


@cache
def _changing(names: tuple[str, ...]) -> Update:
    is_mine = and_(JOBS.c.id == bindparam("its_id"), JOBS.c.holder == bindparam("its_holder"))
    is_held = and_(JOBS.c.attempts == bindparam("its_attempt"), JOBS.c.state == RUNNING)
    return update(JOBS).where(is_mine, is_held).values({name: bindparam(name) for name in names})


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
