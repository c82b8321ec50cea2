"""What a person sees of the jobs, and may do about one that has not begun."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from secretary.kernel.errors import Conflict, NotFound
from secretary.kernel.jobs import listing_selects as selects
from secretary.kernel.jobs.shapes import JobCancelled, WorkAvailable
from secretary.kernel.jobs.table import Job, JobState
from secretary.kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class JobsWanted:
    """Which jobs: of a state, of kinds that begin so, of one who caused them; None and the empty text are all."""

    state: JobState | None = None
    kind_prefix: str = ""
    created_by: str | None = None


def no_such_job() -> NotFound:
    return NotFound("no_such_job", en="There is no such job.", ru="Такого задания нет.")


async def list_jobs(unit: Unit, wanted: JobsWanted, limit: int, offset: int) -> tuple[Sequence[Job], int]:
    """One page, latest first, and how many there are in all."""
    return await selects.page(
        unit.db,
        state=wanted.state,
        kind_prefix=wanted.kind_prefix,
        created_by=wanted.created_by,
        limit=limit,
        offset=offset,
    )


async def get_job(unit: Unit, job_id: str) -> Job:
    """One job with its progress. Raises NotFound."""
    job = await selects.one(unit.db, job_id)
    if job is None:
        raise no_such_job()
    return job


async def count_jobs(unit: Unit) -> Mapping[JobState, int]:
    """How many jobs are in each state; those that are done, as long as they are kept."""
    return dict.fromkeys(JobState, 0) | await selects.by_state(unit.db)


async def cancel(unit: Unit, job_id: str) -> Job:
    """Forget a job that waits or is dead; its lane goes on. Raises NotFound, and Conflict for one that has begun."""
    job = await get_job(unit, job_id)
    if not await selects.remove(unit.db, job_id):
        raise Conflict(
            "job_has_begun",
            en="This job has begun or is over; only a waiting or a failed one can be cancelled.",
            ru="Задание уже выполняется или завершено; отменить можно ожидающее или неудавшееся.",
        )
    unit.record(WorkAvailable(job.kind))
    unit.record(JobCancelled(job.id, job.kind, job.created_by))
    return job
