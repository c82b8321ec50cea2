"""Ends what goes on for long when the sign-in it hangs on ends: one query a tick, however many streams are open.

return EventStream(while_signed_in(services(request).authenticator, actor, frames))
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import Protocol

import structlog

from secretary.accounts.events import ApiKeyRevoked, SessionEnded, UserAccessChanged, UserDeleted
from secretary.accounts.queries.sign_ins import live_actors
from secretary.kernel.errors import SecretaryError
from secretary.kernel.events import Event
from secretary.kernel.unit import Actor, UnitFactory
from secretary.web.sse import frame

TICK_S = 0.5  # with the query well under the second in which an ended sign-in must be over everywhere
BATCH = 500
AHEAD = 64  # frames read before their listener takes them
SIGNED_OUT = frame({"type": "error", "code": "signed_out", "message": "Please sign in again. / Войдите ещё раз."})
log = structlog.get_logger(__name__)

OnEnd = Callable[[], None]


class SignInWatch:
    """Looks after the sign-ins that streams hang on, from the first such stream to the last.

    An end in this process is looked at as soon as it is announced, one elsewhere within a tick. While the database
    does not answer, streams stay: nobody can have been signed out then.
    """

    def __init__(self, units: UnitFactory, tick_s: float = TICK_S) -> None:
        self._units = units
        self._tick_s = tick_s
        self._watched: defaultdict[str, list[tuple[Actor, OnEnd]]] = defaultdict(list)
        self._nudge = asyncio.Event()
        self._ticking: asyncio.Task[None] | None = None
        for kind in (SessionEnded, UserAccessChanged, UserDeleted, ApiKeyRevoked):
            units.bus.subscribe(kind, self._look_now)

    @contextmanager
    def watching(self, actor: Actor, on_end: OnEnd) -> Iterator[None]:
        """Call `on_end` when this actor's sign-in ends or his rights change. Who holds no sign-in is not watched."""
        if not actor.session_id:
            yield
            return
        watched = actor, on_end
        self._watched[actor.session_id].append(watched)
        if self._ticking is None or self._ticking.done():
            self._ticking = asyncio.create_task(self._tick())
        try:
            yield
        finally:
            self._leave(actor.session_id, watched)

    async def check(self) -> None:
        """Look at every watched sign-in now. Raises SecretaryError when the database does not answer."""
        ids = list(self._watched)
        for start in range(0, len(ids), BATCH):
            await self._check(ids[start : start + BATCH])

    async def close(self) -> None:
        """Look no more; the streams are ended by whoever opened them."""
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)

    async def _check(self, ids: Sequence[str]) -> None:
        async with self._units.read() as unit:
            live = await live_actors(unit.db, ids, unit.now())
        for session_id in ids:
            for actor, on_end in list(self._watched.get(session_id, ())):
                if not _is_as_before(actor, live.get(session_id)):
                    on_end()

    async def _tick(self) -> None:
        while self._watched:
            try:
                async with asyncio.timeout(self._tick_s):
                    await self._nudge.wait()
            except TimeoutError:
                pass
            self._nudge.clear()
            try:
                await self.check()
            except (SecretaryError, OSError) as error:  # a database that is away shows as either
                log.warning("sign_ins_not_checked", reason=str(error))

    def _leave(self, session_id: str, watched: tuple[Actor, OnEnd]) -> None:
        self._watched[session_id].remove(watched)
        if not self._watched[session_id]:
            del self._watched[session_id]
        if not self._watched:
            self._nudge.set()

    def _look_now(self, ended: Event) -> None:
        del ended  # one query for all is cheaper than knowing whose is whose
        self._nudge.set()


class Watching(Protocol):
    """What a stream needs of the authenticator."""

    @property
    def watch(self) -> SignInWatch: ...


async def while_signed_in(
    authenticator: Watching, actor: Actor, frames: AsyncGenerator[bytes, None], farewell: bytes = SIGNED_OUT
) -> AsyncGenerator[bytes, None]:
    """The frames, until the actor's sign-in ends or his rights change: then `farewell` instead of what would follow.

    `frames` is closed in any case.
    """
    relay = _Relay(frames, farewell)
    with authenticator.watch.watching(actor, relay.cut):
        async with aclosing(relay.frames()) as relayed:
            async for data in relayed:
                yield data


async def until_signed_out(authenticator: Watching, actor: Actor) -> None:
    """Return when the actor's sign-in ends or his rights change, for a WebSocket to race against."""
    ended = asyncio.Event()
    with authenticator.watch.watching(actor, ended.set):
        await ended.wait()


class _Relay:
    """Hands frames on from a task of its own, so that a silent source can be left at any moment."""

    def __init__(self, frames: AsyncGenerator[bytes, None], farewell: bytes) -> None:
        self._source = frames
        self._farewell = farewell
        self._ready: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(AHEAD)
        self._is_cut = False
        self._reading: asyncio.Task[None] | None = None

    async def frames(self) -> AsyncGenerator[bytes, None]:
        self._reading = asyncio.create_task(self._read())
        try:
            while (data := await self._ready.get()) is not None:
                self._room.release()
                yield data
            if not self._is_cut:
                await self._reading  # raises what the source raised
        finally:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    def cut(self) -> None:
        """Nothing of what is still waiting goes out."""
        if self._is_cut:
            return
        self._is_cut = True
        if self._reading is not None:
            self._reading.cancel()
        while not self._ready.empty():
            self._ready.get_nowait()
        self._ready.put_nowait(self._farewell)
        self._ready.put_nowait(None)

    async def _read(self) -> None:
        try:
            async with aclosing(self._source) as source:
                async for data in source:
                    await self._room.acquire()
                    self._ready.put_nowait(data)
        finally:
            self._ready.put_nowait(None)


def _is_as_before(before: Actor, now: Actor | None) -> bool:
    return now is not None and (before.id, before.role, before.scopes) == (now.id, now.role, now.scopes)
