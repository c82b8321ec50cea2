"""How many calls a backend gets at once, and whose turn is next: waiting callers are served round robin by flow.

A flow is whoever must not be starved by the others: an API key, a conversation.
"""

import asyncio
from collections import OrderedDict, deque

from secretary.llm.errors import llm_error

MOST_WAITING = 1_000


class Gate:
    """`places` calls at once; the rest wait."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._flows: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return self._waiting

    async def enter(self, flow: str, within_s: float) -> None:
        """Take a place; `leave` must follow. Raises Upstream("llm_overloaded") where none is free in time."""
        if self._free > 0:
            self._free -= 1
            return
        if self._waiting >= MOST_WAITING:
            raise llm_error("llm_overloaded")
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._flows.setdefault(flow, deque()).append(place)
        self._waiting += 1
        try:
            async with asyncio.timeout(within_s):
                await place
        except TimeoutError as error:
            self._forget(flow, place)
            raise llm_error("llm_overloaded") from error
        except asyncio.CancelledError:
            self._forget(flow, place)
            raise

    def leave(self) -> None:
        """Give the place to whoever is next, or keep it free."""
        while self._flows:
            flow, line = self._flows.popitem(last=False)
            place = line.popleft()
            self._waiting -= 1
            if line:
                self._flows[flow] = line  # to the end: the other flows come first
            if not place.done():
                place.set_result(None)
                return
        self._free += 1

    def _forget(self, flow: str, place: asyncio.Future[None]) -> None:
        """A caller has left: what was given to him in the same moment goes to the next one."""
        line = self._flows.get(flow)
        if line is not None and place in line:
            line.remove(place)
            self._waiting -= 1
            if not line:
                del self._flows[flow]
        elif place.done() and not place.cancelled():
            self.leave()
