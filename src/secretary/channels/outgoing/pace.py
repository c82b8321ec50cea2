"""The pace of an instance: as many messages a second as its provider takes, and so long between those of one chat."""

import asyncio
from collections.abc import Awaitable, Callable

from secretary.channels.ports import Pace

MAX_CHATS = 10_000


class Pacer:
    """Lets messages pass one after the other. It belongs to one event loop.

    Who asked first passes first. A 429 that comes all the same holds everybody up (`pause`).
    """

    def __init__(
        self,
        pace: Pace,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pace = pace
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._sleep = sleep
        self._next = 0.0
        self._chats: dict[str, float] = {}

    async def wait(self, chat: str) -> bool:
        """Return when the next message to this chat may go. Did that take a while?"""
        now = self._clock()
        at = max(now, self._next, self._chats.pop(chat, 0.0))
        self._next = max(self._next, now) + 1 / self._pace.per_second
        self._chats[chat] = at + self._pace.per_chat_s
        while len(self._chats) > MAX_CHATS:
            self._chats.pop(next(iter(self._chats)))
        if at > now:
            await self._sleep(at - now)
        return at > now

    def pause(self, seconds: float) -> None:
        """Nobody passes for so long."""
        self._next = max(self._next, self._clock() + seconds)
