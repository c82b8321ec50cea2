"""The search in PostgreSQL itself: its rows follow the documents, whoever changes them, and pgvector may be missing."""

import random
from collections import Counter

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from tests.domain.search.library import Library, ScriptedVectors

from secretary.kernel.unit import UnitFactory
from secretary.knowledge.evaluation.folder import shipped_sets
from secretary.knowledge.models import KnowledgeCollection
from secretary.knowledge.search.document_search import DocumentSearch
from secretary.knowledge.search.embedding import embed_missing
from secretary.knowledge.search.lazy import LazySearch
from secretary.knowledge.search.postgresql import meanings
from secretary.knowledge.search.postgresql.collection import Collection
from secretary.knowledge.search.postgresql.engine import in_postgresql
from secretary.knowledge.search.postgresql.queries import vectors

WORDS = ("роза", "тюльпан", "пион", "доставка", "цена", "букет", "5кг", "it's")
TABLES = ("search_passages", "search_terms", "search_documents", "search_collections")


pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def library(units: UnitFactory, run) -> Library:
    made = Library(units)
    run(made.open())
    return made


async def _rows(units: UnitFactory, statement: str) -> list[tuple]:
    async with units.read() as unit:
        return [tuple(row) for row in await unit.db.execute(text(statement))]


async def _counts(units: UnitFactory) -> Counter[str]:
    return Counter(dict(await _rows(units, "SELECT term, passages FROM search_terms")))


async def test_counts_are_those_of_the_rows_whatever_changes(units: UnitFactory, library: Library) -> None:
    search, luck = DocumentSearch(units, engine=in_postgresql), random.Random(7)
    for step in range(25):
        name = f"{luck.randrange(5)}.md"
        ids = [row[0] for row in await _rows(units, "SELECT id FROM knowledge_documents")]
        if ids and luck.random() < 0.3:
            await library.remove(luck.choice(ids))
        else:
            await library.put(name, f"# {luck.choice(WORDS)}\n\n{' '.join(luck.choices(WORDS, k=5))} шаг{step}")
        if luck.random() < 0.5:
            await search.find("роза", [library.collection_id])
        counted = await _rows(
            units,
            "SELECT t.lexeme, count(*) FROM search_passages p, unnest(p.words) t WHERE t.lexeme NOT LIKE '@%' GROUP BY 1",
        )
        assert await _counts(units) == Counter(dict(counted))
        totals = await _rows(units, "SELECT sum(passages), sum(length) FROM search_collections")
        assert await _rows(units, "SELECT count(*), coalesce(sum(length), 0) FROM search_passages") == [
            (totals[0][0] or 0, totals[0][1] or 0)
        ]


async def test_deleted_document_leaves_no_word_in_the_same_transaction(units: UnitFactory, library: Library) -> None:
    document_id = await library.put("secret.md", "# Тайна\n\nНикомуневедомоеслово.")
    await DocumentSearch(units, engine=in_postgresql).find("тайна", [library.collection_id])
    assert await _rows(units, "SELECT 1 FROM search_passages")
    await library.remove(document_id)
    assert await _rows(units, "SELECT 1 FROM search_passages UNION ALL SELECT 1 FROM search_terms") == []


async def test_deleted_collection_leaves_nothing(units: UnitFactory, library: Library) -> None:
    await library.put("a.md", "# Цена\n\nРоза.")
    search = DocumentSearch(units, engine=in_postgresql)
    await search.find("роза", [library.collection_id])
    async with units.write() as unit:
        await unit.db.delete(await unit.db.get_one(KnowledgeCollection, library.collection_id))
    for table in TABLES:
        assert await _rows(units, f"SELECT 1 FROM {table}") == [], table  # noqa: S608
    search.indexes.changed()
    assert not (await search.find("роза", [library.collection_id])).passages


async def test_editing_one_document_touches_its_rows_only(units: UnitFactory, library: Library) -> None:
    for name in ("a", "b", "c"):
        await library.put(f"{name}.md", f"# {name}\n\nРоза {name}.")
    search, where = DocumentSearch(units, engine=in_postgresql), [library.collection_id]
    await search.find("роза", where)
    before = dict(await _rows(units, "SELECT chunk_id, xmin::text FROM search_passages"))
    await library.put("b.md", "# b\n\nПион.")
    await search.find("пион", where)
    after = dict(await _rows(units, "SELECT chunk_id, xmin::text FROM search_passages"))
    assert len(set(before.items()) & set(after.items())) == 2
    assert len(after) == 3


async def test_document_that_leaves_a_collection_is_not_found_there(units: UnitFactory, library: Library) -> None:
    document_id = await library.put("a.md", "# Цена\n\nРоза.")
    search, where = DocumentSearch(units, engine=in_postgresql), [library.collection_id]
    assert (await search.find("роза", where)).passages
    async with units.write() as unit:
        await unit.db.execute(text("DELETE FROM document_collections"))
        await library._changed(unit, document_id, library.collection_id)
    assert not (await search.find("роза", where)).passages


async def test_what_another_process_filled_is_not_filled_again(units: UnitFactory, library: Library) -> None:
    await library.put("a.md", "# Цена\n\nРоза.")
    await DocumentSearch(units, engine=in_postgresql).find("роза", [library.collection_id])
    before = await _rows(units, "SELECT ctid::text, xmin::text FROM search_passages")
    other = UnitFactory(units.database, type(units.bus)())
    assert (await DocumentSearch(other, engine=in_postgresql).find("роза", [library.collection_id])).passages
    assert await _rows(units, "SELECT ctid::text, xmin::text FROM search_passages") == before


async def test_without_pgvector_words_answer_and_the_log_says_what_to_do(
    units: UnitFactory, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none(_: object) -> None:
        return None

    async def refused(_: object) -> bool:
        return False

    monkeypatch.setattr(vectors, "version", none)
    monkeypatch.setattr(vectors, "install", refused)
    await library.put("a.md", "# Цена\n\nРоза.")
    await embed_missing(units, ScriptedVectors(), 10)
    search = DocumentSearch(units, [ScriptedVectors()], engine=in_postgresql)
    with capture_logs() as logs:
        found = await search.find("роза", [library.collection_id])
        await search.find("цена", [library.collection_id])
    assert (len(found.passages), found.engine) == (1, "postgresql:words (no pgvector)")
    told = [line for line in logs if line["event"] == "search_without_pgvector"]
    assert len(told) == 1
    assert "CREATE EXTENSION vector" in told[0]["todo"]
    left_to_us = LazySearch(units, [ScriptedVectors()], engine="auto")
    assert (await left_to_us.find("роза", [library.collection_id])).engine == "words+vectors:scripted"
    await left_to_us.use(())
    assert (await left_to_us.find("роза", [library.collection_id])).engine == "postgresql:words (no pgvector)"
    await left_to_us.use([ScriptedVectors()])
    assert (await left_to_us.find("роза", [library.collection_id])).engine == "words+vectors:scripted"
    await left_to_us.close()
    assert (await LazySearch(units, engine="auto").find("роза", [library.collection_id])).engine.startswith(
        "postgresql"
    )


async def test_extension_that_may_not_be_installed_disturbs_nothing(units: UnitFactory) -> None:
    async with units.write() as unit:
        await unit.db.execute(text("CREATE ROLE search_guest"))
        await unit.db.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO search_guest"))
        await unit.db.execute(text("SET LOCAL ROLE search_guest"))
        assert await vectors.install(unit.db) is False
        assert await unit.db.scalar(text("SELECT 1")) == 1
        await unit.db.execute(text("RESET ROLE"))


async def test_vectors_get_an_index_and_it_finds_the_same(
    units: UnitFactory, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meanings, "INDEXED_FROM", 20)
    model = ScriptedVectors("with 'quotes' and :colon")
    other = await library.open("Other")
    for number in range(30):
        where = other if number % 2 else library.collection_id
        await library.put(f"{number}.md", f"# {number}\n\nТекст номер {number} про всё.", collection_id=where)
    await library.put("wedding.md", "# Торжество\n\nСвадьба и невеста.", collection_id=other)
    while await embed_missing(units, model, 16):
        pass
    search = DocumentSearch(units, [model], engine=in_postgresql)
    exact = DocumentSearch(units, [model])
    found, right = [await one.find("жениться", [other], 5) for one in (search, exact)]
    assert found.passages[0].title == right.passages[0].title == "wedding.md"
    assert found.engine == f"postgresql:words+vectors:{model.name}"
    names = await _rows(units, "SELECT indexname FROM pg_indexes WHERE indexname LIKE 'search_vectors_of_%'")
    assert names == [(meanings.index_name(model.name, 36),)]


@pytest.mark.parametrize("is_by_index", [False, True])
async def test_nearest_of_a_small_collection_are_found_among_many_others(
    units: UnitFactory, library: Library, monkeypatch: pytest.MonkeyPatch, is_by_index: bool
) -> None:
    monkeypatch.setattr(meanings, "INDEXED_FROM", 5)
    monkeypatch.setattr(meanings, "_RARE", 1_000 if is_by_index else 1)
    model, small = ScriptedVectors(), await library.open("Small")
    big = await library.open("Big")
    for number in range(40):
        await library.put(f"{number}.md", f"# {number}\n\nСвадьба и невеста {number}.", collection_id=big)
    for number in range(6):
        await library.put(f"s{number}.md", f"# {number}\n\nПусто {number}.", collection_id=small)
    while await embed_missing(units, model, 16):
        pass
    search = DocumentSearch(units, [model], engine=in_postgresql)
    collection = (await search.indexes.of([small]))[0]
    assert isinstance(collection, Collection)
    assert collection.is_by_index is is_by_index
    assert len((await search.find("жениться", [small], 10)).passages) == 6


async def test_model_that_changes_its_dimension_keeps_answering(units: UnitFactory, library: Library) -> None:
    model = ScriptedVectors()
    await library.put("a.md", "# Цена\n\nРоза.")
    await library.put("b.md", "# Доставка\n\nКурьер.")
    await embed_missing(units, model, 10)
    async with units.write() as unit:
        await unit.db.execute(
            text(
                "UPDATE chunk_vectors SET vector = substr(vector, 1, 20) WHERE ctid = (SELECT min(ctid) FROM chunk_vectors)"
            )
        )
    search = DocumentSearch(units, [model], engine=in_postgresql)
    found = await search.find("роза", [library.collection_id])
    assert found.passages[0].title == "a.md"
    assert len(await _rows(units, "SELECT 1 FROM search_vectors")) == 2


async def test_shipped_questions_are_answered_in_the_same_order(units: UnitFactory, library: Library) -> None:
    chosen = shipped_sets()[2]
    for document in chosen.documents:
        await library.put(document.file, document.content.decode(), title=document.title)
    search, right = DocumentSearch(units, engine=in_postgresql), DocumentSearch(units)
    for question in chosen.questions[:40]:
        said = [turn.content for turn in question.history if turn.role == "user"]
        found, wanted = [
            await one.find(question.question, [library.collection_id], 10, said) for one in (search, right)
        ]
        assert [one.chunk_id for one in found.passages] == [one.chunk_id for one in wanted.passages], question.question
        assert found.is_answer == wanted.is_answer
