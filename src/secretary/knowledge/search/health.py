"""Whether the search finds what is there, and what it knows: asked, never assumed."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from secretary.kernel.unit import UnitFactory
from secretary.knowledge.documents.ports import IndexNumbers
from secretary.knowledge.search import queries
from secretary.knowledge.search.document_search import DocumentSearch
from secretary.knowledge.search.embedding import embed_all, embed_missing
from secretary.knowledge.search.ports import Standing, Vectors

_DEPTH = 10
_QUESTION_CHARS = 300


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a passage was found that must be. `finds_by_meaning` is None where no model is joined, or none of the
    passages has a vector yet; `lacking` is how many of them have none.
    """

    engine: str
    passages: int
    lacking: int
    finds_by_words: bool
    finds_by_meaning: bool | None

    @property
    def is_healthy(self) -> bool:
        return self.finds_by_words and self.finds_by_meaning is not False


class SearchIndex:
    """The index as documents and the panel see it: its health, its numbers, and its vectors. `model` is the wanted."""

    def __init__(
        self,
        units: UnitFactory,
        search: DocumentSearch,
        model: Vectors | None,
        choose: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        self._units, self._search, self._model, self._choose = units, search, model, choose

    async def check(self) -> Health:
        """Ask each collection for one of its own passages, chosen by chance. Nothing to find is healthy."""
        passages, lacking, by_words = 0, 0, True
        by_meaning: bool | None = None
        engine = "words"
        for held in await self._search.indexes.all():
            size = await held.size()
            passages += size.passages
            lacking += size.lacking if self._model else 0
            engine = held.engine if len(held.engine) > len(engine) else engine
            drawn = await held.any_passage(self._choose)
            if drawn is None:
                continue
            chunk_id, has_vector = drawn
            async with self._units.read() as unit:
                found = await queries.passages(unit.db, [chunk_id])
            if chunk_id not in found:  # changed meanwhile
                continue
            text = f"{found[chunk_id].heading} {found[chunk_id].text}"[:_QUESTION_CHARS]
            words, meaning = await self._search.places(held, text, _DEPTH)
            by_words = by_words and (chunk_id in words or not text.strip())
            if meaning is not None and has_vector:
                by_meaning = by_meaning is not False and chunk_id in meaning
        return Health(engine, passages, lacking, by_words, by_meaning)

    async def numbers(self) -> IndexNumbers:
        """As the port of documents says, of all collections together."""
        all_held = await self._search.indexes.all()
        sizes = [await held.size() for held in all_held]
        sections = sum(size.passages for size in sizes)
        length = sum(size.mean_length * size.passages for size in sizes)
        return IndexNumbers(
            engine=max((held.engine for held in all_held), key=len, default="words"),
            embedding_engine=self._model.name if self._model else "",
            embedding_sections=sections - sum(size.lacking for size in sizes),
            sections_indexed=sections,
            files_indexed=sum(size.documents for size in sizes),
            unique_tokens=sum(size.terms for size in sizes),
            avg_doc_length=length / sections if sections else 0.0,
            available=True,
        )

    async def standing(self) -> Standing:
        """How far the wanted model is, and whose vectors are searched meanwhile."""
        wanted = self._model.name if self._model else ""
        answering = sorted({held.model for held in await self._search.indexes.all() if held.scale is not None})
        async with self._units.read() as unit:
            texts = await queries.count_texts(unit.db)
            lacking = await queries.count_unknown_to(unit.db, wanted) if wanted else 0
        return Standing(wanted, answering, texts, lacking)

    async def forget_others(self) -> None:
        """Remove the vectors of all models but the wanted one. Repeatable."""
        if self._model is not None:
            async with self._units.write() as unit:
                await queries.forget_other_vectors(unit.db, [self._model.name])

    async def embed_missing(self, limit: int) -> int:
        """Compute up to `limit` vectors that are lacking. How many are lacking still? Raises Upstream."""
        if self._model is None:
            return 0
        remaining = await embed_missing(self._units, self._model, limit)
        self._search.indexes.changed()
        return remaining

    async def reindex(self, report: Callable[[int, int], Awaitable[None]]) -> int:
        """Compute all vectors anew; `report` hears how many of how many are done. How many there are. Repeatable."""
        if self._model is None:
            await report(0, 0)
            return 0
        total = await embed_all(self._units, self._model, report, anew=True)
        self._search.indexes.changed()
        return total
