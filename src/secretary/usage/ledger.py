"""The ledger: every call is written down before it is made and settled after it, in batches, by one writer.

Where a hard limit applies, the call waits for room that is set aside in the database (a millisecond or two, shared
by all who wait); otherwise it waits for nothing. A row is stored within `FLUSH_S` of its call's beginning, so what a
crash can lose is the last moment's calls; a row that a dead process left open counts as estimated (`recover`).
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import structlog

from secretary.kernel.errors import SecretaryError
from secretary.kernel.unit import UnitFactory
from secretary.usage.models import CallStatus
from secretary.usage.ports import Amount, Call, Charge, Outcome, Ticket
from secretary.usage.rules import Limits
from secretary.usage.writing import Batch, Entry, settle_lost, write

FLUSH_S = 0.2
LONGEST_PAUSE_S = 5.0
MOST_KEPT = 20_000
FAREWELL_S = 5.0
log = structlog.get_logger(__name__)


class Ledger:
    """One for the whole process."""

    def __init__(self, units: UnitFactory, limits: Limits) -> None:
        self._units = units
        self._limits = limits
        self._entries: dict[str, Entry] = {}
        self._to_open: deque[Entry] = deque()
        self._to_settle: deque[Entry] = deque()
        self._urgent = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    async def open(self, call: Call, estimate: Amount) -> Ticket:
        """Let `call` through; `estimate` must not be too low. Raises LimitReached, Internal (nothing was called)."""
        now = self._units.clock()
        charges = await self._limits.charges(call, estimate, now)
        entry = Entry(Ticket(self._units.new_id(), now, call, estimate, charges))
        needs_room = any(self._limits.is_hard(charge) for charge in charges)
        if needs_room:
            entry.room = asyncio.get_running_loop().create_future()
            self._urgent.set()
        self._entries[entry.ticket.id] = entry
        self._to_open.append(entry)
        self._wake()
        if entry.room is not None:
            await self._wait_for_room(entry, entry.room)
        return entry.ticket

    async def _wait_for_room(self, entry: Entry, room: asyncio.Future[None]) -> None:
        try:
            await asyncio.shield(room)
        except asyncio.CancelledError:  # the caller left; what is set aside must be given back
            self.settle(entry.ticket, Outcome(CallStatus.CANCELLED))
            raise
        except BaseException:
            self._entries.pop(entry.ticket.id, None)
            raise

    def settle(self, ticket: Ticket, outcome: Outcome) -> None:
        """Write down how a call ended. Never waits; a second settling of the same call changes nothing."""
        entry = self._entries.pop(ticket.id, None)
        if entry is None:
            return
        entry.outcome = outcome
        self._to_settle.append(entry)
        self._wake()

    async def recover(self, older_than: timedelta = timedelta(0)) -> int:
        """Count calls that dead processes left open as estimated; returns how many there were."""
        async with self._units.write() as unit:
            return await settle_lost(unit, unit.now() - older_than)

    async def flush(self) -> None:
        """Return once everything so far is stored, or cannot be for now."""
        self._urgent.set()
        self._wake()
        while self._writer is not None and not self._writer.done() and (self._to_open or self._to_settle):
            self._urgent.set()
            await asyncio.wait([self._writer], timeout=0.05)

    async def close(self) -> None:
        """Store what is left. Repeatable."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                await self.flush()
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)

    def _wake(self) -> None:
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        pause = FLUSH_S
        while self._to_open or self._to_settle:
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._urgent.wait()
            self._urgent.clear()
            batch = self._take()
            pause = FLUSH_S if await self._store(batch) else min(pause * 2, LONGEST_PAUSE_S)

    def _take(self) -> Batch:
        batch = Batch(list(self._to_open), list(self._to_settle))
        self._to_open.clear()
        self._to_settle.clear()
        return batch

    async def _store(self, batch: Batch) -> bool:
        try:
            async with self._units.write() as unit:
                refused = await write(unit, batch)
        except SecretaryError as error:
            log.warning("usage_not_stored", code=error.code, calls=len(batch.opening) + len(batch.settling))
            self._keep(batch, error)
            return False
        self._tell(batch, refused)
        return True

    def _tell(self, batch: Batch, refused: Mapping[str, Charge]) -> None:
        for entry in batch.opening:
            charge = refused.get(entry.ticket.id)
            entry.is_stored = charge is None
            entry.is_refused = charge is not None
            if entry.room is not None and not entry.room.done():
                if charge is None:
                    entry.room.set_result(None)
                else:
                    entry.room.set_exception(self._limits.refusal(charge, self._units.clock()))

    def _keep(self, batch: Batch, error: SecretaryError) -> None:
        """Whoever waits for room hears of the fault; the rest is tried again, as much as memory is spent on."""
        waiting = [entry for entry in batch.opening if entry.room is not None and not entry.room.done()]
        for entry in waiting:
            entry.room.set_exception(error)  # type: ignore[union-attr]
            self._entries.pop(entry.ticket.id, None)
        self._to_open.extendleft(reversed([entry for entry in batch.opening if entry not in waiting]))
        self._to_settle.extendleft(reversed(batch.settling))
        if (excess := len(self._to_open) + len(self._to_settle) - MOST_KEPT) > 0:
            log.error("usage_dropped", calls=excess)
            for _ in range(excess):
                (self._to_settle or self._to_open).popleft()
