"""The durable work of the house itself: folding the overview, and clearing away what nobody needs any more."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time, timedelta

from secretary.accounts import queries as accounts
from secretary.assistant.queries import default_assistant
from secretary.kernel.jobs import (
    ClaimedJob,
    Daily,
    Handler,
    Interval,
    NewSchedule,
    complete,
    ensure_schedules,
    note_progress,
    purge_finished,
)
from secretary.kernel.unit import Unit, UnitFactory
from secretary.operations.folding import Step, fold_step
from secretary.usage import jobs as usage
from secretary.usage.ledger import Ledger

PURGE, FOLD = "jobs.purge", "overview.fold"
JOBS_KEPT = timedelta(days=7)
ATTEMPTS_KEPT = timedelta(days=1)  # sign-ins are limited by what happened within an hour
FOLD_EVERY_MINUTES = 15


def handlers(units: UnitFactory, ledger: Ledger) -> Mapping[str, Handler]:
    """What a worker runs."""

    async def purge(job: ClaimedJob) -> None:
        async with units.write() as unit:
            await clear_away(unit)
            await complete(unit, job)

    async def fold(job: ClaimedJob) -> None:
        progress = _done(job)
        while True:
            async with units.write() as unit:
                step = await fold_step(unit)
                progress += step.folded
                await _note(unit, job, progress, step)
            if not step.remaining:
                return

    return {PURGE: purge, FOLD: fold, **usage.handlers(ledger)}


async def clear_away(unit: Unit) -> None:
    """Forget jobs that were done a week ago, sign-ins that have expired and failed attempts to get one. Repeatable."""
    await purge_finished(unit, unit.now() - JOBS_KEPT)
    await accounts.forget_expired_sessions(unit.db, unit.now())
    await accounts.forget_attempts_before(unit.db, unit.now() - ATTEMPTS_KEPT)


async def keep_schedules(unit: Unit) -> None:
    """Store the schedules of the house that are not there yet, on the clock of the business. Repeatable."""
    assistant = await default_assistant(unit.db)
    zone = assistant.card.timezone if assistant else "UTC"
    await ensure_schedules(unit, _schedules(zone))


def _schedules(zone: str) -> Sequence[NewSchedule]:
    return (
        NewSchedule(PURGE, PURGE, Daily(at=time(3, 30)), zone),
        NewSchedule(FOLD, FOLD, Interval(minutes=FOLD_EVERY_MINUTES), zone),
        replace(usage.SCHEDULE, zone=zone),
    )


def _done(job: ClaimedJob) -> int:
    """How many hours an earlier attempt has folded."""
    done = (job.progress or {}).get("done", 0)
    return done if isinstance(done, int) else 0


async def _note(unit: Unit, job: ClaimedJob, done: int, step: Step) -> None:
    if step.folded:
        await note_progress(unit, job, {"done": done, "total": done + step.remaining, "unit": "hours"})
