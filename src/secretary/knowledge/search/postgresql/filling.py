"""Keeping the rows of a collection as its documents are: document by document, each batch in one transaction.

What lies in the tables is compared with the documents, so that it does not matter who changed them, whether that
process is still there, or which engine searched before.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence

from secretary.kernel.unit import UnitFactory
from secretary.knowledge.search.postgresql.queries import filling as queries
from secretary.knowledge.search.postgresql.rows import prepared
from secretary.knowledge.search.queries import entries

_DOCUMENTS_AT_ONCE = 50


async def catch_up(units: UnitFactory, collection_id: str) -> bool:
    """Make the rows of a collection those of its documents. Is it so now? Else somebody is just changing one.

    Several processes may do so at once. Raises Conflict where the collection is gone.
    """
    while True:
        async with units.read() as unit:
            gone = await queries.gone(unit.db, collection_id, _DOCUMENTS_AT_ONCE)
            stale = await queries.stale(unit.db, collection_id, _DOCUMENTS_AT_ONCE)
        if not gone and not stale:
            return True
        if not await _replace(units, collection_id, gone, stale):
            return False


async def _replace(units: UnitFactory, collection_id: str, gone: Sequence[str], stale: Sequence[queries.Stamp]) -> bool:
    """Forget what is `gone` and read what is `stale` anew. Was anything done?"""
    async with units.read() as unit:
        found = await entries(unit.db, [row[0] for row in stale]) if stale else []
    rows = await asyncio.to_thread(prepared, found, collection_id)
    wanted = Counter(row.document_id for row in rows)
    async with units.write() as unit:
        await queries.lock(unit.db, collection_id)
        await queries.remove(unit.db, collection_id, [*gone, *(row[0] for row in stale)])
        stored = Counter(await queries.add(unit.db, collection_id, rows) if rows else ())
        whole = [row for row in stale if stored[row[0]] == wanted[row[0]]]
        if whole:
            await queries.stamp(unit.db, collection_id, whole)
    return bool(gone or whole)
