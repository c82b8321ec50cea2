"""Pulls as durable jobs: asked for, done by a worker, seen, stopped."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from secretary.kernel.errors import Conflict, Internal, NotFound, Upstream
from secretary.kernel.jobs import (
    ClaimedJob,
    Handler,
    Job,
    JobId,
    JobState,
    JobsWanted,
    LeaseLost,
    NewJob,
    cancel,
    complete,
    enqueue,
    fail,
    get_job,
    list_jobs,
    note_progress,
)
from secretary.kernel.jobs.retry import Failure
from secretary.kernel.leaving import to_the_end
from secretary.kernel.unit import Unit, UnitFactory
from secretary.operations.local_models.errors import model_error
from secretary.operations.local_models.events import LocalModelAsked, LocalModelPulled
from secretary.operations.local_models.holding import Progress, hold
from secretary.operations.local_models.names import Wanted
from secretary.operations.local_models.ports import Engine
from secretary.operations.local_models.pull import Order, Puller
from secretary.operations.local_models.shelf import Shelf

PULL: Final = "models.pull"
MOST_SHOWN: Final = 20
ELSEWHERE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull that is not done: what, and how far."""

    job: Job
    order: Order


async def ask(unit: Unit, order: Order) -> JobId:
    """Enqueue a pull; the id of the one that is under way where there is one of this model."""
    wanted = order.wanted
    unit.record(LocalModelAsked(wanted.name, wanted.repository))
    payload: dict[str, JsonValue] = {
        "repository": wanted.repository,
        "file": wanted.file,
        "update": order.is_update,
        "use": order.is_chosen,
    }
    return await enqueue(unit, NewJob(PULL, payload, key=wanted.name[:200], lane=PULL))


async def pulls(unit: Unit) -> Sequence[Pull]:
    """Those that wait, run or have failed, latest first."""
    jobs, _ = await list_jobs(unit, JobsWanted(kind_prefix=PULL), MOST_SHOWN, 0)
    return [Pull(job, _order(job.payload)) for job in jobs if job.kind == PULL and job.state is not JobState.DONE]


async def stop(unit: Unit, job_id: str) -> Order:
    """Forget a pull, one that runs too: its worker hears of it with its next word. Raises NotFound."""
    job = await get_job(unit, job_id)
    if job.kind != PULL or job.state is JobState.DONE:
        raise model_error("no_such_pull")
    order = _order(job.payload)
    if job.state is JobState.RUNNING:
        await fail(unit, _as_claimed(job), Failure("cancelled", is_final=True), 0)
        unit.db.expire(job)
    await cancel(unit, job_id)
    return order


async def drop_part(shelf: Shelf, wanted: Wanted) -> None:
    """Delete what was downloaded so far, unless somebody is at it."""
    try:
        async with hold(shelf.path_of(wanted.name)) as held:
            await held.do(held.part.discard)
    except Conflict:
        return


def handlers(units: UnitFactory, puller: Puller, shelf: Shelf, engine: Engine) -> Mapping[str, Handler]:
    """What a worker runs."""

    async def pull(job: ClaimedJob) -> None:
        order = _order(job.payload)

        async def report(progress: Progress) -> None:
            async with units.write() as unit:
                await note_progress(unit, job, _shown(progress))

        try:
            installed = await puller.pull(order, report)
        except (LeaseLost, asyncio.CancelledError):  # stopped; taken over by another worker; or we are going home
            await to_the_end(_clear_up(units, shelf, job, order.wanted))  # the worker, too, hears that a job is gone
            raise
        except Conflict as error:
            raise _later(error) from error
        async with units.write() as unit:
            unit.record(LocalModelPulled(installed.name, installed.source.sha256 if installed.source else ""))
            await complete(unit, job)
        await engine.look_again()

    return {PULL: pull}


def _shown(progress: Progress) -> dict[str, int | str]:
    return {"done": progress.done, "total": progress.total, "unit": "bytes", "bytes_per_s": progress.bytes_per_s}


def _later(error: Conflict) -> Conflict | Upstream:
    """Somebody at a shell pulls the same model: that may fail, so look again later."""
    if error.code != "model_being_pulled":
        return error
    return Upstream(error.code, en=error.en, ru=error.ru, retryable=True, retry_after_s=ELSEWHERE_S)


async def _clear_up(units: UnitFactory, shelf: Shelf, job: ClaimedJob, wanted: Wanted) -> None:
    """Nobody will go on with what was stopped."""
    if await _is_forgotten(units, job.id):
        await drop_part(shelf, wanted)


async def _is_forgotten(units: UnitFactory, job_id: str) -> bool:
    try:
        async with units.read() as unit:
            await get_job(unit, job_id)
    except NotFound:
        return True
    except (Internal, OSError):  # the database does not answer: then nothing is known
        return False
    return False


def _order(payload: Mapping[str, object]) -> Order:
    wanted = Wanted(str(payload["repository"]), str(payload["file"]))
    return Order(wanted, is_update=payload.get("update") is True, is_chosen=payload.get("use") is not False)


def _as_claimed(job: Job) -> ClaimedJob:
    """The job as its worker holds it."""
    return ClaimedJob(
        id=JobId(job.id),
        kind=job.kind,
        payload=job.payload,
        key=job.key,
        lane=job.lane,
        attempt=job.attempts,
        max_attempts=job.max_attempts,
        holder=job.holder or "",
        progress=job.progress,
        created_by=job.created_by,
    )
