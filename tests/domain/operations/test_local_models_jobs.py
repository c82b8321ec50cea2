"""Pulls as durable jobs: asked for once, told how far, stopped, gone on with after a death."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select
from tests.domain.operations.local_models_rig import FILE, NAME, Rig
from tests.support.hub import Hub, weights

from secretary.kernel.errors import Conflict, NotFound, Upstream
from secretary.kernel.events import EventBus
from secretary.kernel.jobs import Job, JobState, LeaseLost, NewJob, Retry, Worker, claim, enqueue, free_running, get_job
from secretary.kernel.unit import SYSTEM, UnitFactory
from secretary.operations.local_models import pulls
from secretary.operations.local_models.names import wanted
from secretary.operations.local_models.part import BLOCK, Part
from secretary.operations.local_models.pull import Order
from secretary.operations.local_models.pulls import PULL
from secretary.operations.local_models.service import LocalModels

CONTENT = weights()
ORDER = Order(wanted(f"{NAME}:{FILE}"))


class Engine:
    """Counts how often it was told."""

    looked = 0

    async def look_again(self):
        self.looked += 1

    def running(self, language):
        return None


@pytest.fixture
def hub():
    with Hub() as hub:
        yield hub


@pytest.fixture
def rig(hub, tmp_path, run):
    rig = Rig(tmp_path, hub)
    rig.engine = Engine()
    rig.local = LocalModels(rig.puller._hub, rig.shelf, rig.engine, rig.puller)
    yield rig
    run(rig.http.aclose())


async def ask(units, order=ORDER):
    async with units.write() as unit:
        return await pulls.ask(unit, order)


async def claimed(units):
    async with units.write() as unit:
        [job] = await claim(unit, [PULL], unit.new_id(), 60)
    return job


async def job_of(units, job_id):
    async with units.read() as unit:
        return await get_job(unit, job_id)


async def test_job_pulls_tells_how_far_it_is_and_has_the_engine_look(units, hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    job_id = await ask(units)
    await rig.local.handlers(units)[PULL](await claimed(units))
    job = await job_of(units, job_id)
    assert job.state is JobState.DONE
    assert (job.progress["done"], job.progress["total"], job.progress["unit"]) == (len(CONTENT), len(CONTENT), "bytes")
    assert (rig.folder / FILE).read_bytes() == CONTENT
    assert rig.engine.looked == 1


async def test_asking_twice_is_one_job(units, rig):
    first, second = await ask(units), await ask(units)
    other = await ask(units, Order(wanted(f"{NAME}:other.gguf")))
    assert first == second != other


async def test_exact_name_is_taken_though_the_hub_is_down_and_refused_where_it_says_no(units, hub, rig):
    hub.statuses["/api/models/"] = (503, {})
    job_id, asked = await rig.local.ask(units, SYSTEM, ORDER)
    assert (await job_of(units, job_id)).state is JobState.QUEUED
    assert asked == ORDER.wanted
    with pytest.raises(Upstream):
        await rig.local.ask(units, SYSTEM, Order(wanted(NAME)))
    hub.statuses.clear()
    with pytest.raises(NotFound):
        await rig.local.ask(units, SYSTEM, ORDER)


async def test_job_goes_on_where_a_dead_worker_stood(units, hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    job_id = await ask(units)
    job = await claimed(units)

    class Killed(BaseException):
        """As a power cut does."""

    async def killed(progress):
        if progress.done:
            raise Killed

    with pytest.raises(Killed):
        await rig.puller.pull(ORDER, killed)
    stood = (rig.folder / f"{FILE}.part").stat().st_size
    assert 0 < stood <= len(CONTENT)
    async with units.write() as unit:
        assert await free_running(unit) == 1
    hub.asked.clear()
    await rig.local.handlers(units)[PULL](await claimed(units))
    assert (await job_of(units, job_id)).state is JobState.DONE
    assert job.attempt == 1
    assert [one.headers.get("range") for one in hub.of("network")] in ([f"bytes={stood}-"], [])


async def test_running_pull_is_stopped_and_leaves_nothing(units, hub, rig):
    hub.publish(NAME, FILE, weights(BLOCK * 3))
    job_id = await ask(units)
    job = await claimed(units)
    hub.hold_after = BLOCK
    working = asyncio.create_task(rig.local.handlers(units)[PULL](job))
    await asyncio.to_thread(hub.held.wait, 10)
    await rig.local.stop(units, SYSTEM, job_id)
    hub.release.set()
    with pytest.raises(LeaseLost):
        await working
    assert rig.files == []
    assert rig.engine.looked == 0
    with pytest.raises(NotFound):
        await job_of(units, job_id)


async def test_waiting_pull_is_stopped_and_its_part_deleted(units, hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    hub.cuts = [100_000, 0, 0, 0, 0]
    with pytest.raises(Upstream):
        await rig.pull()
    job_id = await ask(units)
    await rig.local.stop(units, SYSTEM, job_id)
    assert rig.files == []
    with pytest.raises(NotFound):
        await rig.local.stop(units, SYSTEM, job_id)


async def test_only_pulls_are_stopped(units, rig):
    async with units.write() as unit:
        other = await enqueue(unit, NewJob("work"))
    with pytest.raises(NotFound):
        await rig.local.stop(units, SYSTEM, other)
    assert (await job_of(units, other)).state is JobState.QUEUED


async def test_pull_at_a_shell_makes_the_job_wait_and_other_conflicts_end_it(units, hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    await ask(units)
    job, pull = await claimed(units), rig.local.handlers(units)[PULL]
    shell = Part.open(rig.folder / FILE)
    with pytest.raises(Upstream) as raised:
        await pull(job)
    assert (raised.value.retryable, raised.value.retry_after_s) == (True, 60.0)
    shell.close()
    rig.room = 0
    with pytest.raises(Conflict) as raised:
        await pull(job)
    assert raised.value.code == "disk_full"


async def test_pulls_that_are_not_done_are_listed_with_what_they_are_of(units, hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    job_id = await ask(units, Order(wanted(f"{NAME}:{FILE}"), is_update=True, is_chosen=False))
    async with units.read() as unit:
        [found] = await pulls.pulls(unit)
    assert (found.job.id, found.order.wanted) == (job_id, ORDER.wanted)
    assert (found.order.is_update, found.order.is_chosen) == (True, False)
    await rig.local.handlers(units)[PULL](await claimed(units))
    async with units.read() as unit:
        assert await pulls.pulls(unit) == []
    assert (rig.folder / "chosen").exists() is False


@asynccontextmanager
async def working(units, handlers):
    worker = Worker(units, handlers, retry=Retry(0.01, 0.01), luck=lambda: 0.0, poll_s=0.05)
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await running


@pytest.fixture(params=["sqlite", "postgresql"])
def live(request, databases, run):
    """Units that really commit, as a worker's do side by side."""
    units = UnitFactory(databases(request.param, seeded=False), EventBus())
    yield units
    run(_forget(units))


async def _forget(units):
    async with units.write() as unit:
        for job in await unit.db.scalars(select(Job)):
            await unit.db.delete(job)


async def test_worker_tries_again_until_the_hub_is_back(live, hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    hub.statuses["/acme"] = (503, {})
    done = asyncio.Event()

    class Told(Engine):
        async def look_again(self):
            done.set()

    local = LocalModels(rig.puller._hub, rig.shelf, Told(), rig.puller)
    failed = asyncio.Event()
    units = replace(live, bus=EventBus())
    units.bus.subscribe_all(lambda event: failed.set() if getattr(event, "action", "") == "failed" else None)
    job_id = await ask(units)
    async with working(units, local.handlers(units)), asyncio.timeout(20):
        await failed.wait()
        hub.statuses.clear()
        await done.wait()
    job = await job_of(units, job_id)
    assert (job.state, job.last_error) == (JobState.DONE, "hub_down")
    assert job.attempts > 1
    assert (rig.folder / FILE).read_bytes() == CONTENT


async def test_stalled_pull_that_was_stopped_leaves_nothing_once_its_worker_lets_go(live, hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    job_id = await ask(live)
    job = await claimed(live)
    hub.hold_after = 100_000
    working = asyncio.create_task(rig.local.handlers(live)[PULL](job))
    await asyncio.to_thread(hub.held.wait, 10)
    await rig.local.stop(live, SYSTEM, job_id)
    working.cancel()  # as the worker does once it cannot renew its lease
    with pytest.raises((asyncio.CancelledError, LeaseLost)):
        await working
    assert rig.files == []


async def test_pull_of_a_worker_that_goes_home_is_kept(live, hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    await ask(live)
    job = await claimed(live)
    hub.hold_after = 100_000
    working = asyncio.create_task(rig.local.handlers(live)[PULL](job))
    await asyncio.to_thread(hub.held.wait, 10)
    part = rig.folder / f"{FILE}.part"
    async with asyncio.timeout(10):
        while not part.stat().st_size:
            await asyncio.sleep(0.005)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert part.stat().st_size > 0
