"""The ledger: every call is written down before it is made and settled after it, in batches, by one writer.

Where a hard limit applies, the call waits for room that is set aside in the database (a millisecond or two, shared
by all who wait); otherwise it waits for nothing. A row is stored within `FLUSH_S` of its call's beginning, so what a
crash can lose is the last moment's calls; a row that a dead process left open counts as estimated (`recover`).
"""

import asyncio
from collections import deque
from contextlib import suppress
from datetime import timedelta

import structlog

from secretary.kernel.db import Fault
from secretary.kernel.errors import SecretaryError
from secretary.kernel.unit import SYSTEM, Actor, UnitFactory, storage_failed
from secretary.usage.models import CallStatus
from secretary.usage.ports import Amount, Call, Outcome, Ticket
from secretary.usage.queries.counters import CounterKey
from secretary.usage.rows import tidy_amount, tidy_call, tidy_outcome
from secretary.usage.rules import Limits
from secretary.usage.writing import Batch, Entry, Written, settle_lost, write

FLUSH_S = 0.2
BETWEEN_BATCHES_S = 0.02  # under load those who wait share a transaction; a lonely caller waits for nothing
LONGEST_PAUSE_S = 5.0
MOST_KEPT = 20_000
MOST_KNOWN_COUNTERS = 10_000
FAREWELL_S = 5.0
DATABASE_DOWN = (SecretaryError, OSError)  # a driver that reaches no server raises the latter
log = structlog.get_logger(__name__)


class Ledger:
    """One for the whole process."""

    def __init__(self, units: UnitFactory, limits: Limits) -> None:
        self._units = units
        self._limits = limits
        self._entries: dict[str, Entry] = {}
        self._to_open: deque[Entry] = deque()
        self._to_settle: deque[Entry] = deque()
        self._begun: set[CounterKey] = set()
        self._urgent = asyncio.Event()
        self._round_over = asyncio.Event()
        self._is_storing = False
        self._next_batch = 0.0
        self._writer: asyncio.Task[None] | None = None

    async def open(self, call: Call, estimate: Amount) -> Ticket:
        """Let `call` through; `estimate` must not be too low. Raises LimitReached, Internal (nothing was called)."""
        call, estimate, now = tidy_call(call), tidy_amount(estimate), self._units.clock()
        charges = await self._limits.charges(call, estimate, now)
        entry = Entry(Ticket(self._units.new_id(), now, call, estimate, charges))
        if any(self._limits.is_hard(charge) for charge in charges):
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
        except asyncio.CancelledError:  # the caller left
            if entry in self._to_open:  # and nobody has begun to look for room
                self._to_open.remove(entry)
                self._entries.pop(entry.ticket.id, None)
            else:  # what is being set aside must be given back
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
        entry.outcome = tidy_outcome(outcome)
        self._to_settle.append(entry)
        self._wake()

    async def record(self, call: Call, outcome: Outcome, actor: Actor = SYSTEM) -> Ticket:
        """Write down a call that is over and that nobody asked for leave. It counts towards limits, and is stored
        when this returns. Raises Internal.
        """
        call, outcome, now = tidy_call(call), tidy_outcome(outcome), self._units.clock()
        ticket = Ticket(self._units.new_id(), now, call, Amount(), await self._limits.charges(call, Amount(), now))
        async with self._units.write(actor) as unit:
            await write(unit, Batch(settling=[(Entry(ticket), outcome)]), ())
        return ticket

    async def recover(self, older_than: timedelta = timedelta(hours=1)) -> int:
        """Count calls that dead processes left open as estimated; returns how many there were.

        A process that is alive must have none as old as that: ten minutes at least, or no process at all.
        """
        before, count, is_more = self._units.clock() - older_than, 0, True
        while is_more:
            async with self._units.write() as unit:
                settled, is_more = await settle_lost(unit, before)
            count += settled
        return count

    async def flush(self) -> None:
        """Return once everything so far is stored; while the database does not answer that is not yet."""
        waiting = [*self._to_open, *self._to_settle]
        while self._is_storing or any(entry in self._to_open or entry in self._to_settle for entry in waiting):
            self._urgent.set()
            self._wake()
            self._round_over.clear()
            await self._round_over.wait()

    async def close(self) -> None:
        """Store what is left, for as long as `FAREWELL_S`. Repeatable."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                await self.flush()
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        if left := len(self._to_open) + len(self._to_settle):
            log.error("usage_dropped", calls=left)

    def _wake(self) -> None:
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="usage")

    async def _write(self) -> None:
        pause, loop = FLUSH_S, asyncio.get_running_loop()
        while self._to_open or self._to_settle:
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._urgent.wait()
            await asyncio.sleep(self._next_batch - loop.time())
            self._next_batch = loop.time() + BETWEEN_BATCHES_S
            self._urgent.clear()
            batch = self._take()
            pause = FLUSH_S if await self._store(batch) else min(pause * 2, LONGEST_PAUSE_S)

    def _take(self) -> Batch:
        settling = [(entry, entry.outcome) for entry in self._to_settle if entry.outcome and not entry.is_void]
        batch = Batch([entry for entry in self._to_open if entry.outcome is None], settling)
        self._to_open.clear()
        self._to_settle.clear()
        return batch

    async def _store(self, batch: Batch) -> bool:
        """Once more where it fails: two processes that got in each other's way do not do so twice."""
        self._is_storing = True
        left: Batch | None = batch
        error: SecretaryError | None = None
        try:
            for _ in range(2):
                try:
                    async with self._units.write() as unit:
                        written = await write(unit, batch, self._begun)
                except DATABASE_DOWN as raised:
                    error = raised if isinstance(raised, SecretaryError) else storage_failed(Fault.AWAY)
                else:
                    left = None
                    self._tell(batch, written)
                    return True
            log.warning("usage_not_stored", code=error and error.code, calls=len(batch))
            return False
        finally:
            self._is_storing = False
            if left is not None:  # whatever was raised, cancellation too
                self._keep(left, error or storage_failed())
            self._round_over.set()

    def _tell(self, batch: Batch, written: Written) -> None:
        if len(self._begun) > MOST_KNOWN_COUNTERS:
            self._begun.clear()
        self._begun.update(written.counters)
        for entry in batch.opening:
            refusal = written.refused.get(entry.ticket.id)
            entry.is_stored, entry.is_void = refusal is None, refusal is not None
            entry.charges = written.charges.get(entry.ticket.id, ())
            if entry.room is not None and not entry.room.done():
                if refusal is None:
                    entry.room.set_result(None)
                else:
                    entry.room.set_exception(self._limits.refusal(refusal, self._units.clock()))

    def _keep(self, batch: Batch, error: SecretaryError) -> None:
        """Whoever waits for room hears of the fault; the rest is tried again, as much as memory is spent on."""
        for entry in batch.opening:
            if entry.room is not None and not entry.room.done():
                entry.is_void = True
                entry.room.set_exception(error)
                self._entries.pop(entry.ticket.id, None)
        self._to_open.extendleft(entry for entry in reversed(batch.opening) if not entry.is_void)
        self._to_settle.extendleft(entry for entry, _ in reversed(batch.settling))
        if (excess := len(self._to_open) + len(self._to_settle) - MOST_KEPT) > 0:
            log.error("usage_dropped", calls=excess)
            for _ in range(excess):
                (self._to_settle or self._to_open).popleft()
