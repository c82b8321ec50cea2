"""Which updates wait for one that was written before them, and for how long."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.support.pigeon import raw

from secretary.channels.incoming import receipts
from secretary.channels.incoming.gaps import AFTER_START, LOOK_BACK, PATIENCE, Gaps
from secretary.channels.models import ChannelReceipt


@pytest.fixture
def gaps():
    return Gaps(linger_s=0)


@pytest.fixture
def is_early(loft, gaps):
    """Is the update of this number early, when it came so long ago?"""

    async def asked(number, came_ago=timedelta(0)):
        async with loft.app.units.read() as unit:
            found = select(ChannelReceipt).where(ChannelReceipt.key == str(number))
            receipt = (await unit.db.scalars(found)).one()
            unit.now = lambda: receipt.received + came_ago
            return await gaps.is_early(unit, loft.id, receipt, receipt.received)

    return asked


async def store(loft, *numbers):
    async with loft.app.units.write() as unit:
        await receipts.store(unit, loft.id, [raw(number, number, say="Hi", follows=True) for number in numbers])


async def test_an_update_waits_a_moment_for_the_one_before_it(loft, is_early):
    await store(loft, 10, 12)
    assert await is_early(12)
    assert not await is_early(12, PATIENCE)
    await store(loft, 11)
    assert not await is_early(12)


async def test_it_waits_too_for_one_that_was_written_some_time_before(loft, is_early):
    await store(loft, 10, 12, 13, 14)
    assert await is_early(14)
    await store(loft, *range(40, 42 + LOOK_BACK))
    assert not await is_early(41 + LOOK_BACK)


async def test_the_first_of_all_waits_for_none(loft, is_early):
    await store(loft, 10)
    assert not await is_early(10)


async def test_after_a_start_all_that_was_refused_meanwhile_may_still_come(loft, gaps, is_early):
    await store(loft, 10, 12)
    async with loft.app.units.read() as unit:
        gaps.begin(unit.now() + timedelta(minutes=5))
    assert await is_early(12, timedelta(minutes=5))
    assert not await is_early(12, timedelta(minutes=5, seconds=1) + AFTER_START)


async def test_what_is_just_being_stored_is_waited_for_however_long_that_takes(loft, gaps, is_early):
    await store(loft, 10, 12)
    with gaps.storing(loft.id, [raw(11, 12, say="Late")]):
        assert await is_early(12, timedelta(minutes=5))
    assert not await is_early(12, timedelta(minutes=5))


async def test_what_was_stored_just_now_may_not_have_been_seen_yet(loft, loop):
    gaps = Gaps(linger_s=30)
    await store(loft, 10, 12)
    with gaps.storing(loft.id, [raw(11, 12, say="Late")]):
        pass
    async with loft.app.units.read() as unit:
        found = select(ChannelReceipt).where(ChannelReceipt.key == "12")
        receipt = (await unit.db.scalars(found)).one()
        unit.now = lambda: receipt.received + timedelta(minutes=5)
        assert await gaps.is_early(unit, loft.id, receipt, receipt.received)


async def test_one_that_waited_for_the_database_has_come_just_now(loft, gaps):
    await store(loft, 10)
    async with loft.app.units.read() as unit:
        assert await gaps.is_early(unit, loft.id, raw(12, 7, say="Hi", follows=True))


async def test_what_is_being_stored_of_another_thread_holds_nobody_up(loft, gaps, is_early):
    await store(loft, 10, 12)
    with gaps.storing(loft.id, [raw(11, 7, say="Late")]):
        assert not await is_early(12)
    await asyncio.sleep(0)  # the loop forgets it
    assert await is_early(12)


async def test_one_of_the_same_thread_that_has_only_just_come_is_taken_first(loft, is_early):
    async with loft.app.units.write() as unit:
        await receipts.store(unit, loft.id, [raw(number, 7, say="Hi", follows=True) for number in (10, 11, 12)])
    assert await is_early(12)
    loft.app.messaging.intake.wake(loft.id, ["7"])
    await loft.settle()
    assert not await is_early(12)
