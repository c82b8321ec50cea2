"""A copy of what is stored: read once for all who wait, anew after a change, and again after a second."""

import asyncio

import pytest

from secretary.kernel.freshness import CHECK_INTERVAL_S, Freshness


class Copy:
    def __init__(self):
        self.now, self.reads, self.freshness = 0.0, 0, Freshness(lambda: self.now)
        self.during = lambda: None

    async def read(self):
        self.reads += 1
        await asyncio.sleep(0)
        self.during()

    async def ask(self):
        await self.freshness.ensure(self.read)


async def test_it_is_read_once_for_all_and_again_after_a_second():
    copy = Copy()
    await asyncio.gather(*(copy.ask() for _ in range(5)))
    await copy.ask()
    assert copy.reads == 1
    copy.now += CHECK_INTERVAL_S
    await copy.ask()
    assert copy.reads == 2


async def test_change_makes_it_stale_also_while_it_is_read():
    copy = Copy()
    copy.during = copy.freshness.changed
    await copy.ask()
    copy.during = lambda: None
    await copy.ask()
    await copy.ask()
    assert copy.reads == 2


async def test_what_could_not_be_read_is_read_by_the_next():
    copy = Copy()

    def fail():
        raise OSError

    copy.during = fail
    with pytest.raises(OSError):  # noqa: PT011 -- whatever the reading raises
        await copy.ask()
    assert not copy.freshness.was_ever
    copy.during = lambda: None
    await copy.ask()
    assert (copy.reads, copy.freshness.was_ever) == (2, True)
