"""The intake: stores what a webhook brings, takes what waits in a thread, in order, and makes messages of it; then the
answers begin.

A thread is taken by one at a time in this process; across processes the receipts' rows are locked. What comes alone
while nothing waits before it is taken in the unit that stores it. What was stored and not taken when a process died is
taken by the next one (`sweep`).
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from secretary.assistant.ports import Accepted, Turns
from secretary.channels.incoming import queries, receipts
from secretary.channels.incoming.albums import Read, joined
from secretary.channels.incoming.following import follow, has_come
from secretary.channels.incoming.gaps import Gaps
from secretary.channels.incoming.hearing import Hearing
from secretary.channels.incoming.taken import Taken
from secretary.channels.messenger import Delivered, RawUpdate, Said, Tapped
from secretary.channels.models import ChannelReceipt, ReceiptState
from secretary.channels.running.lines import Line, Lines
from secretary.channels.running.logbook import note
from secretary.kernel.errors import NotFound, SecretaryError
from secretary.kernel.unit import Unit, UnitFactory

log = structlog.get_logger(__name__)

AT_ONCE = 20
LOOK_AGAIN_S = 0.1
LEFT_BEHIND = timedelta(seconds=30)
ALBUM_S = 0.5
"""How long the pieces of an album are waited for: Telegram brings them within some tens of milliseconds."""


class Watcher(Protocol):
    """Who shows the customer that an answer is being given; `channels.outgoing.live` does."""

    def watch(self, line: Line, taken: Taken, accepted: Accepted) -> None: ...


class Intake:
    """Implements the way from receipts to answers. Owns a task for each thread in which something waits."""

    def __init__(
        self,
        units: UnitFactory,
        lines: Lines,
        turns: Turns,
        hearing: Hearing,
        watcher: Watcher,
    ) -> None:
        self._units = units
        self._lines = lines
        self._turns = turns
        self._hearing = hearing
        self._watcher = watcher
        self._threads: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._brought: set[tuple[str, str]] = set()  # threads whose update is being stored and taken in one
        self._again: set[tuple[str, str]] = set()
        self.gaps = Gaps()

    async def bring(self, line: Line, updates: Sequence[RawUpdate]) -> None:
        """Store what a webhook has brought, each update once; returns when it is on disk. Raises SecretaryError."""
        kept = [update for update in updates if not update.is_report]
        with self.gaps.storing(line.id, kept):
            is_alone = len(updates) == len(kept) == 1 and not kept[0].is_piece
            if is_alone and await self._at_once(line, kept[0]):
                return
            async with self._units.write() as unit:
                await self._note(unit, line, [update for update in updates if update.is_report])
                await receipts.store(unit, line.id, kept)
        self.stored(line.id, kept)

    def stored(self, instance_id: str, updates: Sequence[RawUpdate]) -> None:
        """These are on disk, and may be taken."""
        pieces = {update.thread for update in updates if update.is_piece}
        self.wake(instance_id, [update.thread for update in updates if update.thread not in pieces])
        self.wake(instance_id, sorted(pieces), after_s=ALBUM_S)

    async def _at_once(self, line: Line, update: RawUpdate) -> bool:
        """Store and take an update in one. False: it must wait, is known or cannot be taken; nothing is stored then."""
        key = line.id, update.thread
        if key in self._threads or key in self._brought:
            return False
        self._brought.add(key)
        try:
            taken = await self._stored_and_taken(line, update)
        except (SecretaryError, ValueError, TypeError, KeyError) as error:
            if _is_storage(error):
                raise
            return False
        finally:
            self._brought.discard(key)
            if key in self._again:
                self._again.discard(key)
                self.wake(line.id, [update.thread])
        for each in taken or ():
            self._begin(line, each)
        return taken is not None

    async def _stored_and_taken(self, line: Line, update: RawUpdate) -> Sequence[Taken] | None:
        async with self._units.write() as unit:
            if await self.gaps.is_early(unit, line.id, update):
                return None
            receipt = await receipts.store_alone(unit, line.id, update)
            if receipt is None:
                return None
            taken = await self._take_in(unit, line, _read(line, receipt))
            if (outcome := _outcome(taken)) != (receipts.ALONE, ""):
                await queries.settle(unit.db, receipt.id, *outcome)
        return taken

    async def _note(self, unit: Unit, line: Line, reports: Sequence[RawUpdate]) -> None:
        """How far messages of ours have come: repeatable, in any order, so that nothing need be remembered of it."""
        for report in reports:
            for said in line.messenger.read(report.payload, line.view):
                if isinstance(said, Delivered):
                    await has_come(unit, line, said)

    def wake(self, instance_id: str, threads: Sequence[str], *, after_s: float = 0.0) -> None:
        """Something waits in these threads; it may be taken so many seconds from now."""
        for thread in dict.fromkeys(threads):
            key = instance_id, thread
            if key in self._threads or key in self._brought:
                self._again.add(key)
            else:
                task = asyncio.create_task(self._run(*key, after_s), name=f"intake {instance_id}")
                self._threads[key] = task

    async def sweep(self, *, everything: bool = False) -> None:
        """Take what was left behind: by a process that died, or that could not reach the database. Repeatable."""
        async with self._units.read() as unit:
            self.gaps.begin(unit.now())
            before = unit.now() - (timedelta(0) if everything else LEFT_BEHIND)
            left = await queries.waiting_threads(unit.db, before)
        for instance_id, thread in left:
            self.wake(instance_id, [thread])

    async def close(self) -> None:
        """Finish what is being taken. Repeatable."""
        tasks = list(self._threads.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=2)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, instance_id: str, thread: str, after_s: float) -> None:
        key = instance_id, thread
        try:
            if after_s:
                await asyncio.sleep(after_s)
            while await self._take(instance_id, thread) or key in self._again:
                self._again.discard(key)
        except (SecretaryError, OSError):
            log.exception("intake_failed", instance_id=instance_id)  # it stays waiting, and is swept up
        finally:
            del self._threads[key]
            if key in self._again:
                self._again.discard(key)
                self.wake(instance_id, [thread])

    async def _take(self, instance_id: str, thread: str) -> bool:
        """Take a batch; is there more to take?"""
        try:
            line = await self._lines.get(instance_id)
        except NotFound:
            return False
        try:
            taken, has_more, is_early = await self._batch(line, thread, AT_ONCE)
        except (SecretaryError, ValueError, TypeError, KeyError) as error:
            taken, has_more, is_early = await self._one_by_one(line, thread, error)
        for each in taken:
            self._begin(line, each)
        if is_early:
            await asyncio.sleep(LOOK_AGAIN_S)
        return has_more or is_early

    async def _batch(self, line: Line, thread: str, limit: int) -> tuple[list[Taken], bool, bool]:
        taken: list[Taken] = []
        async with self._units.write() as unit:
            waiting = await queries.waiting_of(unit.db, line.id, thread, limit)
            for read in joined([_read(line, receipt) for receipt in waiting]):
                for receipt in read.receipts:
                    if await self.gaps.is_early(unit, line.id, receipt, receipt.received):
                        return taken, False, True
                found = await self._take_in(unit, line, read)
                for receipt in read.receipts:
                    await queries.settle(unit.db, receipt.id, *_outcome(found))
                taken += found
        return taken, len(waiting) == limit, False

    async def _one_by_one(self, line: Line, thread: str, error: Exception) -> tuple[list[Taken], bool, bool]:
        """One of them cannot be taken: those before it are, and it is put aside, not in the way of the others."""
        try:
            return await self._batch(line, thread, 1)
        except (SecretaryError, ValueError, TypeError, KeyError) as again:
            error = again
        if _is_storage(error):
            raise error
        log.warning("receipt_broken", instance_id=line.id, exc_info=error)
        async with self._units.write() as unit:
            for receipt in await queries.waiting_of(unit.db, line.id, thread, 1):
                receipt.state = ReceiptState.BROKEN
                receipt.error = getattr(error, "code", type(error).__name__)[:64]
                note(unit, line.id, "update_not_understood", "error", code=receipt.error)
        return [], True, False

    async def _take_in(self, unit: Unit, line: Line, read: Read) -> list[Taken]:
        receipt, taken = read.receipts[0], list[Taken]()
        for said in read.said:
            if isinstance(said, Said | Tapped):
                taken.append(await self._hearing.hear(unit, line, receipt, said))
            else:
                taken.append(await follow(unit, line, receipt, said))
        return taken

    def _begin(self, line: Line, taken: Taken) -> None:
        if taken.exchange is not None:
            self._watcher.watch(line, taken, self._turns.begin(taken.exchange))
        elif taken.callback_id or taken.stop:
            self._watcher.watch(line, taken, Accepted("", "", "", is_new=False))


def _read(line: Line, receipt: ChannelReceipt) -> Read:
    return Read((receipt,), line.messenger.read(receipt.payload or {}, line.view))


def _outcome(taken: Sequence[Taken]) -> tuple[ReceiptState, str]:
    """What a receipt came to, and why where it came to nothing."""
    is_taken = any(each.state is ReceiptState.TAKEN for each in taken)
    return ReceiptState.TAKEN if is_taken else ReceiptState.SKIPPED, next((each.why for each in taken), "")


def _is_storage(error: Exception) -> bool:
    return isinstance(error, SecretaryError) and error.code.startswith("storage_")
