"""What every engine of the search promises on every database: the same answers in the same order."""

import pytest
from tests.domain.search.library import Library, ScriptedVectors

from secretary.kernel.unit import UnitFactory
from secretary.knowledge.search.document_search import DocumentSearch, EngineOf
from secretary.knowledge.search.embedding import embed_missing

DOCUMENTS = {
    "delivery": "# Доставка\n\nКурьер привозит заказ по городу каждый день. За городом стоит 30 ₽ за километр.",
    "hours": "# Режим работы\n\nОткрыты с 9:00 до 21:00, в воскресенье выходной.",
    "prices": "# Цены\n\n| Код | Товар | Цена, ₽ |\n|---|---|---|\n| АБ-12 | Роза красная, 5 кг | 1 200 |\n| АБ-13 | Ёлка | 900 |",
    "wedding": "# Свадьба\n\nБукет невесты собираем за три недели, свадебный пакет включает бутоньерку.",
    "english": "# Visitors\n\nWe speak English. Free parking is behind the building.",
}
ASKED = {
    "Сколько стоит красная роза?": "prices",
    "почём елки": "prices",
    "AB-12": "prices",
    "что есть на 5кг": "prices",
    "1200": "prices",
    "вы открыты в воскресенья?": "hours",
    "букеты для невест": "wedding",
    "cdflt,ysq gfrtn": "wedding",
    "свадебныйпакет": "wedding",
    "кирьер привозит заказы?": "delivery",
    "Is there parking?": "english",
}


@pytest.fixture(params=["words", "words+vectors:scripted"])
def engine(request: pytest.FixtureRequest, units: UnitFactory, where: EngineOf) -> DocumentSearch:
    return DocumentSearch(units, [ScriptedVectors()] if "vectors" in request.param else [], engine=where)


@pytest.fixture
def library(units: UnitFactory, run) -> Library:
    made = Library(units)
    run(made.open())
    for name, text in DOCUMENTS.items():
        run(made.put(name, text))
    run(embed_missing(units, ScriptedVectors(), 99))
    return made


async def test_right_passage_comes_first(engine: DocumentSearch, library: Library) -> None:
    found = {asked: await engine.find(asked, [library.collection_id]) for asked in ASKED}
    assert {asked: one.passages[0].title for asked, one in found.items()} == ASKED


async def test_order_is_the_same_everywhere(units: UnitFactory, library: Library) -> None:
    search = DocumentSearch(units, [ScriptedVectors()])
    found = await search.find("стоит доставка за город", [library.collection_id])
    assert [one.title for one in found.passages] == ["delivery", "prices", "wedding", "hours", "english"]
    assert found.engine == "words+vectors:scripted"


async def test_limit_is_kept(engine: DocumentSearch, library: Library) -> None:
    assert len((await engine.find("роза заказ букет", [library.collection_id], limit=2)).passages) == 2


async def test_removed_document_is_never_found_again(engine: DocumentSearch, library: Library) -> None:
    document_id = (await engine.find("букет невесты", [library.collection_id])).passages[0].document_id
    await library.remove(document_id)
    found = await engine.find("букет невесты", [library.collection_id])
    assert document_id not in {one.document_id for one in found.passages}


async def test_nothing_is_found_in_nothing(engine: DocumentSearch, units: UnitFactory) -> None:
    library = Library(units)
    await library.open("Empty")
    found = await engine.find("роза", [library.collection_id])
    assert (list(found.passages), found.is_answer) == ([], False)


async def test_question_about_something_else_is_no_answer(engine: DocumentSearch, library: Library) -> None:
    found = await engine.find("ремонтируете дирижабли", [library.collection_id])
    assert not found.is_answer
