"""The indexes of all collections in this process, as fresh as the database.

A change in this process is seen by the next question; one in another process within a second, by a version number.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from secretary.kernel.freshness import Freshness
from secretary.kernel.unit import UnitFactory
from secretary.knowledge import queries
from secretary.knowledge.events import FaqChanged
from secretary.knowledge.faq.matcher import FaqIndex, IndexedEntry
from secretary.knowledge.queries import Version

_PAGE = 250
"""Rows read at a time, between which other tasks run."""
_BUILT_AT_ONCE = 500
"""Entries whose index is built right here, in some 50 ms at most; a larger one is built in a worker thread."""


class FaqCache:
    """Holds one index a collection. Safe for concurrent tasks of one event loop."""

    def __init__(self, units: UnitFactory, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._units = units
        self._freshness = Freshness(monotonic)
        self._versions: Mapping[str, Version] = {}
        self._indexes: dict[str, tuple[int, FaqIndex]] = {}
        self._building: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        units.bus.subscribe(FaqChanged, self._on_change)

    async def indexes(self, collection_ids: Sequence[str] | None) -> Sequence[FaqIndex]:
        """The indexes of these collections, or of the default one for `None`. Unknown ids are passed over."""
        await self._freshness.ensure(self._check)
        if collection_ids is None:
            collection_ids = [known for known, version in self._versions.items() if version.is_default]
        wanted = [(known, self._versions[known].number) for known in collection_ids if known in self._versions]
        return [await self._index(*one) for one in dict.fromkeys(wanted)]

    def forget(self) -> None:
        """Load everything anew when it is asked for."""
        self._indexes.clear()
        self._freshness.changed()

    def _on_change(self, change: FaqChanged) -> None:
        del change
        self._freshness.changed()

    async def _check(self) -> None:
        async with self._units.read() as unit:
            self._versions = await queries.versions(unit.db)
        for gone in self._indexes.keys() - self._versions.keys():
            del self._indexes[gone]

    async def _index(self, collection_id: str, version: int) -> FaqIndex:
        if index := self._built(collection_id, version):
            return index
        async with self._building[collection_id]:
            return self._built(collection_id, version) or await self._build(collection_id, version)

    def _built(self, collection_id: str, version: int) -> FaqIndex | None:
        built_from, index = self._indexes.get(collection_id, (None, None))
        return index if built_from == version else None

    async def _build(self, collection_id: str, version: int) -> FaqIndex:
        entries = await self._load(collection_id)  # never older than `version`; if newer, it is built once more
        index = await asyncio.to_thread(FaqIndex, entries) if len(entries) > _BUILT_AT_ONCE else FaqIndex(entries)
        self._indexes[collection_id] = (version, index)
        return index

    async def _load(self, collection_id: str) -> Sequence[IndexedEntry]:
        entries: list[IndexedEntry] = []
        async with self._units.read() as unit:
            while True:
                last_id = entries[-1].id if entries else ""
                page = await queries.indexed_entries(unit.db, collection_id, after_id=last_id, limit=_PAGE)
                entries += page
                if len(page) < _PAGE:
                    return entries
