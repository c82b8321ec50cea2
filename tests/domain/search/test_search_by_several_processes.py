"""PostgreSQL searched and changed by several processes at once: on a database of its own, with real transactions."""

import asyncio
import os

import pytest
from sqlalchemy import text
from tests.domain.search.library import Library, ScriptedVectors
from tests.support.databases import drop, migrated_postgresql

from secretary.kernel.db import Database
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.documents import storing
from secretary.knowledge.documents.passages import prepare
from secretary.knowledge.models import Document
from secretary.knowledge.search.document_search import DocumentSearch
from secretary.knowledge.search.embedding import embed_missing
from secretary.knowledge.search.postgresql.engine import in_postgresql

DOCUMENTS = 12


@pytest.fixture
def shared(run, worker_id: str) -> Database:
    database = run(migrated_postgresql(f"search_{worker_id}_{os.getpid()}"))
    yield database
    run(drop(database))


async def _library(units: UnitFactory) -> tuple[Library, list[str]]:
    library = Library(units)
    await library.open()
    return library, [await library.put(f"{n}.md", f"# Страница {n}\n\nСлово{n} и роза.") for n in range(DOCUMENTS)]


async def _is_sound(units: UnitFactory) -> None:
    """Each passage once, and the counts are those of the rows."""
    async with units.read() as unit:
        rows = "SELECT count(*) FROM search_passages"
        assert await unit.db.scalar(text(rows)) == await unit.db.scalar(text("SELECT count(*) FROM document_chunks"))
        wrong = """
        SELECT count(*) FROM (
            SELECT lexeme, count(*) AS n FROM search_passages, unnest(words) WHERE lexeme NOT LIKE '@%' GROUP BY 1
        ) f FULL JOIN search_terms t ON t.term = f.lexeme WHERE t.passages IS DISTINCT FROM f.n
        """
        assert await unit.db.scalar(text(wrong)) == 0


async def test_two_processes_fill_at_once(shared: Database) -> None:
    units = UnitFactory(shared, EventBus())
    library, _ = await _library(units)
    model = ScriptedVectors()
    await embed_missing(units, model, 99)
    both = [DocumentSearch(UnitFactory(shared, EventBus()), [model], engine=in_postgresql) for _ in range(2)]
    found = await asyncio.gather(*(one.find("слово7", [library.collection_id]) for one in both))
    assert [one.passages[0].title for one in found] == ["7.md", "7.md"]
    await _is_sound(units)
    for one in both:
        await one.close()


async def test_editors_and_questions_never_lock_each_other(shared: Database) -> None:
    units = UnitFactory(shared, EventBus())
    library, ids = await _library(units)
    searches = [DocumentSearch(UnitFactory(shared, EventBus()), engine=in_postgresql) for _ in range(2)]
    await searches[0].find("роза", [library.collection_id])

    async def edit(document_id: str) -> None:
        for version in range(3):
            prepared = await prepare("Правка", f"# Правка {version}\n\n{document_id} роза пион тюльпан {version}.")
            async with units.write() as unit:
                document = await unit.db.get_one(Document, document_id, with_for_update=True)
                await storing.store_text(unit, document, prepared, None)

    async def ask(search: DocumentSearch) -> None:
        for _ in range(6):
            search.indexes.changed()
            await search.find("роза пион", [library.collection_id])

    await asyncio.gather(*(edit(one) for one in ids), *(ask(one) for one in searches))
    for one in searches:
        one.indexes.changed()
        assert len((await one.find("тюльпан", [library.collection_id], 50)).passages) == DOCUMENTS
        await one.close()
    await _is_sound(units)
