"""Vectors of passages, computed beside the answering: the search answers by words and by what is known so far."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from secretary.adapters.vectors import PackagedVectors
from secretary.assistant.embedding.choice import EmbeddingChosen, EmbeddingReady
from secretary.kernel.errors import SecretaryError
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.documents.events import DocumentChanged
from secretary.knowledge.search.lazy import LazySearch
from secretary.knowledge.search.ports import Vectors

log = structlog.get_logger(__name__)

AT_ONCE = 32
TRIED_AGAIN_S = 60.0
Sleep = Callable[[float], Awaitable[None]]


class PassageVectors:
    """Computes what is lacking after the start and after every change. Without a model there is nothing to compute."""

    def __init__(self, units: UnitFactory, search: LazySearch, sleep: Sleep = asyncio.sleep) -> None:
        self._units, self._search, self._sleep = units, search, sleep
        self._task: asyncio.Task[None] | None = None
        self._changes = 0
        self._woken = asyncio.Event()
        self._whole, self._is_chosen = "", False
        units.bus.subscribe(DocumentChanged, self._on_change)
        units.bus.subscribe(EmbeddingChosen, self._on_choice)

    def start(self) -> None:
        """Begin, unless that has happened. May be called again."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="embedding")

    async def close(self) -> None:
        """End what was begun. Repeatable."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _on_change(self, _: DocumentChanged) -> None:
        if self._search.has_model:
            self._again()

    def _on_choice(self, _: EmbeddingChosen) -> None:
        self._is_chosen = True
        self._again()

    def _again(self) -> None:
        self._changes += 1
        self._woken.set()
        self.start()

    async def _run(self) -> None:
        """Until nothing is lacking; a model that is not there is asked again later, another one at once."""
        done = -1
        while done != self._changes:
            seen = self._changes
            try:
                await self._forget()
                while await self._search.embed_missing(AT_ONCE):
                    pass
                self._whole = (await self._search.standing()).wanted
                done = seen
                await self._tell()
            except SecretaryError as error:
                log.warning("passages_not_embedded", code=error.code)
                await self._pause()

    async def _tell(self) -> None:
        """Once, where another model was chosen: from now on questions are answered by it."""
        if self._is_chosen:
            self._is_chosen = False
            async with self._units.write() as unit:
                unit.record(EmbeddingReady(self._whole))

    async def _forget(self) -> None:
        """What other models knew, where the wanted one knew everything the last time: nobody asks by it any more."""
        whole, self._whole = self._whole, ""
        if whole and whole == (await self._search.standing()).wanted:
            await self._search.forget_others()

    async def _pause(self) -> None:
        self._woken.clear()
        waiting = [asyncio.ensure_future(self._sleep(TRIED_AGAIN_S)), asyncio.ensure_future(self._woken.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)


def packaged_vectors() -> Vectors | None:
    """The models that packages carry, where they are installed; None leaves the search by words."""
    return PackagedVectors() if PackagedVectors.are_installed() else None
