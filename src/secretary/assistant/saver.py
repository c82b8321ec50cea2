"""Storing answers: one writer gathers what all turns have to store and commits it together.

Growing answers are stored once a second, a twentieth of them at a time lest all streams pause; finished ones at once.
Under load many share one transaction. The end of an answer that cannot be stored now is owed: it is tried again until
the disk has room, or the database is there.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import structlog

from secretary.assistant.ports import Delivering
from secretary.assistant.stream import AnswerStream
from secretary.assistant.turn import Effect
from secretary.conversations.ports import MessageStatus
from secretary.conversations.progress import Progress, save_progress
from secretary.kernel.errors import Conflict, SecretaryError
from secretary.kernel.unit import StorageFailed, Unit, UnitFactory, storage_failed

log = structlog.get_logger(__name__)

ROUND_S = 0.75  # with its steps and their pauses less than a second
STEPS = 20
SMALLEST_STEP = 10
PAUSE_S = 0.01
RETRY_S, LONGEST_RETRY_S = 0.5, 5.0
MOST_OWED = 500  # where nothing can be stored no question is accepted: more than the running turns it cannot be


@dataclass(slots=True)
class _Final:
    progress: Progress
    effects: Sequence[Effect]
    apology: str = ""
    stored: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class AnswerSaver:
    """Owns one task, `run`. `growing` gives the answers that changed since they were last stored."""

    def __init__(
        self,
        units: UnitFactory,
        growing: Callable[[], list[AnswerStream]],
        lost: Callable[[str], None],
        delivering: Delivering | None = None,
    ) -> None:
        self._units = units
        self._delivering = delivering
        self._lost = lost
        self.holder: str | None = None  # set where the database is shared: then only what is his may be stored
        self._growing = growing
        self._finals: list[_Final] = []
        self._owed: list[_Final] = []
        self._retry_s = RETRY_S
        self._retry_at = 0.0
        self._paying = asyncio.Lock()
        self._wake = asyncio.Event()

    async def store(self, progress: Progress, effects: Sequence[Effect] = (), apology: str = "") -> None:
        """Store a finished answer with its effects, all or nothing; returns when it is on disk. `apology` is what the
        customer is told instead of an answer, where he is written to.

        Raises SecretaryError when it cannot be stored now; it is tried again as long as the process lives.
        """
        final = _Final(progress, effects, apology)
        self._finals.append(final)
        self._wake.set()
        await final.stored

    async def run(self) -> None:
        """Store what comes until cancelled."""
        now = asyncio.get_running_loop().time
        due, step = now() + ROUND_S, SMALLEST_STEP
        growing: list[AnswerStream] = []
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(now() + PAUSE_S if growing else due):
                    await self._wake.wait()
            if not growing and now() >= due:
                growing, due = self._growing(), now() + ROUND_S
                step = max(SMALLEST_STEP, len(growing) // STEPS)
            await self._save(growing[:step])
            del growing[:step]
            if self._owed and now() >= self._retry_at:
                await self._pay()

    async def flush(self) -> None:
        """Store everything that waits now."""
        await self._save(self._growing())
        await self._pay()

    async def pay(self, session_id: str) -> None:
        """Try what is owed to this conversation: the next answer builds on it."""
        if any(final.progress.place.session_id == session_id for final in self._owed):
            await self._pay()

    async def _pay(self) -> None:
        """Store what is owed, up to the first that still cannot be; that one is the last to be tried the next time."""
        async with self._paying:
            while self._owed:
                final = self._owed.pop(0)
                if await self._attempt(final) is not None:
                    self._wait_for_retry(min(self._retry_s * 2, LONGEST_RETRY_S))
                    return
                log.info("answer_end_stored_late", answer_id=final.progress.answer_id)

    def _owe(self, final: _Final, error: Exception) -> None:
        """Keep the end of an answer for later. What it brings along is left out if that was what failed."""
        if not isinstance(error, (StorageFailed, OSError)):
            if not final.effects:
                return
            final = replace(final, progress=replace(final.progress, status=MessageStatus.INTERRUPTED), effects=())
        if len(self._owed) >= MOST_OWED:
            log.error("answer_end_dropped", answer_id=self._owed.pop(0).progress.answer_id)
        if not self._owed:
            self._wait_for_retry(RETRY_S)
        self._owed.append(final)

    def _wait_for_retry(self, retry_s: float) -> None:
        self._retry_s = retry_s
        self._retry_at = asyncio.get_running_loop().time() + retry_s

    async def _save(self, streams: Sequence[AnswerStream]) -> None:
        self._wake.clear()
        finals, self._finals = self._finals, []
        growing = [stream.progress(MessageStatus.STREAMING) for stream in streams if stream.is_dirty]
        if not finals and not growing:
            return
        try:
            stored = await self._commit(growing, finals)
        except Exception as error:  # the loop that stores for all turns must outlive whatever one of them brings along
            is_ours = not isinstance(error, StorageFailed)  # the unit has told what is wrong with the database
            log.warning("saving_together_failed", answers=len(finals), growing=len(growing), exc_info=is_ours)
            for stream in streams:
                stream.is_dirty = True
            await self._one_by_one(finals)
        else:
            self._settle(finals, stored)
            for progress in growing:
                if progress.answer_id not in stored:
                    self._lost(progress.answer_id)

    async def _commit(self, growing: Sequence[Progress], finals: Sequence[_Final]) -> set[str]:
        """Who took a conversation over has ended its answers: they are neither stored nor brought to the customer."""
        async with self._units.write() as unit:
            stored = await save_progress(unit, [*growing, *(final.progress for final in finals)], self.holder)
            for final in finals:
                if final.progress.answer_id in stored:
                    await self._follow(unit, final)
        return stored

    async def _follow(self, unit: Unit, final: _Final) -> None:
        """What an answer brings along, and its way to the customer where he does not hold the line."""
        for effect in final.effects:
            await effect(unit)
        place = final.progress.place
        if self._delivering is not None and self._delivering.brings(place.source):
            await self._delivering.answered(unit, place, final.progress.answer_id, final.apology)

    def _settle(self, finals: Sequence[_Final], stored: set[str]) -> None:
        for final in finals:
            if final.stored.done():
                continue  # it was owed: its turn has ended long ago
            if final.progress.answer_id in stored or self.holder is None:
                final.stored.set_result(None)
            else:
                final.stored.set_exception(_taken_away())

    async def _one_by_one(self, finals: Sequence[_Final]) -> None:
        """One bad answer must not take the others with it."""
        for final in finals:
            if (failure := await self._attempt(final)) is not None:
                final.stored.set_exception(failure)

    async def _attempt(self, final: _Final) -> SecretaryError | None:
        """Store one answer; if that fails it is owed. Returns what its turn shall hear."""
        try:
            stored = await self._commit((), (final,))
        except SecretaryError as error:
            self._owe(final, error)
            return error
        except Exception as error:  # an effect's own fault, or a database that is away: told to this turn only
            log.exception("saving_failed", answer_id=final.progress.answer_id)
            self._owe(final, error)
            return storage_failed()
        self._settle((final,), stored)
        return None


def _taken_away() -> Conflict:
    return Conflict(
        "answer_taken_away",
        en="The answer was stopped, or is being given elsewhere.",
        ru="Ответ остановлен или продолжается в другом месте.",
    )
