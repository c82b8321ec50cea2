"""Places to try things out: an empty database in a temporary folder, and the product's search over it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from secretary.kernel.clock import Clock
from secretary.kernel.db import Database
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.regression.ports import OpenSandbox, Sandbox
from secretary.knowledge.search.lazy import LazySearch
from secretary.knowledge.search.ports import ModelsNow, Vectors
from secretary.migrations import migrate


def sandboxes(models: Sequence[Vectors] | ModelsNow, clock: Clock) -> OpenSandbox:
    """Each is searched with these models, or those of the moment it is opened; they belong to whoever made them."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Sandbox]:
        folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="secretary-")
        database = Database(f"sqlite:///{folder.name}/sandbox.db")
        units = UnitFactory(database, EventBus(), clock)
        search = LazySearch(units, await models() if callable(models) else models)
        try:
            await migrate(database)
            yield Sandbox(units, search)
        finally:
            await search.close()
            await database.close()
            await asyncio.to_thread(folder.cleanup)

    return opened
