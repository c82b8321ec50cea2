"""How old a copy of what the database holds may be: a change in this process makes it stale at once, one in another
process within a second.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

CHECK_INTERVAL_S = 1.0


class Freshness:
    """One for each copy. For the tasks of one event loop."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._changes = 0
        self._read_at: tuple[int, float] | None = None
        self._reading = asyncio.Lock()

    @property
    def was_ever(self) -> bool:
        """Has it been read at all?"""
        return self._read_at is not None

    def changed(self) -> None:
        """What is stored is another thing now."""
        self._changes += 1

    async def ensure(self, read: Callable[[], Awaitable[None]]) -> None:
        """Return once it is fresh: `read` is called once for all who wait. What it raises leaves the copy stale."""
        if self._is_fresh():
            return
        async with self._reading:
            if self._is_fresh():
                return
            began = (self._changes, self._monotonic())  # a change during the reading makes it stale at once
            await read()
            self._read_at = began

    def _is_fresh(self) -> bool:
        if self._read_at is None:
            return False
        changes, at = self._read_at
        return changes == self._changes and self._monotonic() - at < CHECK_INTERVAL_S
