"""Gaps: what was written before an update that has come, and may still be on its way.

A provider that numbers its updates without gaps and brings several at once may bring the later one first. What fills
a gap comes within a moment, or never: not all numbers are for us.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from secretary.channels.incoming import queries
from secretary.channels.messenger import RawUpdate
from secretary.channels.models import ChannelReceipt, ReceiptState
from secretary.kernel.unit import Unit

PATIENCE = timedelta(seconds=3)
"""How long an update waits for one that was written before it and has not come yet. A provider brings few at once: one
may have to wait until we have answered several others, and where we are slow that takes a while.
"""
AFTER_START = timedelta(seconds=10)
"""For so long after the start any may still come: providers were refused while nobody was there, and many wait."""
LOOK_BACK = 8
"""How many numbers before an update are looked at: about as many as are brought at once."""


LINGER_S = 1.0
"""How long it is remembered that an update was being stored: who looked into the table just before has not seen it."""

_Key = tuple[str, str]


class Gaps:
    """Knows when this process began, and what it is storing or has just stored."""

    def __init__(self, linger_s: float = LINGER_S) -> None:
        self._linger_s = linger_s
        self._began: datetime | None = None
        self._threads: dict[_Key, str] = {}
        self._times: Counter[_Key] = Counter()  # an update may come twice at the same time

    def begin(self, now: datetime) -> None:
        """Updates are taken from now on. Repeatable: the first time counts."""
        self._began = self._began or now

    @contextmanager
    def storing(self, instance_id: str, updates: Sequence[RawUpdate]) -> Iterator[None]:
        """These have come and are being stored: whoever was written after them in their threads waits for that."""
        coming = {(instance_id, update.key): update.thread for update in updates}
        self._threads |= coming
        self._times.update(coming.keys())
        try:
            yield
        finally:
            asyncio.get_running_loop().call_later(self._linger_s, self._forget, tuple(coming))

    def _forget(self, keys: Sequence[_Key]) -> None:
        for key in keys:
            self._times[key] -= 1
            if not self._times[key]:
                del self._times[key], self._threads[key]

    async def is_early(
        self, unit: Unit, instance_id: str, update: RawUpdate | ChannelReceipt, received: datetime | None = None
    ) -> bool:
        """Was another one written before it that has not come, though it may still be on its way? One that is not
        stored yet has come just now, however long it waited for the database.
        """
        if update.follows is None:
            return False
        numbers = range(update.follows, update.follows - LOOK_BACK, -1)
        known = await queries.received(unit.db, instance_id, [str(number) for number in numbers])
        above = received or unit.now()
        for number in numbers:
            coming = self._threads.get((instance_id, str(number)))
            if (came := known.get(str(number))) is not None:
                above, thread, state = came
                if thread == update.thread and state is ReceiptState.WAITING:
                    return True  # it has come since its thread was read: another process, or another transaction
            elif coming is not None:
                if coming == update.thread:
                    return True
            elif unit.now() < self._may_come_until(above):
                return await queries.has_earlier(unit.db, instance_id, number)
        return False

    def _may_come_until(self, above: datetime) -> datetime:
        """`above` is when the next one that is known came: since then it has been late."""
        until = above + PATIENCE
        return until if self._began is None else max(until, self._began + AFTER_START)
