"""The search as the program joins it: numpy and the indexes are loaded when there is a document to search, not before.

They take 16 MB beside the passages themselves, which a program that was just installed need not have.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Literal

import structlog

from secretary.kernel.errors import SecretaryError
from secretary.kernel.freshness import CHECK_INTERVAL_S
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.documents.events import DocumentChanged
from secretary.knowledge.documents.ports import IndexNumbers
from secretary.knowledge.search import queries
from secretary.knowledge.search.ports import Found, ModelsNow, Standing, Vectors
from secretary.knowledge.search.postgresql.pgvector import Pgvector

if TYPE_CHECKING:
    from secretary.knowledge.search.document_search import DocumentSearch
    from secretary.knowledge.search.health import Health, SearchIndex

log = structlog.get_logger(__name__)

EngineName = Literal["memory", "postgresql", "auto"]


class LazySearch:
    """Implements `Search`, and `Index` of documents. `models`: as for `DocumentSearch`, the wanted one first; where
    `models_now` is given, it is asked before each question whether they are others.

    `engine`: `memory` is an index in this process; `auto` is PostgreSQL, unless there are models and it cannot compare
    vectors.
    """

    def __init__(
        self,
        units: UnitFactory,
        models: Sequence[Vectors] = (),
        monotonic: Callable[[], float] = time.monotonic,
        *,
        engine: EngineName = "memory",
        models_now: ModelsNow | None = None,
    ) -> None:
        self._units, self._models, self._monotonic, self._engine = units, models, monotonic, engine
        self._models_now, self._is_in_postgresql = models_now, False
        self._left: list[DocumentSearch] = []
        self._search: DocumentSearch | None = None
        self._empty_at: float | None = None
        units.bus.subscribe(DocumentChanged, self._on_change)
        self._loading = asyncio.Lock()
        self._warming: asyncio.Task[None] | None = None

    async def find(
        self, question: str, collections: Sequence[str] | None, limit: int = 5, history: Sequence[str] = ()
    ) -> Found:
        """As `Search` says; nothing where there is no document."""
        search = await self._loaded()
        return await search.find(question, collections, limit, history) if search else _NOTHING

    async def numbers(self) -> IndexNumbers:
        """As `Index` says."""
        search = await self._loaded()
        return await self._index(search).numbers() if search else IndexNumbers(engine="words", available=True)

    async def reindex(self, report: Callable[[int, int], Awaitable[None]]) -> int:
        """As `Index` says. Raises Upstream where the embedding model is not there."""
        search = await self._loaded()
        if search is None:
            await report(0, 0)
            return 0
        return await self._index(search).reindex(report)

    async def embed_missing(self, limit: int) -> int:
        """Compute up to `limit` vectors that are lacking. How many are lacking still? Raises Upstream."""
        search = await self._loaded()
        return await self._index(search).embed_missing(limit) if search else 0

    async def check(self) -> "Health | None":
        """Whether what is there is found; None where nothing is."""
        search = await self._loaded()
        return await self._index(search).check() if search else None

    @property
    def has_model(self) -> bool:
        """Is there anybody to ask what texts mean?"""
        return bool(self._models)

    async def standing(self) -> Standing:
        """How far the wanted model is, and whose vectors are searched meanwhile."""
        search = await self._loaded()
        wanted = self._models[0].name if self._models else ""
        return await self._index(search).standing() if search else Standing(wanted)

    async def forget_others(self) -> None:
        """Remove the vectors of all models but the wanted one. Repeatable."""
        if search := await self._loaded():
            await self._index(search).forget_others()

    async def use(self, models: Sequence[Vectors]) -> None:
        """Ask these models from now on, the wanted one first: those behind it answer until it knows all passages.

        Only what the new ones know is read. Where they need the other engine, the next question loads it.
        """
        self._models = models
        async with self._loading:
            if self._search is None:
                return
            if await self._belongs_in_postgresql() == self._is_in_postgresql:
                self._search.use(models)
            else:  # questions that it is answering go on
                self._left.append(self._search)
                self._search = None

    def warm_up(self) -> None:
        """Read all collections in the background, so that the first question need not wait."""
        if self._warming is None:
            self._warming = asyncio.create_task(self._warm(), name="search warm-up")

    async def close(self) -> None:
        """Stop reading. The models are whose who made them."""
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        for search in (self._search, *self._left):
            if search is not None:
                await search.close()

    async def _warm(self) -> None:
        try:
            search = await self._loaded()
        except SecretaryError as error:
            log.warning("search_not_warm", code=error.code)
            return
        if search is not None:
            search.warm_up()

    async def _loaded(self) -> "DocumentSearch | None":
        """The search, as soon as there is something to find."""
        if self._models_now is not None and (models := await self._models_now()) is not self._models:
            await self.use(models)
        if self._search is None and not self._was_just_empty():
            async with self._loading:
                if self._search is None and await self._has_passages():
                    self._is_in_postgresql = await self._belongs_in_postgresql()
                    self._search = await asyncio.to_thread(self._load)
        return self._search

    def _was_just_empty(self) -> bool:
        """Another process may have stored the first passage: looked after once a second."""
        return self._empty_at is not None and self._monotonic() - self._empty_at < CHECK_INTERVAL_S

    def _on_change(self, _: DocumentChanged) -> None:
        self._empty_at = None

    async def _has_passages(self) -> bool:
        async with self._units.read() as unit:
            found = await queries.has_passages(unit.db)
        self._empty_at = None if found else self._monotonic()
        return found

    async def _belongs_in_postgresql(self) -> bool:
        if self._engine == "auto" and self._models:
            return await Pgvector().is_there(self._units)
        return self._engine != "memory"

    def _load(self) -> "DocumentSearch":
        from secretary.knowledge.search.document_search import DocumentSearch  # noqa: PLC0415  see the module

        if not self._is_in_postgresql:
            return DocumentSearch(self._units, self._models, self._monotonic)
        from secretary.knowledge.search.postgresql.engine import in_postgresql  # noqa: PLC0415  see the module

        return DocumentSearch(self._units, self._models, self._monotonic, in_postgresql)

    def _index(self, search: "DocumentSearch") -> "SearchIndex":
        from secretary.knowledge.search.health import SearchIndex  # noqa: PLC0415  see the module

        return SearchIndex(self._units, search, self._models[0] if self._models else None)


_NOTHING = Found((), is_answer=False, engine="words")
