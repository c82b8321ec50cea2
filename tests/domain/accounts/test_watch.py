"""Streams end with the sign-in they hang on."""

import asyncio
from contextlib import aclosing

import pytest
from tests.domain.accounts.conftest import House
from tests.domain.accounts.test_keys import make, revoke
from tests.domain.accounts.test_staying_signed_in import CHANGES

from secretary.accounts import service, sessions
from secretary.accounts.authenticator import SessionAuthenticator
from secretary.accounts.watch import SIGNED_OUT, SignInWatch, until_signed_out, while_signed_in
from secretary.kernel.errors import Conflict
from secretary.kernel.events import EventBus
from secretary.kernel.unit import ANONYMOUS, Actor, UnitFactory


class Source:
    """Frames as a stream makes them: some at once, then silence until it is left."""

    def __init__(self, *frames: bytes, ends: bool = False) -> None:
        self._frames = frames
        self._ends = ends
        self.is_closed = False

    async def frames(self):
        try:
            for frame in self._frames:
                yield frame
            if not self._ends:
                await asyncio.Event().wait()
        finally:
            self.is_closed = True


class Listener:
    """Reads a stream in a task of its own."""

    def __init__(self, authenticator, actor: Actor, source: Source) -> None:
        self.heard: list[bytes] = []
        self._more = asyncio.Event()
        self.task = asyncio.create_task(self._listen(while_signed_in(authenticator, actor, source.frames())))

    async def _listen(self, stream) -> None:
        async with aclosing(stream) as frames:
            async for frame in frames:
                self.heard.append(frame)
                self._more.set()

    async def has_heard(self, count: int) -> None:
        while len(self.heard) < count:
            self._more.clear()
            await self._more.wait()


async def signed_in(house: House, username: str = "anna") -> Actor:
    return await house.authenticator.authenticate((await house.sign_in(username)).access_token)


@pytest.fixture
def patient(house: House):
    """Looks by itself only once an hour: what is seen earlier, an event has told."""
    house.authenticator.watch._tick_s = 3600
    return house


async def test_frames_pass_in_order_and_the_stream_ends_with_its_source(house):
    await house.add("anna")
    frames = [b"%d" % number for number in range(500)]
    source = Source(*frames, ends=True)
    listener = Listener(house.authenticator, await signed_in(house), source)
    await listener.task
    assert listener.heard == frames
    assert source.is_closed


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_a_silent_stream_ends_when_its_users_access_changes(patient, change):
    user = await patient.add("anna")
    source = Source(b"hello")
    listener = Listener(patient.authenticator, await signed_in(patient), source)
    await listener.has_heard(1)
    async with patient.units.write() as unit:
        await change(unit, await service.user_of(unit, user.id))
    await listener.task
    assert listener.heard == [b"hello", SIGNED_OUT]
    assert source.is_closed


async def test_signing_out_ends_the_streams_of_that_session_and_no_other(patient):
    await patient.add("anna")
    leaving, staying = await signed_in(patient), await signed_in(patient)
    ended = Listener(patient.authenticator, leaving, Source(b"a"))
    kept = Listener(patient.authenticator, staying, Source(b"b"))
    await asyncio.gather(ended.has_heard(1), kept.has_heard(1))
    async with patient.units.write() as unit:
        await sessions.end_session(unit, leaving.session_id)
    await ended.task
    assert kept.heard == [b"b"]
    assert not kept.task.done()
    kept.task.cancel()
    await asyncio.gather(kept.task, return_exceptions=True)


async def test_a_revoked_key_ends_its_streams(patient):
    owner = await patient.add("anna")
    key_id, text = await make(patient, owner)
    listener = Listener(patient.authenticator, await patient.authenticator.authenticate(text), Source(b"a"))
    await listener.has_heard(1)
    await revoke(patient, owner, key_id)
    await listener.task
    assert listener.heard[-1] == SIGNED_OUT
    await patient.authenticator.close()


async def test_what_ended_in_another_process_ends_the_stream_within_a_tick(house):
    await house.add("anna")
    elsewhere = UnitFactory(house.units.database, EventBus(), house.clock)
    other = SessionAuthenticator(elsewhere, house.accounts.tokens)
    other.watch._tick_s = 0.01
    actor = await signed_in(house)
    listener = Listener(other, actor, Source(b"a"))
    await listener.has_heard(1)
    async with house.units.write() as unit:
        await sessions.end_session(unit, actor.session_id)
    await asyncio.wait_for(listener.task, 5)
    assert listener.heard == [b"a", SIGNED_OUT]


async def test_a_session_that_was_over_before_the_stream_began_is_noticed(house):
    house.authenticator.watch._tick_s = 0.01
    await house.add("anna")
    actor = await signed_in(house)
    async with house.units.write() as unit:
        await sessions.end_session(unit, actor.session_id)
    listener = Listener(house.authenticator, actor, Source())
    await asyncio.wait_for(listener.task, 5)
    assert listener.heard == [SIGNED_OUT]


async def test_one_look_serves_all_streams(house, monkeypatch):
    await house.add("anna")
    actors = [await signed_in(house) for _ in range(3)] * 4
    looks = []
    read = UnitFactory.read
    monkeypatch.setattr(UnitFactory, "read", lambda *arguments: looks.append(1) or read(*arguments))
    watch = SignInWatch(house.units, tick_s=3600)
    ended = []
    contexts = [watch.watching(actor, lambda: ended.append(1)) for actor in actors]
    for context in contexts:
        context.__enter__()
    await watch.check()
    assert looks == [1]
    assert ended == []
    for context in contexts:
        context.__exit__(None, None, None)
    assert not watch._watched
    await watch.close()


@pytest.mark.parametrize("refusal", [Conflict("storage_failed", en="no", ru="нет"), ConnectionRefusedError()])
async def test_streams_stay_while_the_database_does_not_answer(house, monkeypatch, refusal):
    await house.add("anna")
    actor = await signed_in(house)
    watch = SignInWatch(house.units, tick_s=0.001)
    tried, ended = asyncio.Event(), asyncio.Event()

    def refuse(*arguments):
        tried.set()
        raise refusal

    with watch.watching(actor, ended.set), monkeypatch.context() as patch:
        patch.setattr(UnitFactory, "read", refuse)
        await tried.wait()
        assert not ended.is_set()
        patch.undo()
        async with house.units.write() as unit:
            await sessions.end_session(unit, actor.session_id)
        await asyncio.wait_for(ended.wait(), 5)
    await watch.close()


async def test_a_failing_source_is_not_hushed_up(house):
    async def broken():
        yield b"a"
        raise ZeroDivisionError

    await house.add("anna")
    stream = while_signed_in(house.authenticator, await signed_in(house), broken())
    assert await anext(stream) == b"a"
    with pytest.raises(ZeroDivisionError):
        await anext(stream)


async def test_a_listener_who_leaves_takes_the_source_along(house):
    await house.add("anna")
    source = Source(b"a")
    listener = Listener(house.authenticator, await signed_in(house), source)
    await listener.has_heard(1)
    listener.task.cancel()
    await asyncio.gather(listener.task, return_exceptions=True)
    assert source.is_closed
    assert not house.authenticator.watch._watched
    await house.authenticator.close()


async def test_a_slow_listener_holds_the_source_back(house):
    made = 0

    async def eager():
        nonlocal made
        while True:
            made += 1
            yield b"x"

    await house.add("anna")
    async with aclosing(while_signed_in(house.authenticator, await signed_in(house), eager())) as stream:
        await anext(stream)
        for _ in range(200):
            await asyncio.sleep(0)
        assert made < 100
    await house.authenticator.close()


async def test_who_holds_no_sign_in_is_not_watched(house):
    for actor in (ANONYMOUS, Actor("user", "admin-id", "admin")):
        listener = Listener(house.authenticator, actor, Source(b"a", ends=True))
        await listener.task
        assert listener.heard == [b"a"]


async def test_a_websocket_learns_of_the_end(patient):
    await patient.add("anna")
    actor = await signed_in(patient)
    ended = asyncio.create_task(until_signed_out(patient.authenticator, actor))
    await asyncio.sleep(0)
    async with patient.units.write() as unit:
        await sessions.end_session(unit, actor.session_id)
    await ended
    await patient.authenticator.close()
