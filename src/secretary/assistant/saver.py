"""Storing answers: one writer gathers what all turns have to store and commits it together.

Growing answers are stored once a second, a twentieth of them at a time lest all streams pause; finished ones at once.
Under load many share one transaction.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from secretary.assistant.stream import AnswerStream
from secretary.assistant.turn import Effect
from secretary.conversations.ports import MessageStatus
from secretary.conversations.progress import Progress, save_progress
from secretary.kernel.errors import Conflict, SecretaryError
from secretary.kernel.unit import UnitFactory, storage_failed

log = structlog.get_logger(__name__)

ROUND_S = 0.75  # with its steps and their pauses less than a second
STEPS = 20
SMALLEST_STEP = 10
PAUSE_S = 0.01


@dataclass(slots=True)
class _Final:
    progress: Progress
    effects: Sequence[Effect]
    stored: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class AnswerSaver:
    """Owns one task, `run`. `growing` gives the answers that changed since they were last stored."""

    def __init__(
        self, units: UnitFactory, growing: Callable[[], list[AnswerStream]], lost: Callable[[str], None]
    ) -> None:
        self._units = units
        self._lost = lost
        self.holder: str | None = None  # set where the database is shared: then only what is his may be stored
        self._growing = growing
        self._finals: list[_Final] = []
        self._wake = asyncio.Event()

    async def store(self, progress: Progress, effects: Sequence[Effect] = ()) -> None:
        """Store a finished answer with its effects, all or nothing; returns when it is on disk.

        Raises SecretaryError when it cannot be stored.
        """
        final = _Final(progress, effects)
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

    async def flush(self) -> None:
        """Store everything that waits now."""
        await self._save(self._growing())

    async def _save(self, streams: Sequence[AnswerStream]) -> None:
        self._wake.clear()
        finals, self._finals = self._finals, []
        growing = [stream.progress(MessageStatus.STREAMING) for stream in streams if stream.is_dirty]
        if not finals and not growing:
            return
        try:
            stored = await self._commit(growing, finals)
        except Exception:  # the loop that stores for all turns must outlive whatever one of them brings along
            log.exception("saving_together_failed", answers=len(finals), growing=len(growing))
            for stream in streams:
                stream.is_dirty = True
            await self._one_by_one(finals)
        else:
            self._settle(finals, stored)
            for progress in growing:
                if progress.answer_id not in stored:
                    self._lost(progress.answer_id)

    async def _commit(self, growing: Sequence[Progress], finals: Sequence[_Final]) -> set[str]:
        async with self._units.write() as unit:
            stored = await save_progress(unit, [*growing, *(final.progress for final in finals)], self.holder)
            for final in finals:
                for effect in final.effects if final.progress.answer_id in stored else ():
                    await effect(unit)
        return stored

    def _settle(self, finals: Sequence[_Final], stored: set[str]) -> None:
        for final in finals:
            if final.progress.answer_id in stored or self.holder is None:
                final.stored.set_result(None)
            else:
                final.stored.set_exception(_taken_away())

    async def _one_by_one(self, finals: Sequence[_Final]) -> None:
        """One bad answer must not take the others with it."""
        for final in finals:
            try:
                stored = await self._commit((), (final,))
            except SecretaryError as error:
                final.stored.set_exception(error)
            except Exception:  # an effect's own fault, or a database that is away: logged above, told to this turn only
                log.exception("saving_failed", answer_id=final.progress.answer_id)
                final.stored.set_exception(storage_failed())
            else:
                self._settle((final,), stored)


def _taken_away() -> Conflict:
    return Conflict(
        "answer_taken_away",
        en="The answer was stopped, or is being given elsewhere.",
        ru="Ответ остановлен или продолжается в другом месте.",
    )
