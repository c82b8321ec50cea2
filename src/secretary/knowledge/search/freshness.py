"""The indexes of all collections in this process, as fresh as the database.

A change in this process is seen by the next question; one in another process within a second, by a version number.
While much is being read, questions are answered from what was there before.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import structlog

from secretary.kernel.errors import SecretaryError
from secretary.kernel.freshness import Freshness
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.documents.events import DocumentChanged
from secretary.knowledge.search import queries
from secretary.knowledge.search.held import Held
from secretary.knowledge.search.queries import Version

log = structlog.get_logger(__name__)

_PATIENCE_S = 0.5
"""How long a question waits for changes to be read before it is answered without them."""


class Indexes:
    """Holds one index a collection. For the tasks of one event loop."""

    def __init__(
        self, units: UnitFactory, models: Sequence[str], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._units, self._models = units, models
        self._freshness = Freshness(monotonic)
        self._versions: Mapping[str, Version] = {}
        self._held: defaultdict[str, Held | None] = defaultdict(lambda: None)
        self._reading: dict[str, asyncio.Task[None]] = {}
        units.bus.subscribe(DocumentChanged, self._on_change)

    async def of(self, collection_ids: Sequence[str] | None) -> Sequence[Held]:
        """The indexes of these collections, or of the default one for `None`. Unknown ids are passed over."""
        await self._freshness.ensure(self._check)
        if collection_ids is None:
            collection_ids = [known for known, version in self._versions.items() if version.is_default]
        known = [one for one in dict.fromkeys(collection_ids) if one in self._versions]
        await asyncio.gather(*(self._up_to_date(one) for one in known))
        return [held for one in known if (held := self._held[one]) is not None]

    async def all(self) -> Sequence[Held]:
        """The indexes of every collection."""
        await self._freshness.ensure(self._check)
        return await self.of(list(self._versions))

    def changed(self) -> None:
        """Ask the database again before the next question."""
        self._freshness.changed()

    async def close(self) -> None:
        """Stop reading."""
        tasks = list(self._reading.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _on_change(self, change: DocumentChanged) -> None:
        del change
        self.changed()

    async def _check(self) -> None:
        async with self._units.read() as unit:
            self._versions = await queries.versions(unit.db)
        for gone in self._held.keys() - self._versions.keys():
            del self._held[gone]

    async def _up_to_date(self, collection_id: str) -> None:
        """Read what changed; whoever has an older index already does not wait long for it."""
        held = self._held[collection_id]
        if held is not None and held.version == self._versions[collection_id].number:
            return
        task = self._reading.get(collection_id)
        if task is None:
            task = asyncio.create_task(self._read(collection_id), name=f"index {collection_id}")
            self._reading[collection_id] = task
            task.add_done_callback(lambda _: self._reading.pop(collection_id, None))
        if held is None:
            await asyncio.shield(task)
        else:
            await asyncio.wait({task}, timeout=_PATIENCE_S)

    async def _read(self, collection_id: str) -> None:
        """Until nothing newer is known. A first index is shown when it is whole, changes as they come."""
        held = self._held[collection_id] or Held(collection_id)
        while collection_id in self._versions and held.version != self._versions[collection_id].number:
            try:
                await held.refresh(self._units, self._versions[collection_id].number, self._models)
            except SecretaryError as error:
                log.warning("index_not_read", collection_id=collection_id, code=error.code)
                if self._held[collection_id] is None:
                    raise
                return
            self._held[collection_id] = held
