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
from secretary.knowledge.search.engine import Kept, Searched
from secretary.knowledge.search.held import Held
from secretary.knowledge.search.queries import Version

log = structlog.get_logger(__name__)

_PATIENCE_S = 0.5
"""How long a question waits for changes to be read before it is answered without them."""


class Indexes:
    """Holds one index a collection, which `kept` makes of its id. Implements `Engine`, for the tasks of one loop."""

    def __init__(
        self,
        units: UnitFactory,
        models: Sequence[str],
        monotonic: Callable[[], float] = time.monotonic,
        kept: Callable[[str], Kept] = Held,
    ) -> None:
        self._units, self._models, self._kept = units, tuple(models), kept
        self._freshness = Freshness(monotonic)
        self._versions: Mapping[str, Version] = {}
        self._held: defaultdict[str, Kept | None] = defaultdict(lambda: None)
        self._read_for: dict[str, Sequence[str]] = {}
        self._reading: dict[str, asyncio.Task[None]] = {}
        self._shown: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        units.bus.subscribe(DocumentChanged, self._on_change)

    async def of(self, collection_ids: Sequence[str] | None) -> Sequence[Searched]:
        """The indexes of these collections, or of the default one for `None`. Unknown ids are passed over."""
        await self._freshness.ensure(self._check)
        if collection_ids is None:
            collection_ids = [known for known, version in self._versions.items() if version.is_default]
        known = [one for one in dict.fromkeys(collection_ids) if one in self._versions]
        await asyncio.gather(*(self._up_to_date(one) for one in known))
        # as they are now: an index that is replaced while a question waits for its vector is still this one's
        return [held.as_it_is() for one in known if (held := self._held[one]) is not None]

    async def all(self) -> Sequence[Searched]:
        """The indexes of every collection."""
        await self._freshness.ensure(self._check)
        return await self.of(list(self._versions))

    def changed(self) -> None:
        """Ask the database again before the next question."""
        self._freshness.changed()

    def use(self, models: Sequence[str]) -> None:
        """As `Engine` says."""
        self._models = tuple(models)

    @property
    def is_reading(self) -> bool:
        """Is something read just now?"""
        return bool(self._reading)

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
            self._read_for.pop(gone, None)
            self._shown.pop(gone, None)

    async def _up_to_date(self, collection_id: str) -> None:
        """Read what changed; whoever has an older index already does not wait long for it."""
        held = self._held[collection_id]
        if held is not None and self._is_read(collection_id, held):
            return
        task = self._reading.get(collection_id)
        if task is None:
            task = asyncio.create_task(self._read(collection_id), name=f"index {collection_id}")
            self._reading[collection_id] = task
            task.add_done_callback(lambda _: self._reading.pop(collection_id, None))
        if held is None:
            await self._until_shown(collection_id, task)
        else:
            await asyncio.wait({task}, timeout=_PATIENCE_S)

    async def _until_shown(self, collection_id: str, task: asyncio.Task[None]) -> None:
        """Until there is something to ask, though there may be more to read. Raises what the reading raised."""
        shown = asyncio.create_task(self._shown[collection_id].wait())
        try:
            await asyncio.wait({task, shown}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            shown.cancel()
        if task.done():
            task.result()

    async def _read(self, collection_id: str) -> None:
        """Until nothing newer is known. What there is is shown after each step."""
        held = self._held[collection_id] or self._kept(collection_id)
        while collection_id in self._versions and not self._is_read(collection_id, held):
            wanted, models = self._versions[collection_id].number, self._models
            try:
                has_more = await held.refresh(self._units, wanted, models)
            except SecretaryError as error:
                log.warning("index_not_read", collection_id=collection_id, code=error.code)
                if self._held[collection_id] is None:
                    raise
                return
            self._held[collection_id] = held
            self._shown[collection_id].set()
            if not has_more:
                self._read_for[collection_id] = models
            if held.version != wanted and not has_more:
                return  # the next question has it tried again

    def _is_read(self, collection_id: str, held: Kept) -> bool:
        is_newest = held.version == self._versions[collection_id].number
        return is_newest and self._read_for.get(collection_id, self._models) == self._models
