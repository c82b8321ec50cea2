"""What every engine of the search promises: fresh, within its collection, and answering while something is gone."""

import asyncio

import pytest
from tests.domain.search.library import Library, ScriptedVectors, passages_of

from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.search.document_search import DocumentSearch, EngineOf
from secretary.knowledge.search.embedding import embed_missing
from secretary.knowledge.search.freshness import Indexes
from secretary.knowledge.search.health import SearchIndex
from secretary.knowledge.search.ports import Found

DELIVERY = "# Доставка\n\nКурьер привозит заказ по городу каждый день, кроме воскресенья и больших праздников."
HOURS = "# Режим\n\nРаботаем с девяти утра до девяти вечера, в субботу закрываемся на два часа раньше."
PRICES = "# Цены\n\n| Код | Товар | Цена |\n|---|---|---|\n| АБ-12 | Роза красная | 120 |\n| АБ-13 | Тюльпан | 90 |"
QUESTIONS = (
    "сколько стоит красная роза",
    "АБ-13",
    "AB 12",
    "курьер довезёт в воскресенье?",
    "до скольки работаете в суботу",
    "тюльпны",
    "lj crjkmrb hf,jnftnt",
    "красная розазаказ",
    "цена и доставка",
    "ремонтируете дирижабли",
)


class HandClock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def library(units: UnitFactory, run) -> Library:
    made = Library(units)
    run(made.open())
    for name, text in {"delivery.md": DELIVERY, "hours.md": HOURS, "prices.md": PRICES}.items():
        run(made.put(name, text))
    return made


def _first(found: Found) -> str:
    return found.passages[0].title if found.passages else ""


def _scores(found: Found) -> list[tuple[str, float]]:
    return [(one.chunk_id, round(one.score, 2)) for one in found.passages]


@pytest.mark.parametrize("with_vectors", [False, True])
async def test_same_passages_with_the_same_scores(
    units: UnitFactory, library: Library, where: EngineOf, with_vectors: bool
) -> None:
    models = [ScriptedVectors()] if with_vectors else []
    for model in models:
        await embed_missing(units, model, 99)
    search, right = DocumentSearch(units, models, engine=where), DocumentSearch(units, models, engine=Indexes)
    for question in QUESTIONS:
        found, wanted = [await one.find(question, [library.collection_id], 10) for one in (search, right)]
        assert (_scores(found), found.is_answer) == (_scores(wanted), wanted.is_answer), question


async def test_change_here_is_seen_by_the_next_question(units: UnitFactory, library: Library, where: EngineOf) -> None:
    search = DocumentSearch(units, (), HandClock(), where)
    asked = [library.collection_id]
    assert _first(await search.find("самовывоз", asked)) == ""
    document_id = await library.put("pickup.md", "# Самовывоз\n\nЗабрать заказ самому можно на складе.")
    assert _first(await search.find("самовывоз", asked)) == "pickup.md"
    await library.put("pickup.md", "# Получение\n\nЗабрать заказ самому можно на складе.")
    assert _first(await search.find("самовывоз", asked)) == ""
    assert _first(await search.find("забрать", asked)) == "pickup.md"
    await library.remove(document_id)
    assert _first(await search.find("забрать", asked)) == ""


async def test_change_elsewhere_is_seen_within_a_second(units: UnitFactory, library: Library, where: EngineOf) -> None:
    clock = HandClock()
    search = DocumentSearch(UnitFactory(units.database, EventBus()), (), clock, where)
    assert _first(await search.find("самовывоз", [library.collection_id])) == ""
    await library.put("pickup.md", "# Самовывоз\n\nЗабрать заказ можно на складе.")
    clock.now += 1.0
    assert _first(await search.find("самовывоз", [library.collection_id])) == "pickup.md"


async def test_collections_do_not_see_each_other(units: UnitFactory, library: Library, where: EngineOf) -> None:
    search, model = DocumentSearch(units, [ScriptedVectors()], engine=where), ScriptedVectors()
    first, second = library.collection_id, await library.open("Other")
    await library.put("delivery.md", "# Доставка\n\nТолько почтой.", collection_id=second)
    await embed_missing(units, model, 99)
    assert {one.text for one in (await search.find("доставка", [second])).passages} == {"Только почтой."}
    both = {one.text for one in (await search.find("доставка", [first, second, "unknown"], 10)).passages}
    assert len(both) == 4
    assert (await search.find("доставка", [])).passages == ()
    assert (await search.find("доставка", None)).passages == ()
    # a word of the other collection corrects nothing here, and its rarity is this one's own
    assert _first(await search.find("курьр", [second])) in {"", "delivery.md"}


async def test_follow_up_is_understood_by_what_was_said(units: UnitFactory, library: Library, where: EngineOf) -> None:
    search, asked = DocumentSearch(units, engine=where), [library.collection_id]
    assert _first(await search.find("а в субботу?", asked, history=["Привет", "До скольки работаете?"])) == "hours.md"
    assert _first(await search.find("а тюльпан?", asked, history=["Какая цена у розы?"])) == "prices.md"


@pytest.mark.parametrize(
    "said", ["", " ", "?", "\0", "\ud800", "а" * 10_000, "' OR 1=1 --", "\\' | !", "🙂", "№ % ₽", '"" * ( AND', ":a :b"]
)
async def test_anything_may_be_typed(units: UnitFactory, library: Library, where: EngineOf, said: str) -> None:
    search = DocumentSearch(units, [ScriptedVectors()], engine=where)
    await embed_missing(units, ScriptedVectors(), 99)
    found = await search.find(said, [library.collection_id], history=[said])
    assert isinstance(found.passages, list | tuple)


async def test_anything_may_be_written(units: UnitFactory, library: Library, where: EngineOf) -> None:
    text = "It's a \\ back'slash @tag #hash don't 'quoted' a:b:c 50% {x} | & ! ( ) <-> *:A"
    await library.put("odd.md", f"# O'Brien\n\n{text}")
    search = DocumentSearch(units, engine=where)
    for question in ("don't quoted", "O'Brien", "a:b:c", "tag hash", "backslash"):
        assert _first(await search.find(question, [library.collection_id])) == "odd.md", question


async def test_words_answer_until_vectors_are_there(units: UnitFactory, library: Library, where: EngineOf) -> None:
    model = ScriptedVectors()
    search = DocumentSearch(units, [model], engine=where)
    index, asked = SearchIndex(units, search, model), ("курьер довезет?", [library.collection_id])
    assert (await search.find(*asked)).engine.endswith("words")
    assert await index.embed_missing(1) == 2
    assert (await search.find(*asked)).engine.endswith("words+vectors:scripted")
    assert await index.embed_missing(10) == 0
    assert _first(await search.find(*asked)) == "delivery.md"


async def test_old_model_answers_until_the_new_one_knows_everything(
    units: UnitFactory, library: Library, where: EngineOf
) -> None:
    old, new = ScriptedVectors("old"), ScriptedVectors("new's :model {")
    await embed_missing(units, old, 10)
    search = DocumentSearch(units, [new, old], engine=where)
    index, asked = SearchIndex(units, search, new), ("курьер довезет?", [library.collection_id])
    assert (await search.find(*asked)).engine.endswith(":old")
    await index.embed_missing(2)
    assert (await search.find(*asked)).engine.endswith(":old")
    await index.embed_missing(2)
    found = await search.find(*asked)
    assert found.engine.endswith(new.name)
    assert _first(found) == "delivery.md"


async def test_models_are_replaced_while_it_answers(units: UnitFactory, library: Library, where: EngineOf) -> None:
    old, new = ScriptedVectors("old"), ScriptedVectors("new")
    search = DocumentSearch(units, [old], engine=where)
    await embed_missing(units, old, 10)

    async def asked() -> Found:
        return await search.find("во сколько закрываетесь", [library.collection_id])

    assert (await asked()).engine.endswith("words+vectors:old")
    search.use([new, old])
    assert (await asked()).engine.endswith("words+vectors:old")
    await embed_missing(units, new, 1)
    search.indexes.changed()
    found = await asyncio.gather(*(asked() for _ in range(5)))
    assert {one.engine.partition("words")[2] for one in found} == {"+vectors:old"}
    await embed_missing(units, new, 10)
    search.indexes.changed()
    assert (await asked()).engine.endswith("words+vectors:new")
    search.use([old])
    assert (await asked()).engine.endswith("words+vectors:old")
    search.use([])
    assert (await asked()).engine.endswith("words")
    await search.close()


async def test_model_that_is_gone_leaves_the_words(units: UnitFactory, library: Library, where: EngineOf) -> None:
    model = ScriptedVectors()
    await embed_missing(units, model, 10)
    model.is_there = False
    found = await DocumentSearch(units, [model], engine=where).find("красная роза", [library.collection_id])
    assert _first(found) == "prices.md"
    assert found.engine.endswith("words")


async def test_edited_passage_is_found_by_its_new_meaning(
    units: UnitFactory, library: Library, where: EngineOf
) -> None:
    model = ScriptedVectors()
    search = DocumentSearch(units, [model], engine=where)
    index = SearchIndex(units, search, model)
    await index.embed_missing(10)
    await search.find("свадьба", [library.collection_id])
    await library.put("hours.md", "# Разное\n\nНевеста и свадьба: жениться у нас весело.")
    assert (await index.check()).lacking == 1
    await index.embed_missing(10)
    assert _first(await search.find("жениться", [library.collection_id])) == "hours.md"
    assert (await index.check()).lacking == 0


async def test_check_tells_whether_words_and_meanings_are_found(
    units: UnitFactory, library: Library, where: EngineOf
) -> None:
    model = ScriptedVectors()
    search = DocumentSearch(units, [model], engine=where)
    index = SearchIndex(units, search, model)
    before = await index.check()
    assert (before.is_healthy, before.finds_by_meaning, before.passages, before.lacking) == (True, None, 3, 3)
    await index.embed_missing(10)
    after = await index.check()
    assert (after.is_healthy, after.finds_by_meaning, after.lacking) == (True, True, 0)
    model.is_there = False
    dead = await index.check()
    assert (dead.is_healthy, dead.finds_by_words, dead.finds_by_meaning) == (False, True, False)


async def test_numbers_are_those_of_the_documents(units: UnitFactory, library: Library, where: EngineOf) -> None:
    model = ScriptedVectors()
    index = SearchIndex(units, DocumentSearch(units, [model], engine=where), model)
    exact = SearchIndex(units, DocumentSearch(units, [model]), model)
    await index.embed_missing(2)
    found, wanted = await index.numbers(), await exact.numbers()
    assert (found.sections_indexed, found.files_indexed, found.embedding_sections) == (3, 3, 2)
    assert (found.unique_tokens, found.avg_doc_length) == (wanted.unique_tokens, wanted.avg_doc_length)


async def test_many_ask_while_it_changes(units: UnitFactory, library: Library, where: EngineOf) -> None:
    search = DocumentSearch(units, engine=where)

    async def ask() -> str:
        return _first(await search.find("красная роза", [library.collection_id]))

    async def change() -> None:
        for number in range(3):
            await library.put("delivery.md", f"{DELIVERY} Раз {number}.")

    found = await asyncio.gather(change(), *(ask() for _ in range(8)))
    assert set(found[1:]) == {"prices.md"}
    await search.close()


async def test_in_parts_equals_all_at_once(units: UnitFactory, library: Library, where: EngineOf) -> None:
    search = DocumentSearch(units, engine=where)
    for number in range(6):
        await library.put(f"page{number % 4}.md", f"# Страница {number}\n\nСлово{number} и общее слово доставка.")
        await search.find("доставка", [library.collection_id])
    fresh = DocumentSearch(units)
    for asked in ("доставка", "слово5", "страница 3", "красная роза"):
        old, new = [await one.find(asked, [library.collection_id], 20) for one in (search, fresh)]
        assert _scores(old) == _scores(new)
    size = await (await search.indexes.all())[0].size()
    assert size.passages == len(await passages_of(units, library.collection_id))
