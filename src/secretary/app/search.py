"""Vectors of passages, computed beside the answering: the search answers by words and by what is known so far."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from secretary.adapters.vectors import PackagedVectors
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

    def __init__(
        self, units: UnitFactory, search: LazySearch, model: Vectors | None, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._search = search
        self._model = model
        self._sleep = sleep
        self._task: asyncio.Task[None] | None = None
        self._changes = 0
        units.bus.subscribe(DocumentChanged, self._on_change)

    def start(self) -> None:
        """Begin, unless that has happened. May be called again."""
        if self._model is not None and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run(), name="embedding")

    async def close(self) -> None:
        """End what was begun, the model's process too. Repeatable."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._model is not None:
            await self._model.close()

    def _on_change(self, _: DocumentChanged) -> None:
        self._changes += 1
        self.start()

    async def _run(self) -> None:
        """Until nothing is lacking; a model that is not there is asked again later."""
        done = -1
        while done != self._changes:
            seen = self._changes
            try:
                while await self._search.embed_missing(AT_ONCE):
                    pass
                done = seen
            except SecretaryError as error:
                log.warning("passages_not_embedded", code=error.code)
                await self._sleep(TRIED_AGAIN_S)


def packaged_vectors() -> Vectors | None:
    """The models that packages carry, where they are installed; None leaves the search by words."""
    return PackagedVectors() if PackagedVectors.are_installed() else None
