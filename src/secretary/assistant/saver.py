"""Storing answers: one writer gathers what all turns have to store and commits it together.

Growing answers are stored once a second, finished ones at once; under load many share one transaction.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from secretary.assistant.turn import Effect
from secretary.conversations.service import Progress, save_progress
from secretary.kernel.errors import SecretaryError
from secretary.kernel.unit import UnitFactory

log = structlog.get_logger(__name__)

INTERVAL_S = 1.0


@dataclass(slots=True)
class _Final:
    progress: Progress
    effects: Sequence[Effect]
    stored: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class AnswerSaver:
    """Owns one task, `run`. `growing` gives the answers that changed since it was last asked."""

    def __init__(self, units: UnitFactory, growing: Callable[[], list[Progress]]) -> None:
        self._units = units
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
        due = now() + INTERVAL_S
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._wake.wait()
            if is_due := now() >= due:
                due = now() + INTERVAL_S
            await self.flush(with_growing=is_due)

    async def flush(self, *, with_growing: bool = True) -> None:
        """Store what is finished now, and what is growing."""
        self._wake.clear()
        finals, self._finals = self._finals, []
        growing = self._growing() if with_growing else []
        if not finals and not growing:
            return
        try:
            await self._commit(growing, finals)
        except SecretaryError:
            log.exception("saving_together_failed", answers=len(finals), growing=len(growing))
            await self._one_by_one(finals)
        else:
            for final in finals:
                final.stored.set_result(None)

    async def _commit(self, growing: Sequence[Progress], finals: Sequence[_Final]) -> None:
        async with self._units.write() as unit:
            await save_progress(unit, growing)
            await save_progress(unit, [final.progress for final in finals])
            for final in finals:
                for effect in final.effects:
                    await effect(unit)

    async def _one_by_one(self, finals: Sequence[_Final]) -> None:
        """One bad answer must not take the others with it."""
        for final in finals:
            try:
                await self._commit((), (final,))
            except SecretaryError as error:
                final.stored.set_exception(error)
            else:
                final.stored.set_result(None)
