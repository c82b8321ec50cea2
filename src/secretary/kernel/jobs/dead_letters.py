"""What could not be done: listed for a person, who may have it tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from secretary.kernel.errors import NotFound
from secretary.kernel.jobs import selects
from secretary.kernel.jobs.queue import enqueue
from secretary.kernel.jobs.shapes import JobId, JobResent, NewJob
from secretary.kernel.jobs.table import Job
from secretary.kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """One page of dead jobs, and how many there are in all."""

    jobs: Sequence[Job]
    total: int


async def dead_letters(unit: Unit, kind_prefix: str = "", limit: int = 50, offset: int = 0) -> DeadLetters:
    """Dead jobs whose kind begins so, latest first."""
    jobs, total = await selects.dead(unit.db, kind_prefix, limit, offset)
    return DeadLetters(jobs, total)


async def resend(unit: Unit, job_id: str) -> JobId:
    """Try a dead job again, all its attempts anew, at the end of its lane. Raises NotFound.

    It gets a new id, or that of the open job with its key: somebody has tried it again before.
    """
    dead = await selects.take_dead(unit.db, job_id)
    if dead is None:
        raise NotFound("no_such_job", en="There is no such failed job.", ru="Такого неудавшегося задания нет.")
    again = NewJob(dead.kind, dead.payload, dead.key, dead.lane, max_attempts=dead.max_attempts)
    new_id = await enqueue(unit, again)
    unit.record(JobResent(new_id, dead.kind))
    return new_id


async def purge_finished(unit: Unit, before: datetime) -> int:
    """Forget jobs done before then; dead ones stay until a person decides. Returns how many."""
    return await selects.purge(unit.db, before)
