"""The search as the program joins it: light until there is something to find."""

import subprocess
import sys

from tests.domain.search.library import Library, ScriptedVectors

from secretary.kernel.unit import UnitFactory
from secretary.knowledge.search.lazy import LazySearch

DELIVERY = "# Доставка\n\nКурьер привозит заказ по городу каждый день."


def test_numpy_is_not_loaded_with_the_program() -> None:
    code = "import sys, secretary.knowledge.search.lazy, secretary.adapters.vectors; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "False\n"


async def test_without_documents_nothing_is_found_and_nothing_breaks(units: UnitFactory) -> None:
    search, heard = LazySearch(units, [ScriptedVectors()]), []

    async def report(done: int, total: int) -> None:
        heard.append((done, total))

    search.warm_up()
    found = await search.find("доставка", None)
    assert (list(found.passages), found.is_answer) == ([], False)
    assert (await search.check(), await search.embed_missing(5), await search.reindex(report)) == (None, 0, 0)
    assert (await search.numbers()).sections_indexed == 0
    assert heard == [(0, 0)]
    await search.close()


async def test_first_document_is_found_at_once(units: UnitFactory) -> None:
    library, search = Library(units), LazySearch(units, [ScriptedVectors()])
    await library.open()
    assert (await search.find("доставка", [library.collection_id])).passages == ()
    await library.put("delivery.md", DELIVERY)
    assert len((await search.find("доставка", [library.collection_id])).passages) == 1
    assert await search.embed_missing(5) == 0
    assert (await search.find("доставка", [library.collection_id])).engine == "words+vectors:scripted"
    health = await search.check()
    assert health is not None
    assert health.is_healthy
    assert (await search.numbers()).embedding_sections == 1
    search.warm_up()
    await search.close()
