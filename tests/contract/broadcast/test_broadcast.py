"""News between processes: one contract for all lines."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.support.databases import server_url
from tests.support.servers import Redis

from secretary.kernel.broadcast import LocalBroadcast
from secretary.kernel.broadcast.postgresql import PostgresqlBroadcast
from secretary.kernel.broadcast.redis import RedisBroadcast
from secretary.kernel.db import async_url

pytestmark = pytest.mark.xdist_group("broadcast")


class Ear:
    """Hears a topic, and waits for what it shall hear."""

    def __init__(self, broadcast, topic="news"):
        self.heard = []
        self._more = asyncio.Event()
        self.unsubscribe = broadcast.subscribe(topic, self._hear)

    def _hear(self, message):
        self.heard.append(message)
        self._more.set()

    async def until(self, message):
        async with asyncio.timeout(10):
            while message not in self.heard:
                self._more.clear()
                await self._more.wait()


@pytest.fixture(scope="module")
def redis():
    with Redis() as server:
        yield server


@asynccontextmanager
async def two(kind, redis):
    """Two processes' ends of one line; a local one is its own other end."""
    if kind == "local":
        one = LocalBroadcast()
        yield one, one
        return
    make = {"postgresql": lambda: PostgresqlBroadcast(server_url()), "redis": lambda: RedisBroadcast(redis.url)}[kind]
    ends = make(), make()
    for end in ends:
        await end.start()
        async with asyncio.timeout(10):
            await end.is_up.wait()
    try:
        yield ends
    finally:
        for end in ends:
            await end.close()


KINDS = ["local", "postgresql", "redis"]


@pytest.mark.parametrize("kind", KINDS)
async def test_everybody_hears_once_in_order(kind, redis):
    async with two(kind, redis) as (here, there):
        near, far, other = Ear(here), Ear(there), Ear(there, "other")
        messages = [b"%d \xff binary" % number for number in range(50)]
        for message in messages:
            here.publish("news", message)
        here.publish("other", b"end")
        await other.until(b"end")
        await far.until(messages[-1])
        assert near.heard == far.heard == messages
        assert other.heard == [b"end"]


@pytest.mark.parametrize("kind", KINDS)
async def test_who_unsubscribed_hears_no_more(kind, redis):
    async with two(kind, redis) as (here, there):
        gone, stays = Ear(there), Ear(there)
        gone.unsubscribe()
        gone.unsubscribe()
        here.publish("news", b"x")
        await stays.until(b"x")
        assert gone.heard == []


@pytest.mark.parametrize("kind", KINDS)
async def test_longest_message_arrives_and_a_longer_one_is_refused(kind, redis):
    async with two(kind, redis) as (here, there):
        far = Ear(there)
        here.publish("news", b"x" * 4000)
        await far.until(b"x" * 4000)
        with pytest.raises(ValueError, match="too long"):
            here.publish("news", b"x" * 4001)


async def broken(kind, redis):
    if kind == "redis":
        redis.stop()
        redis.start()
        return
    engine = create_async_engine(async_url(server_url()))
    async with engine.connect() as connection:
        await connection.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and (query like '%pg_notify%' or query like 'LISTEN%')"
            )
        )
    await engine.dispose()


@pytest.mark.parametrize("kind", ["postgresql", "redis"])
async def test_broken_line_comes_back_and_local_news_never_stops(kind, redis):
    async with two(kind, redis) as (here, there):
        near, far = Ear(here), Ear(there)
        here.publish("news", b"before")
        await far.until(b"before")
        await broken(kind, redis)
        here.publish("news", b"during")
        assert b"during" in near.heard
        async with asyncio.timeout(20):
            while b"after" not in far.heard:
                here.publish("news", b"after")
                await asyncio.sleep(0.05)


async def test_line_that_never_opens_harms_nobody():
    lost = RedisBroadcast("redis://127.0.0.1:1/0")
    ear = Ear(lost)
    await lost.start()
    for _ in range(1200):
        lost.publish("news", b"x")
    assert len(ear.heard) == 1200
    await lost.close()
    await lost.close()
