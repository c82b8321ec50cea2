"""The five functions of the port (and `release`), each on a unit of the caller's: enqueue, claim, heartbeat, complete,
fail. State and lease change in one statement each, so a unit that rolls back leaves the job as it was.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from secretary.kernel.jobs import selects
from secretary.kernel.jobs.retry import Failure
from secretary.kernel.jobs.shapes import ClaimedJob, JobChanged, JobId, LeaseLost, NewJob, Payload, WorkAvailable
from secretary.kernel.jobs.table import JobState
from secretary.kernel.unit import Unit


async def enqueue(unit: Unit, new: NewJob) -> JobId:
    """Add a job to the unit. Returns the known job's id when one of this kind and key is there already."""
    values = {
        "id": unit.new_id(),
        "kind": new.kind,
        "payload": dict(new.payload),
        "key": new.key,
        "lane": new.lane,
        "state": JobState.QUEUED,
        "run_at": new.run_at or unit.now(),
        "max_attempts": new.max_attempts,
        "created_by": unit.actor.id,
        "created": unit.now(),
    }
    if await selects.insert(unit.db, values, once=new.once):
        unit.record(WorkAvailable(new.kind))
        unit.record(JobChanged(str(values["id"]), "queued", unit.actor.id))
        return JobId(str(values["id"]))
    known = selects.any_job if new.once else selects.open_job
    found = await known(unit.db, new.kind, new.key)
    return JobId(found) if found is not None else await enqueue(unit, new)  # it was finished in between


async def claim(
    unit: Unit, kinds: Collection[str], holder: str, lease_s: float, limit: int = 1, *, buries: bool = True
) -> list[ClaimedJob]:
    """Up to `limit` jobs that are due and whose lane is free, held by `holder` (new for each claim) for `lease_s` s.

    A job whose lease ran out is claimed again; after its last attempt it is dead (`lease_expired`) instead, which who
    claims often need not look for each time (`buries`).
    """
    now = unit.now()
    await selects.one_claim_at_a_time(unit.db)
    if buries:
        await selects.bury_exhausted(unit.db, now)
    jobs = await selects.take(unit.db, kinds, now, limit, holder, now + timedelta(seconds=lease_s))
    return [_claimed(job) for job in jobs]


async def heartbeat(unit: Unit, job: ClaimedJob, lease_s: float, progress: Payload | None = None) -> None:
    """Keep the lease, and say how far the work is. Raises LeaseLost."""
    changes: dict[str, object] = {"lease_until": unit.now() + timedelta(seconds=lease_s)}
    if progress is not None:
        changes["progress"] = dict(progress)
    await _change(unit, job, changes)


async def note_progress(unit: Unit, job: ClaimedJob, progress: Payload) -> None:
    """Say how far the work is, in the unit of the step that got it there: both are kept, or neither. Whoever runs the
    job after a crash finds it in `ClaimedJob.progress`. Raises LeaseLost.
    """
    await _change(unit, job, {"progress": dict(progress)})
    unit.record(JobChanged(job.id, "progressed", job.created_by))


async def complete(unit: Unit, job: ClaimedJob) -> None:
    """The work is done. In the unit of the work's own change both happen once, or the unit raises LeaseLost.

    Repeating it changes nothing.
    """
    done = {"state": JobState.DONE, "lease_until": None, "finished": unit.now()}
    if await selects.change_held(unit.db, job.id, job.holder, job.attempt, done):
        unit.record(WorkAvailable(job.kind, after=job.id))  # its lane is free
        unit.record(JobChanged(job.id, "done", job.created_by))
    elif not await selects.is_done(unit.db, job.id, job.holder, job.attempt):
        raise LeaseLost


async def fail(unit: Unit, job: ClaimedJob, failure: Failure, wait_s: float) -> bool:
    """The attempt failed: again after `wait_s`, or dead when it was final or the last. Is it dead? Raises LeaseLost."""
    is_dead = failure.is_final or job.attempt >= job.max_attempts
    changes: dict[str, object] = {"last_error": failure.code, "lease_until": None}
    if is_dead:
        changes |= {"state": JobState.DEAD, "finished": unit.now()}
    else:
        changes |= {"state": JobState.QUEUED, "run_at": unit.now() + timedelta(seconds=wait_s)}
    await _change(unit, job, changes)
    unit.record(WorkAvailable(job.kind))
    unit.record(JobChanged(job.id, "dead" if is_dead else "failed", job.created_by))
    return is_dead


async def release(unit: Unit, job: ClaimedJob) -> None:
    """Give an unfinished job back as if it had not been claimed: the worker is going home. Raises LeaseLost."""
    back = {"state": JobState.QUEUED, "lease_until": None, "run_at": unit.now(), "attempts": job.attempt - 1}
    await _change(unit, job, back)


async def free_running(unit: Unit) -> int:
    """Let what runs be claimed again at once, whoever holds it: for a start at which nobody else can be alive."""
    return await selects.end_leases(unit.db, unit.now())


async def next_due(unit: Unit, kinds: Collection[str]) -> tuple[datetime | None, bool]:
    """When the next job that is not due yet will be, or the next lease runs out; and whether one that is due waits."""
    return await selects.next_due(unit.db, kinds, unit.now())


async def _change(unit: Unit, job: ClaimedJob, changes: Mapping[str, object]) -> None:
    if not await selects.change_held(unit.db, job.id, job.holder, job.attempt, changes):
        raise LeaseLost


def _claimed(job: Row[Any]) -> ClaimedJob:
    return ClaimedJob(
        id=JobId(job.id),
        kind=job.kind,
        payload=job.payload,
        key=job.key,
        lane=job.lane,
        attempt=job.attempts,
        max_attempts=job.max_attempts,
        holder=job.holder,
        progress=job.progress,
        created_by=job.created_by,
    )
