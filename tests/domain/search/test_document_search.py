"""The search over a database: found, fresh, still answering while something changes or a model is gone."""

import asyncio

import pytest
from tests.domain.search.library import Library, ScriptedVectors, passages_of

from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.search.document_search import DocumentSearch
from secretary.knowledge.search.embedding import embed_missing
from secretary.knowledge.search.health import SearchIndex
from secretary.knowledge.search.ports import Found

DELIVERY = "# Доставка\n\nКурьер привозит заказ по городу каждый день, кроме воскресенья и больших праздников."
HOURS = "# Режим\n\nРаботаем с девяти утра до девяти вечера, в субботу закрываемся на два часа раньше."
PRICES = "# Цены\n\n| Код | Товар | Цена |\n|---|---|---|\n| АБ-12 | Роза красная | 120 |\n| АБ-13 | Тюльпан | 90 |"


class HandClock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def library(units: UnitFactory, run) -> Library:
    made = Library(units)
    run(made.open())
    for name, text in {"delivery.md": DELIVERY, "hours.md": HOURS, "prices.md": PRICES}.items():
        run(made.put(name, text))
    return made


def _first(found: Found) -> str:
    return found.passages[0].title if found.passages else ""


async def test_finds_the_passage_with_where_it_is_from(units: UnitFactory, library: Library) -> None:
    search = DocumentSearch(units)
    found = await search.find("сколько стоит красная роза", [library.collection_id])
    best = found.passages[0]
    assert (best.title, best.heading, found.engine) == ("prices.md", "Цены", "words")
    assert "| АБ-12 | Роза красная | 120 |" in best.text
    assert 0 < best.score < 1
    assert [one.score for one in found.passages] == sorted((one.score for one in found.passages), reverse=True)


async def test_change_here_is_seen_by_the_next_question(units: UnitFactory, library: Library, clock: HandClock) -> None:
    search = DocumentSearch(units, (), clock)
    assert _first(await search.find("самовывоз", [library.collection_id])) == ""
    document_id = await library.put("pickup.md", "# Самовывоз\n\nЗабрать заказ самому можно на складе.")
    assert _first(await search.find("самовывоз", [library.collection_id])) == "pickup.md"
    await library.put("pickup.md", "# Получение\n\nЗабрать заказ самому можно на складе.")
    assert _first(await search.find("самовывоз", [library.collection_id])) == ""
    assert _first(await search.find("забрать", [library.collection_id])) == "pickup.md"
    await library.remove(document_id)
    assert _first(await search.find("забрать", [library.collection_id])) == ""


async def test_change_elsewhere_is_seen_within_a_second(units: UnitFactory, library: Library, clock: HandClock) -> None:
    search = DocumentSearch(UnitFactory(units.database, EventBus()), (), clock)
    assert _first(await search.find("самовывоз", [library.collection_id])) == ""
    await library.put("pickup.md", "# Самовывоз\n\nЗабрать заказ можно на складе.")
    clock.now += 1.0
    assert _first(await search.find("самовывоз", [library.collection_id])) == "pickup.md"


async def test_collections_do_not_see_each_other(units: UnitFactory, library: Library) -> None:
    search = DocumentSearch(units)
    first, second = library.collection_id, await library.open("Other")
    await library.put("delivery.md", "# Доставка\n\nТолько почтой.", collection_id=second)
    assert {one.text for one in (await search.find("доставка", [second])).passages} == {"Только почтой."}
    assert len((await search.find("доставка", [first, second, "unknown"])).passages) == 2
    assert (await search.find("доставка", [])).passages == ()
    assert (await search.find("доставка", None)).passages == ()


async def test_default_collection_serves_who_names_none(units: UnitFactory) -> None:
    library = Library(units)
    await library.open("FAQ", is_default=True)
    await library.put("hours.md", HOURS)
    assert _first(await DocumentSearch(units).find("режим работы", None)) == "hours.md"


async def test_follow_up_is_understood_by_what_was_said(units: UnitFactory, library: Library) -> None:
    search = DocumentSearch(units)
    found = await search.find("а в субботу?", [library.collection_id], history=["Привет", "До скольки вы работаете?"])
    assert _first(found) == "hours.md"
    found = await search.find("а тюльпан?", [library.collection_id], history=["Какая цена у розы?"])
    assert _first(found) == "prices.md"


@pytest.mark.parametrize(
    "said", ["", " ", "?", "\0", "\ud800", "а" * 10_000, "' OR 1=1 --", "🙂", "№ % ₽", '"" * ( AND']
)
async def test_anything_may_be_typed(units: UnitFactory, library: Library, said: str) -> None:
    found = await DocumentSearch(units, [ScriptedVectors()]).find(said, [library.collection_id], history=[said])
    assert isinstance(found.passages, list | tuple)


async def test_words_answer_until_vectors_are_there(units: UnitFactory, library: Library) -> None:
    model = ScriptedVectors()
    search = DocumentSearch(units, [model])
    index = SearchIndex(units, search, model)
    asked = "курьер довезет?", [library.collection_id]
    assert (await search.find(*asked)).engine == "words"
    assert await index.embed_missing(1) == 2
    assert (await search.find(*asked)).engine == "words+vectors:scripted"
    assert await index.embed_missing(10) == 0
    assert _first(await search.find(*asked)) == "delivery.md"


async def test_same_text_is_read_by_the_model_once(units: UnitFactory, library: Library) -> None:
    model = ScriptedVectors()
    await library.put("copy.md", HOURS)
    assert await embed_missing(units, model, 10) == 0
    assert len(model.read) == len(set(model.read)) == 3
    await library.put("hours.md", HOURS + "\n\nБез обеда.")
    assert await embed_missing(units, model, 10) == 0
    assert len(model.read) == 4


async def test_old_model_answers_until_the_new_one_knows_everything(units: UnitFactory, library: Library) -> None:
    old, new = ScriptedVectors("old"), ScriptedVectors("new")
    await embed_missing(units, old, 10)
    search = DocumentSearch(units, [new, old])
    index = SearchIndex(units, search, new)
    asked = "курьер довезет?", [library.collection_id]
    assert (await search.find(*asked)).engine == "words+vectors:old"
    await index.embed_missing(2)
    assert (await search.find(*asked)).engine == "words+vectors:old"
    await index.embed_missing(2)
    assert (await search.find(*asked)).engine == "words+vectors:new"


async def test_model_that_is_gone_leaves_the_words(units: UnitFactory, library: Library) -> None:
    model = ScriptedVectors()
    await embed_missing(units, model, 10)
    model.is_there = False
    found = await DocumentSearch(units, [model]).find("красная роза", [library.collection_id])
    assert (_first(found), found.engine) == ("prices.md", "words")


async def test_check_tells_whether_words_and_meanings_are_found(units: UnitFactory, library: Library) -> None:
    model = ScriptedVectors()
    search = DocumentSearch(units, [model])
    index = SearchIndex(units, search, model)
    before = await index.check()
    assert (before.is_healthy, before.finds_by_meaning, before.passages, before.lacking) == (True, None, 3, 3)
    await index.embed_missing(10)
    after = await index.check()
    assert (after.is_healthy, after.finds_by_meaning, after.lacking) == (True, True, 0)
    model.is_there = False
    dead = await index.check()
    assert (dead.is_healthy, dead.finds_by_words, dead.finds_by_meaning) == (False, True, False)


async def test_reindex_reports_and_counts(units: UnitFactory, library: Library) -> None:
    model, heard = ScriptedVectors(), []
    index = SearchIndex(units, DocumentSearch(units, [model]), model)

    async def report(done: int, total: int) -> None:
        heard.append((done, total))

    assert await index.reindex(report) == 3
    assert heard[-1] == (3, 3)
    numbers = await index.numbers()
    assert (numbers.sections_indexed, numbers.files_indexed, numbers.embedding_sections) == (3, 3, 3)
    assert numbers.embedding_engine == "scripted"
    assert await index.reindex(report) == 3


async def test_many_ask_while_it_changes(units: UnitFactory, library: Library) -> None:
    search = DocumentSearch(units)

    async def ask() -> str:
        return _first(await search.find("красная роза", [library.collection_id]))

    async def change() -> None:
        for number in range(5):
            await library.put("delivery.md", f"{DELIVERY} Раз {number}.")

    found = await asyncio.gather(change(), *(ask() for _ in range(20)))
    assert set(found[1:]) == {"prices.md"}
    await search.close()


async def test_index_in_parts_equals_one_from_the_database(units: UnitFactory, library: Library) -> None:
    search = DocumentSearch(units)
    for number in range(12):
        await library.put(f"page{number % 7}.md", f"# Страница {number}\n\nСлово{number} и общее слово доставка.")
        await search.find("доставка", [library.collection_id])
    fresh = DocumentSearch(units)
    for asked in ("доставка", "слово11", "страница 3", "красная роза"):
        old, new = [await one.find(asked, [library.collection_id], 20) for one in (search, fresh)]
        assert [(one.chunk_id, round(one.score, 6)) for one in old.passages] == [
            (one.chunk_id, round(one.score, 6)) for one in new.passages
        ]
    held = (await search.indexes.all())[0]
    known = {held.index.chunk_id(number) for number in range(len(held.index))}
    assert known == await passages_of(units, library.collection_id)


async def test_warm_up_reads_before_anybody_asks(units: UnitFactory, library: Library) -> None:
    search = DocumentSearch(units)
    search.warm_up()
    search.warm_up()
    assert _first(await search.find("красная роза", [library.collection_id])) == "prices.md"
    await search.close()
