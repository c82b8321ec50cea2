"""Whether this database can compare vectors. Apart from the search, so that who only asks need not load numpy."""

import asyncio

import structlog

from secretary.kernel.unit import UnitFactory
from secretary.knowledge.search.postgresql.queries import vectors as queries

log = structlog.get_logger(__name__)

TODO = (
    "PostgreSQL cannot search by meaning. Install pgvector 0.8 or newer on its server, run in this database as its "
    "administrator CREATE EXTENSION vector (or ALTER EXTENSION vector UPDATE), and start the secretary again. Until "
    "then SEARCH_ENGINE=auto searches in memory where there is an embedding model, SEARCH_ENGINE=postgresql by words."
)


class Pgvector:
    """Whether this database can compare vectors: asked once a process."""

    def __init__(self) -> None:
        self._is_there: bool | None = None
        self._asking = asyncio.Lock()

    async def is_there(self, units: UnitFactory) -> bool:
        """It is installed where that is allowed; else the log says what is to be done."""
        async with self._asking:
            if self._is_there is None:
                self._is_there = await _installed(units)
        return self._is_there


async def _installed(units: UnitFactory) -> bool:
    async with units.write() as unit:
        version = await queries.version(unit.db)
        if version is None and await queries.install(unit.db):
            version = await queries.version(unit.db)
        is_new_enough = version is not None and tuple(map(int, version.split(".")[:2])) >= queries.OLDEST
        if is_new_enough:
            await queries.make_table(unit.db)
    if not is_new_enough:
        log.warning("search_without_pgvector", installed=version, todo=TODO)
    return is_new_enough
