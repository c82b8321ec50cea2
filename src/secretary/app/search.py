"""The search of this installation, loaded when there is something to find: NumPy and the index cost memory that who has
no documents keeps.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from secretary.adapters.vectors.packaged import PackagedVectors
from secretary.kernel.errors import Upstream
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.documents.events import DocumentChanged
from secretary.knowledge.documents.ports import IndexNumbers
from secretary.knowledge.queries import has_documents
from secretary.knowledge.search.ports import Found, Vectors

if TYPE_CHECKING:
    from secretary.knowledge.search.document_search import DocumentSearch
    from secretary.knowledge.search.health import Health, SearchIndex

log = structlog.get_logger(__name__)

CHECK_INTERVAL_S = 1.0
EMBEDDED_AT_ONCE = 32
TRIED_AGAIN_S = 60.0
NOTHING = Found((), is_answer=False, engine="none")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The search itself, and the index as documents and the panel see it."""

    search: "DocumentSearch"
    index: "SearchIndex"


class InstallationSearch:
    """Implements `Search` and the `Index` of documents. One for the whole process."""

    def __init__(
        self, units: UnitFactory, model: Vectors | None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._units = units
        self._monotonic = monotonic
        self._empty_at: float | None = None
        self._model = model
        self._loaded: Loaded | None = None
        self._loading = asyncio.Lock()
        self._embedding: asyncio.Task[None] | None = None
        units.bus.subscribe(DocumentChanged, self._on_change)

    async def find(
        self, question: str, collections: Sequence[str] | None, limit: int = 5, history: Sequence[str] = ()
    ) -> Found:
        loaded = await self._load()
        return NOTHING if loaded is None else await loaded.search.find(question, collections, limit, history)

    async def numbers(self) -> IndexNumbers:
        loaded = await self._load()
        return IndexNumbers() if loaded is None else await loaded.index.numbers()

    async def reindex(self, report: Callable[[int, int], Awaitable[None]]) -> int:
        loaded = await self._load()
        if loaded is None:
            await report(0, 0)
            return 0
        return await loaded.index.reindex(report)

    async def check(self) -> "Health | None":
        """Ask the index for something that it must find; None where there is nothing to find."""
        loaded = await self._load()
        return None if loaded is None else await loaded.index.check()

    async def start(self) -> None:
        """Read what there is, so that the first question need not wait, and go on with vectors that are lacking."""
        if await self._load() is not None:
            self._embed()

    async def close(self) -> None:
        """End what was begun. Repeatable."""
        if self._embedding is not None:
            self._embedding.cancel()
            await asyncio.gather(self._embedding, return_exceptions=True)
        if self._loaded is not None:
            await self._loaded.search.close()
        if self._model is not None:
            await self._model.close()

    async def _load(self) -> Loaded | None:
        if self._loaded is None and not self._was_just_empty():
            async with self._loading:
                self._loaded = self._loaded or await self._made()
        return self._loaded

    def _was_just_empty(self) -> bool:
        """Another process may have stored the first document: looked after once a second."""
        return self._empty_at is not None and self._monotonic() - self._empty_at < CHECK_INTERVAL_S

    async def _made(self) -> Loaded | None:
        async with self._units.read() as unit:
            if not await has_documents(unit.db):
                self._empty_at = self._monotonic()
                return None
        return await asyncio.to_thread(self._imported)

    def _imported(self) -> Loaded:
        from secretary.knowledge.search.document_search import DocumentSearch  # noqa: PLC0415 -- see above
        from secretary.knowledge.search.health import SearchIndex  # noqa: PLC0415 -- see above

        search = DocumentSearch(self._units, [self._model] if self._model else [])
        return Loaded(search, SearchIndex(self._units, search, self._model))

    def _on_change(self, _: DocumentChanged) -> None:
        self._empty_at = None
        self._embed()

    def _embed(self) -> None:
        """Compute what passages mean, beside the answering, until all is known."""
        if self._model is not None and (self._embedding is None or self._embedding.done()):
            self._embedding = asyncio.create_task(self._embed_all(), name="embedding")

    async def _embed_all(self) -> None:
        loaded = await self._load()
        remaining = 1 if loaded else 0
        while loaded is not None and remaining:
            try:
                remaining = await loaded.index.embed_missing(EMBEDDED_AT_ONCE)
            except Upstream as error:
                log.warning("passages_not_embedded", code=error.code)
                await asyncio.sleep(TRIED_AGAIN_S)


def packaged_vectors() -> Vectors | None:
    """The models that packages carry, where they are installed; None leaves the search by words."""
    return PackagedVectors() if PackagedVectors.are_installed() else None
