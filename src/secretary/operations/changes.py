"""What changed, for the panels that look on: heard from every process, remembered for a while, told by right.

Panels hear that something changed and fetch it themselves, by their own rights: a message lost on the way makes a
panel late, and what is told is about nobody.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncGenerator

import orjson

from secretary.kernel.broadcast import Broadcast
from secretary.kernel.events import Event, EventBus, News
from secretary.kernel.unit import Actor
from secretary.operations.who_hears import Change, Told

TOPIC = "panel"
REMEMBERED = 2_000
WAITING = 256


class _Listener:
    """One panel: what it has not taken yet, and whether it was too slow."""

    def __init__(self, actor: Actor, room: int) -> None:
        self.actor = actor
        self._room = room
        self._waiting: deque[Change] = deque()
        self._lost_at = 0
        self._wake = asyncio.Event()

    def hear(self, change: Change) -> None:
        if self._lost_at:
            self._lost_at = change.number
        elif change.is_for(self.actor):
            self._waiting.append(change)
            if len(self._waiting) > self._room:
                self._waiting.clear()
                self._lost_at = change.number
            self._wake.set()

    async def next(self) -> Told:
        await self._wake.wait()
        if self._lost_at:
            told = Told("resync", self._lost_at)
            self._lost_at = 0
        else:
            change = self._waiting.popleft()
            told = Told("change", change.number, change.news)
        if not self._waiting:
            self._wake.clear()
        return told


class ChangeFeed:
    """Hears the events of this process, tells them to all, and keeps the latest for those who come back."""

    def __init__(
        self, bus: EventBus, broadcast: Broadcast, *, remembered: int = REMEMBERED, waiting: int = WAITING
    ) -> None:
        self._broadcast = broadcast
        self._waiting = waiting
        self._last = secrets.randbits(32) << 20  # no two processes share numbers; below 2**53, what a browser can count
        self._ring: deque[Change] = deque(maxlen=remembered)
        self._listeners: set[_Listener] = set()
        bus.subscribe_all(self._on_event)
        broadcast.subscribe(TOPIC, self._on_message)

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    async def listen(self, actor: Actor, after: int | None = None) -> AsyncGenerator[Told, None]:
        """What this actor may know, from after the number `after` on; without it, from now on.

        A listener that is too slow, or comes back too late or to another process, is told to look at everything again.
        """
        listener = _Listener(actor, self._waiting)
        missed = self._since(after)
        here = Told("ready" if after is None else "resync", self._last)
        self._listeners.add(listener)
        try:
            if missed is None:
                yield here
            for change in missed or ():
                if change.is_for(actor):
                    yield Told("change", change.number, change.news)
            while True:
                yield await listener.next()
        finally:
            self._listeners.discard(listener)

    def _since(self, after: int | None) -> list[Change] | None:
        """What came after this number; None where that is not known any more."""
        if after is None or not self._last - len(self._ring) <= after <= self._last:
            return None
        return [change for change in self._ring if change.number > after]

    def _on_event(self, happened: Event) -> None:
        news = happened.news()
        if news is not None:
            self._broadcast.publish(TOPIC, _written(news))

    def _on_message(self, message: bytes) -> None:
        self._last += 1
        change = Change(self._last, _read(message))
        self._ring.append(change)
        for listener in self._listeners:
            listener.hear(change)


def _written(news: News) -> bytes:
    return orjson.dumps([news.action, news.resource, news.resource_id, news.owner_id, dict(news.fields)])


def _read(message: bytes) -> News:
    return News(*orjson.loads(message))
