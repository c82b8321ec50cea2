"""The house's own work: what is cleared away, what is folded, and how it goes on after a death."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from tests.domain.operations.test_overview import History

from secretary.accounts.models import LoginAttempt, RefreshSession, Role, User
from secretary.kernel.jobs import Job, NewJob, Schedule, claim, complete, enqueue, free_running, get_job
from secretary.operations.work import FOLD, PURGE, clear_away, handlers, keep_schedules
from secretary.usage.jobs import RECOVER
from secretary.usage.ledger import Ledger
from secretary.usage.rules import Limits

NOW = datetime(2026, 3, 20, tzinfo=UTC)


@pytest.fixture
def timed(units):
    return replace(units, clock=lambda: NOW)


def work_of(units):
    """What a worker runs, with a ledger of its own."""

    async def utc(_):
        return ZoneInfo("UTC")

    return handlers(units, Ledger(units, Limits(units, utc)))


async def do(units, kind):
    """One attempt at one job of this kind, as a worker makes it."""
    async with units.write() as unit:
        [job] = await claim(unit, [kind], unit.new_id(), 60)
    await work_of(units)[kind](job)
    return job


def session(user_id, name, expires) -> RefreshSession:
    return RefreshSession(
        id=name, user_id=user_id, token_hash="x", credentials_version=1, created=NOW, last_used=NOW, expires=expires
    )


async def test_purge_forgets_what_is_over_and_keeps_what_is_not(timed):
    async with timed.write() as unit:
        unit.db.add(
            User(id="u", username="u", username_key="u", password_hash="!", role=Role.USER, created=NOW, updated=NOW)
        )
        await unit.db.flush()
        unit.db.add_all([session("u", "old", NOW), session("u", "good", NOW + timedelta(1))])
        unit.db.add_all(
            LoginAttempt(id=name, subject="s", at=NOW - age)
            for name, age in {"old": timedelta(days=2), "new": timedelta(minutes=1)}.items()
        )
    old = replace(timed, clock=lambda: NOW - timedelta(days=8))
    async with old.write() as unit:
        await enqueue(unit, NewJob("work"))
        [job] = await claim(unit, ["work"], "me", 60)
        await complete(unit, job)
    async with timed.write() as unit:
        job_id = await enqueue(unit, NewJob(PURGE))
    await do(timed, PURGE)
    async with timed.read() as unit:
        assert list(await unit.db.scalars(select(RefreshSession.id))) == ["good"]
        assert list(await unit.db.scalars(select(LoginAttempt.id))) == ["new"]
        assert list(await unit.db.scalars(select(Job.id))) == [job_id]
        assert (await get_job(unit, job_id)).state == "done"
    async with timed.write() as unit:
        await clear_away(unit)


async def test_fold_goes_on_where_a_dead_worker_stood_and_keeps_its_progress(database):
    history = History().on(database)
    for _ in range(5):
        await history.act([("begin", ("a", "widget")), ("pass_", 60 * 20)])
    units = replace(history.units)
    async with units.write() as unit:
        job_id = await enqueue(unit, NewJob(FOLD))
        [job] = await claim(unit, [FOLD], "victim", 60)

    class Killed(BaseException):
        """As a power cut does."""

    steps = 0

    def dying_clock():
        nonlocal steps
        steps += 1
        if steps > 6:
            raise Killed
        return history.moment

    with pytest.raises(Killed):
        await work_of(replace(units, clock=dying_clock))[FOLD](job)
    async with units.write() as unit:
        before = (await get_job(unit, job_id)).progress
        assert before is not None
        assert 0 < before["done"] < before["total"]
        assert await free_running(unit) == 1
    job = await do(units, FOLD)
    assert (job.attempt, job.progress) == (2, before)
    async with units.read() as unit:
        after = (await get_job(unit, job_id)).progress
    assert after["done"] == after["total"] == before["total"]
    await history.check()


async def test_schedules_of_the_house_are_kept_once_on_the_clock_of_the_business(timed):
    for _ in range(2):
        async with timed.write() as unit:
            await keep_schedules(unit)
    async with timed.read() as unit:
        schedules = {schedule.key: schedule for schedule in await unit.db.scalars(select(Schedule))}
    assert set(schedules) == {PURGE, FOLD, RECOVER}
    assert set(work_of(timed)) == {schedule.kind for schedule in schedules.values()}
