"""Gaps: what was written before an update that has come, and may still be on its way.

A provider that numbers its updates without gaps and brings several at once may bring the later one first. What fills
a gap comes within a moment, or never: not all numbers are for us.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from secretary.channels.incoming import queries
from secretary.channels.messenger import RawUpdate
from secretary.channels.models import ChannelReceipt, ReceiptState
from secretary.kernel.unit import Unit

PATIENCE = timedelta(seconds=1)
"""How long an update waits for one that was written before it and has not come yet."""
AFTER_START = timedelta(seconds=3)
"""For so long after the start any may still come: providers were refused while nobody was there."""
LOOK_BACK = 8
"""How many numbers before an update are looked at: about as many as are brought at once."""


class Gaps:
    """Knows when this process began, and what it is just storing."""

    def __init__(self) -> None:
        self._began: datetime | None = None
        self._under_way: Counter[tuple[str, str]] = Counter()

    def begin(self, now: datetime) -> None:
        """Updates are taken from now on. Repeatable: the first time counts."""
        self._began = self._began or now

    @contextmanager
    def storing(self, instance_id: str, updates: Sequence[RawUpdate]) -> Iterator[None]:
        """These have come and are being stored: whoever was written after them waits for that."""
        keys = [(instance_id, update.key) for update in updates]
        self._under_way.update(keys)
        try:
            yield
        finally:
            self._under_way -= Counter(keys)

    async def is_early(self, unit: Unit, receipt: ChannelReceipt) -> bool:
        """Was another one written before it that has not come, though it may still be on its way?"""
        if receipt.follows is None:
            return False
        numbers = range(receipt.follows, receipt.follows - LOOK_BACK, -1)
        known = await queries.received(unit.db, receipt.instance_id, [str(number) for number in numbers])
        above = receipt.received
        for number in numbers:
            came = known.get(str(number))
            if came is not None:
                above, thread, state = came
                if thread == receipt.thread and state is ReceiptState.WAITING:
                    return True  # it has come since its thread was read: another process, or another transaction
            elif self._may_come(unit, receipt.instance_id, number, above):
                return await queries.has_earlier(unit.db, receipt.instance_id, number)
        return False

    def _may_come(self, unit: Unit, instance_id: str, number: int, above: datetime) -> bool:
        """`above` is when the next one that is known came: since then it has been late."""
        if (instance_id, str(number)) in self._under_way:
            return True
        until = above + PATIENCE
        if self._began is not None:
            until = max(until, self._began + AFTER_START)
        return unit.now() < until
