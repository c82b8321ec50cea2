"""The worker: runs, retries, keeps leases, stops in good order, and survives what kills it."""

import asyncio
import os
import signal
import sys
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from secretary.kernel.errors import Upstream
from secretary.kernel.events import EventBus
from secretary.kernel.jobs import ClaimedJob, Job, NewJob, Retry, Worker, claim, complete, dead_letters, enqueue

QUICK = Retry(first_s=0.05, longest_s=0.05)
SOURCE = Path(__file__).parents[3] / "src"


async def _put(units, *jobs: NewJob) -> list[str]:
    async with units.write() as unit:
        return [await enqueue(unit, job) for job in jobs]


@asynccontextmanager
async def _working(units, handlers, **options):
    worker = Worker(units, handlers, **{"retry": QUICK, "luck": lambda: 0.0, **options})
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        async with asyncio.timeout(10):
            await running


async def _until(is_so) -> None:
    """What a test waits for happens inside a handler that it does not own: looked for again and again."""
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.005)


async def _states(units) -> list[str]:
    async with units.read() as unit:
        return [state.value for state in (await unit.db.execute(select(Job.state).order_by(Job.number))).scalars()]


async def test_commit_in_this_process_wakes_the_worker_at_once(live_units):
    done = asyncio.Event()

    async def handle(job: ClaimedJob) -> None:
        done.set()

    async with _working(live_units, {"work": handle}, poll_s=3600):
        await asyncio.sleep(0.05)
        await _put(live_units, NewJob("work"))
        async with asyncio.timeout(2):
            await done.wait()
    assert await _states(live_units) == ["done"]


async def test_worker_finds_what_another_process_enqueued(live_units):
    done = asyncio.Event()

    async def handle(job: ClaimedJob) -> None:
        done.set()

    other_process = replace(live_units, bus=EventBus())
    async with _working(live_units, {"work": handle}, poll_s=0.05):
        await asyncio.sleep(0.05)
        await _put(other_process, NewJob("work"))
        async with asyncio.timeout(2):
            await done.wait()


async def test_failures_are_retried_and_the_last_one_is_kept_by_its_code(live_units):
    attempts = []

    async def handle(job: ClaimedJob) -> None:
        attempts.append(job.attempt)
        raise Upstream("vendor_down", en="", ru="", retryable=True)

    async with _working(live_units, {"work": handle}):
        await _put(live_units, NewJob("work", max_attempts=3))
        await _until(lambda: len(attempts) == 3)
    async with live_units.read() as unit:
        [dead] = (await dead_letters(unit)).jobs
    assert attempts == [1, 2, 3]
    assert dead.last_error == "vendor_down"


async def test_a_handlers_own_bug_stops_neither_the_worker_nor_other_jobs(live_units):
    done = []

    async def handle(job: ClaimedJob) -> None:
        if job.payload.get("bug"):
            raise ZeroDivisionError
        done.append(job.id)

    async with _working(live_units, {"work": handle}):
        await _put(live_units, NewJob("work", {"bug": True}, max_attempts=1), NewJob("work"))
        await _until(lambda: done)
    assert sorted(await _states(live_units)) == ["dead", "done"]


async def test_no_more_than_its_slots_run_at_once(live_units):
    running, most = 0, 0

    async def handle(job: ClaimedJob) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1

    async with _working(live_units, {"work": handle}, slots=3):
        await _put(live_units, *(NewJob("work") for _ in range(10)))
        await asyncio.sleep(0.05)
        await _until(lambda: running == 0)
    assert most == 3


async def test_long_work_keeps_its_lease_while_another_worker_looks_on(live_units):
    attempts = []

    async def handle(job: ClaimedJob) -> None:
        attempts.append(job.attempt)
        await asyncio.sleep(1.8)

    options = {"lease_s": 1.0, "poll_s": 0.1}
    async with _working(live_units, {"work": handle}, **options), _working(live_units, {"work": handle}, **options):
        await _put(live_units, NewJob("work"))
        await asyncio.sleep(1.4)
    assert attempts == [1]
    assert await _states(live_units) == ["done"]


async def test_handler_that_completes_in_its_own_unit_is_not_run_again(live_units):
    runs = []

    async def handle(job: ClaimedJob) -> None:
        async with live_units.write() as unit:
            await complete(unit, job)
        runs.append(job.id)

    async with _working(live_units, {"work": handle}):
        await _put(live_units, NewJob("work"))
        await _until(lambda: runs)
    assert await _states(live_units) == ["done"]
    assert len(runs) == 1


async def test_stopping_lets_running_work_end_and_begins_no_more(live_units):
    begun = []

    async def handle(job: ClaimedJob) -> None:
        begun.append(job.id)
        await asyncio.sleep(0.1)

    async with _working(live_units, {"work": handle}, slots=1):
        await _put(live_units, NewJob("work"), NewJob("work"))
        await _until(lambda: begun)
    assert sorted(await _states(live_units)) == ["done", "queued"]


@pytest.mark.parametrize("is_cancelled", [True, False], ids=["cancelled", "stopped"])
async def test_work_that_outlasts_the_stop_is_cancelled_and_given_back(live_units, is_cancelled):
    begun, ended = asyncio.Event(), []

    async def handle(job: ClaimedJob) -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(job.attempt)

    worker = Worker(live_units, {"work": handle}, grace_s=0.05)
    running = asyncio.create_task(worker.run())
    await _put(live_units, NewJob("work"))
    async with asyncio.timeout(10):
        await begun.wait()
    running.cancel() if is_cancelled else worker.stop()
    await asyncio.wait({running}, timeout=10)
    assert running.cancelled() is is_cancelled
    assert ended == [1]
    assert await _states(live_units) == ["queued"]


async def test_several_workers_keep_every_lane_in_order_and_lose_nothing(live_units):
    running: set[str] = set()
    overlaps: list[str] = []
    seen: dict[str, list[int]] = defaultdict(list)

    async def handle(job: ClaimedJob) -> None:
        overlaps.extend(running & {job.lane})
        running.add(job.lane)
        await asyncio.sleep(0.003)
        running.remove(job.lane)
        seen[job.lane].append(job.payload["n"])
        if job.payload["n"] % 4 == 0 and job.attempt == 1:
            seen[job.lane].pop()
            raise Upstream("again", en="", ru="", retryable=True)

    others = [replace(live_units, bus=EventBus()) for _ in range(2)]
    async with (
        _working(live_units, {"work": handle}),
        _working(others[0], {"work": handle}, poll_s=0.05),
        _working(others[1], {"work": handle}, poll_s=0.05),
    ):
        for number in range(10):
            await asyncio.gather(
                *(_put(live_units, NewJob("work", {"n": number}, lane=lane)) for lane in ("a", "b", "c"))
            )
        await _until(lambda: sum(map(len, seen.values())) == 30)
    assert not overlaps
    assert seen == {lane: list(range(10)) for lane in "abc"}
    assert set(await _states(live_units)) == {"done"}


async def test_worker_that_is_told_of_everything_leaves_nothing_waiting(live_units):
    seen: dict[str, list[int]] = defaultdict(list)

    async def handle(job: ClaimedJob) -> None:
        await asyncio.sleep(0.001)
        if job.payload["n"] % 4 == 0 and job.attempt == 1:
            raise Upstream("again", en="", ru="", retryable=True)
        if job.payload["n"] % 3 == 0:
            async with live_units.write() as unit:
                await complete(unit, job)
        seen[job.lane].append(job.payload["n"])

    other = replace(live_units, bus=EventBus())
    async with _working(live_units, {"work": handle}, poll_s=3600, slots=3, is_told=True) as worker:
        for number in range(10):
            units = other if number % 5 == 4 else live_units
            await asyncio.gather(*(_put(units, NewJob("work", {"n": number}, lane=lane)) for lane in "abcde"))
            if units is other:
                worker.wake()
        await _until(lambda: sum(map(len, seen.values())) == 50)
    assert seen == {lane: list(range(10)) for lane in "abcde"}


async def test_same_key_enqueued_by_many_at_once_is_one_job(live_units):
    ids = await asyncio.gather(*(_put(live_units, NewJob("work", key="k")) for _ in range(8)))
    assert len({job_id for [job_id] in ids}) == 1
    assert await _states(live_units) == ["queued"]


async def test_claims_side_by_side_never_run_two_jobs_of_a_lane(live_postgresql):
    """A job that commits after one that was enqueued later must not slip past a claim that is not committed yet."""
    units = live_postgresql
    async with units.write() as slow:
        await enqueue(slow, NewJob("work", lane="a"))
        await _put(units, NewJob("work", lane="a"))
        first = units.write()
        unit = await first.__aenter__()
        assert len(await claim(unit, ["work"], "one", 60)) == 1
    second = asyncio.create_task(_claim(units))
    await asyncio.sleep(0.1)
    await first.__aexit__(None, None, None)
    assert await second == []


async def _claim(units) -> list[ClaimedJob]:
    async with units.write() as unit:
        return await claim(unit, ["work"], "two", 60)


VICTIM = """
import asyncio, sys
from secretary.kernel.db import Database
from secretary.kernel.events import EventBus
from secretary.kernel.jobs import Worker
from secretary.kernel.unit import UnitFactory

async def handle(job):
    print("begun", flush=True)
    await asyncio.sleep(60)

asyncio.run(Worker(UnitFactory(Database(sys.argv[1]), EventBus()), {"work": handle}, lease_s=0.5).run())
"""


async def test_job_of_a_worker_that_is_killed_runs_again_elsewhere(live_units):
    await _put(live_units, NewJob("work", lane="a"), NewJob("work", lane="a"))
    url = live_units.database.url
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-c", VICTIM, url, stdout=asyncio.subprocess.PIPE, env=environment
    )
    assert await victim.stdout.readline() == b"begun\n"
    victim.send_signal(signal.SIGKILL)
    await victim.wait()
    attempts = []

    async def handle(job: ClaimedJob) -> None:
        attempts.append(job.attempt)

    async with _working(live_units, {"work": handle}, poll_s=0.1):
        await _until(lambda: len(attempts) == 2)
    assert attempts == [2, 1]
    assert await _states(live_units) == ["done", "done"]


async def test_worker_outlives_a_database_that_is_away(live_units, monkeypatch):
    done = []
    session = live_units.database.session
    away = 3

    def shaky(*, write: bool):
        nonlocal away
        if write and away:
            away -= 1
            raise OSError("gone")
        return session(write=write)

    async def handle(job: ClaimedJob) -> None:
        done.append(job.id)

    await _put(live_units, NewJob("work"))
    monkeypatch.setattr(live_units.database, "session", shaky)
    async with _working(live_units, {"work": handle}, poll_s=0.02):
        await _until(lambda: done)
    assert await _states(live_units) == ["done"]
