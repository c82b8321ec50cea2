"""The index of one collection in this process, brought up to what the database has: document by document."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from secretary.kernel.unit import UnitFactory
from secretary.knowledge.search import queries
from secretary.knowledge.search.asking import Asked, understand
from secretary.knowledge.search.engine import Size
from secretary.knowledge.search.index import Group, Index, Scale, Seen
from secretary.knowledge.search.queries import Stamp
from secretary.knowledge.search.scoring import SCALES
from secretary.knowledge.search.segment import Floats

_DOCUMENTS_AT_ONCE = 50
"""Between which other tasks run."""
_VECTORS_AT_ONCE = 1_000
_FEW = 64
"""Vectors that are asked for one by one; more are read in one go through the collection."""


@dataclass(slots=True)
class Held:
    """What a collection's passages say, and what they mean to one model (empty: to none). `version` is how fresh.

    Implements `Kept`.
    """

    collection_id: str
    version: int = 0
    index: Index = field(default_factory=Index)
    model: str = ""
    scale: Scale | None = None
    stamps: Mapping[str, Stamp] = field(default_factory=dict)

    @property
    def engine(self) -> str:
        return f"words+vectors:{self.model}" if self.scale is not None else self.words_engine

    @property
    def words_engine(self) -> str:
        return "words"

    def as_it_is(self) -> "Held":
        return replace(self)

    async def understand(self, question: str, history: Sequence[str]) -> Asked:
        return understand(question, history, self.index)

    async def find(self, groups: Sequence[Group], meant: Floats | None, most: int) -> Seen:
        return self.index.find(groups, meant, most)

    async def size(self) -> Size:
        index = self.index
        lacking = len(index.meaningless())
        return Size(len(index), index.documents, len(index.vocabulary), lacking, index.mean_length)

    async def any_passage(self, choose: Callable[[int], int]) -> tuple[str, bool] | None:
        if not len(self.index):
            return None
        chunk_id = self.index.chunk_id(choose(len(self.index)))
        return chunk_id, chunk_id not in self.index.meaningless()

    async def refresh(self, units: UnitFactory, version: int, models: Sequence[str]) -> bool:
        """Read what changed up to `version` at least. `models` are those that can be asked, the wanted one first.

        Questions are answered meanwhile, from what is there already. Afterwards nothing is left to be read.
        """
        async with units.read() as unit:
            stamps = await queries.stamps(unit.db, self.collection_id)
            known = await queries.known_to(unit.db, self.collection_id) if models else {}
        await self._read_documents(units, stamps)
        await self._read_vectors(units, chosen(models, known, len(self.index)))
        self.stamps, self.version = stamps, version
        return False

    async def _read_documents(self, units: UnitFactory, stamps: Mapping[str, Stamp]) -> None:
        changed = [one for one, stamp in stamps.items() if self.stamps.get(one) != stamp]
        gone = [one for one in self.stamps if one not in stamps]
        if gone:
            self.index = await asyncio.to_thread(self.index.replaced, gone, ())
        for at in range(0, len(changed), _DOCUMENTS_AT_ONCE):
            part = changed[at : at + _DOCUMENTS_AT_ONCE]
            async with units.read() as unit:
                entries = await queries.entries(unit.db, part)
            self.index = await asyncio.to_thread(self.index.replaced, part, entries)

    async def _read_vectors(self, units: UnitFactory, model: str) -> None:
        """Another model's are read beside those that answer meanwhile."""
        index = self.index if model == self.model else self.index.without_meanings()
        missing, scale = index.meaningless() if model else [], self.scale if model == self.model else None
        if missing:
            if len(missing) <= _FEW:
                async with units.read() as unit:
                    rows = await queries.vectors_of(unit.db, missing, model)
                await _take(index, rows)
            else:
                await self._read_all_vectors(units, index, model)
            scale = SCALES.get(model) or index.scale()
        self.index, self.model, self.scale = index, model, scale

    async def _read_all_vectors(self, units: UnitFactory, index: Index, model: str) -> None:
        last_id = ""
        while True:
            async with units.read() as unit:
                page = await queries.vectors(
                    unit.db, self.collection_id, model, after_id=last_id, limit=_VECTORS_AT_ONCE
                )
            await _take(index, page)
            if len(page) < _VECTORS_AT_ONCE:
                return
            last_id = page[-1][0]


async def _take(index: Index, rows: Sequence[tuple[str, bytes]]) -> None:
    vectors = {chunk_id: np.frombuffer(data, "<f4") for chunk_id, data in rows}
    await asyncio.to_thread(index.give_meanings, vectors)


def chosen(models: Sequence[str], known: Mapping[str, int], passages: int) -> str:
    """The wanted model where it knows everything, else the one that knows most: the wanted one where they tie."""
    if not any(known.get(model) for model in models):
        return models[0] if models else ""
    if known.get(models[0], 0) >= passages:
        return models[0]
    return max(models, key=lambda model: known.get(model, 0))
