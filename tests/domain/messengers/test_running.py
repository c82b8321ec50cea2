"""Instances at work: started and stopped while the program runs, held by one process, none in another's way."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from tests.support.pigeon import Loft, raw, refused

from secretary.channels import queries as instances
from secretary.channels.models import RunStatus
from secretary.channels.running import queries, service
from secretary.channels.running.supervisor import Supervisor
from secretary.kernel.broadcast import LocalBroadcast


async def a_moment():
    with suppress(TimeoutError):
        async with asyncio.timeout(0.02):
            await asyncio.Event().wait()


async def until(true, what="it", seconds=5.0):
    """Look again and again: what runs is a task of its own."""
    try:
        async with asyncio.timeout(seconds):
            while not await true():
                await a_moment()
    except TimeoutError:
        raise AssertionError(f"{what} did not come about") from None


async def status(loft):
    async with loft.app.units.read() as unit:
        run = await queries.run(unit.db, loft.id)
    return run.status if run else None


def is_(loft, wanted):
    async def look():
        return await status(loft) is wanted

    return look


def supervisor(loft, holder):
    return Supervisor(loft.app.messaging.supervisor._tools, LocalBroadcast(), holder)


@pytest.fixture
def running(app, run):
    """The supervisor of this process, at work."""
    its = app.messaging.supervisor
    run(its.start(alone=True))
    yield its
    run(its.close())


async def switch(loft, *, on):
    secrets = (await loft.line()).secrets
    async with loft.app.units.write() as unit:
        row = await instances.instance_by_id(unit.db, loft.id)
        if on:
            await service.start(unit, loft.pigeon, row, secrets)
        else:
            await service.stop(unit, row)


async def test_an_instance_runs_polls_and_sends(loft, running):
    await until(is_(loft, RunStatus.RUNNING), "running")
    await loft.post.batches.put([raw(1, 7, say="Tell me a story"), raw(2, 8, say="Sing a song")])

    async def answered():
        return len(loft.post.sent) == 2

    await until(answered, "the answers")
    async with loft.app.units.read() as unit:
        run = await queries.run(unit.db, loft.id)
    assert run.cursor == 2
    assert run.identity["name"] == "Pigeon"


async def test_a_hiccup_of_polling_neither_ends_an_instance_nor_keeps_it_from_sending(loft, running, monkeypatch):
    monkeypatch.setattr("secretary.channels.running.run.FIRST_WAIT_S", 0)
    await until(is_(loft, RunStatus.RUNNING), "running")
    for _ in range(3):
        await loft.post.batches.put(refused("channel_unreachable", retryable=True))
    await loft.post.batches.put([raw(1, 7, say="Tell me a story")])

    async def answered():
        return loft.texts == ["The answer"]

    await until(answered, "the answer")
    assert len(loft.post.opened) == 1


async def test_a_provider_that_cannot_be_polled_for_long_is_shown_to_have_failed(loft, running, monkeypatch):
    await until(is_(loft, RunStatus.RUNNING), "running")
    monkeypatch.setattr("secretary.channels.running.run.FIRST_WAIT_S", 0)
    for _ in range(4):
        await loft.post.batches.put(refused("channel_unreachable", retryable=True))
    await until(is_(loft, RunStatus.FAILED), "failing")


async def test_it_does_not_stop_before_what_is_going_out_is_recorded(loft, running, monkeypatch):
    monkeypatch.setattr("secretary.channels.running.run.GRACE_S", 0.01)
    await until(is_(loft, RunStatus.RUNNING), "running")
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slowly(part):
        begun.set()
        await may_end.wait()

    loft.post.before = slowly
    await loft.says(7, "Tell me a story")
    await begun.wait()
    closing = asyncio.create_task(running.close())
    for _ in range(10):
        await a_moment()
    assert not closing.done()
    may_end.set()
    await closing
    assert loft.texts == ["The answer"]
    assert not await loft.deliver_one(), "it is recorded"


async def test_it_stops_and_starts_again_at_run_time_and_keeps_what_waits(loft, running):
    await until(is_(loft, RunStatus.RUNNING), "running")
    await switch(loft, on=False)
    await until(is_(loft, RunStatus.STOPPED), "stopped")
    await loft.says(7, "Tell me a story")
    assert loft.post.sent == []
    await switch(loft, on=True)

    async def answered():
        return loft.texts == ["The answer"]

    await until(answered, "the answer")


async def test_a_refused_token_ends_it_until_the_owner_changes_something(loft, running):
    await until(is_(loft, RunStatus.RUNNING), "running")
    loft.post.refusal = refused("channel_token")
    loft.post.faults = [refused("channel_token")]
    await loft.says(7, "Tell me a story")
    await until(is_(loft, RunStatus.FAILED), "failing")
    loft.post.refusal, loft.post.faults = None, []
    await switch(loft, on=True)

    async def answered():
        return loft.texts == ["The answer"]

    await until(answered, "the answer")


async def test_one_that_cannot_start_does_not_touch_the_others(app, pigeon, loft, running):
    other = await Loft.of(app, pigeon, named="another")
    async with app.units.write() as unit:
        row = await instances.instance_by_id(unit.db, other.id)
        row.sealed_secrets, row.updated = "v1.nobody.reads.this", unit.now()
    running._wake.set()
    await until(is_(loft, RunStatus.RUNNING), "the good one")
    await until(is_(other, RunStatus.FAILED), "the bad one's failure")
    assert await status(loft) is RunStatus.RUNNING


async def test_one_process_holds_an_instance_and_another_takes_over_when_it_dies(loft):
    here, there = supervisor(loft, "1-here"), supervisor(loft, "2-there")
    await here.start(alone=False)
    await until(is_(loft, RunStatus.RUNNING), "running")
    await there.start(alone=False)
    await there._round()
    assert there._runs == {}
    here._task.cancel()  # it dies: nobody renews the lease, nobody lets go of it
    for _, task in here._runs.values():
        task.cancel()
    async with loft.app.units.write() as unit:
        await queries.tell(unit.db, loft.id, {"lease_until": unit.now() - timedelta(seconds=1)})
    await there._round()
    assert list(there._runs) == [loft.id]
    await there.close()
    here._runs.clear()
    await here.close()


async def test_a_run_whose_process_died_is_not_called_running(loft):
    async with loft.app.units.write() as unit:
        row = await instances.instance_by_id(unit.db, loft.id)
        await service.hold(unit, loft.id, "1-dead")
        await service.tell(unit, row, RunStatus.RUNNING)
        run = await queries.run(unit.db, loft.id)
        assert service.state_of(row, run, unit.now()).is_running
        assert not service.state_of(row, run, unit.now() + timedelta(minutes=1)).is_running


async def test_a_webhook_without_an_address_says_what_is_missing(app, pigeon, running):
    loft = await Loft.of(app, pigeon, settings={"mode": "webhook"})
    await until(is_(loft, RunStatus.FAILED), "the failure")
    async with app.units.read() as unit:
        assert (await queries.run(unit.db, loft.id)).error == "channel_needs_public_url"
    assert pigeon.post.opened == []
