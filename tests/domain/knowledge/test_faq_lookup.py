"""What a turn is told: the right answer, at once after a change here, within a second after one elsewhere."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory
from secretary.knowledge import queries, service
from secretary.knowledge.faq.lookup import FaqHit, FaqLookup
from secretary.knowledge.faq.phrasing import Kind
from secretary.knowledge.faq.rules import Content
from secretary.knowledge.ports import BusinessCard
from secretary.knowledge.seed import seed_demo

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CARD = BusinessCard("Вектор", "+7 000", "Москва", "9–21", "Europe/Moscow")
WHERE = Content("Где вы?", "Наш адрес: {address}, сейчас {current_time}")


class HandClock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def lookup(units: UnitFactory, clock: HandClock) -> FaqLookup:
    return FaqLookup(units, clock)


async def _said(lookup: FaqLookup, text: str, collection_ids: list[str] | None = None) -> str | None:
    hit = await lookup.find(text, collection_ids, NOW, CARD, "ru")
    return hit and hit.answer


async def _add(units: UnitFactory, content: Content, collection_id: str | None = None) -> str:
    async with units.write() as unit:
        return (await service.add_entry(unit, content, collection_id)).id


def _elsewhere(units: UnitFactory) -> UnitFactory:
    """Another process: the same database, a bus of its own."""
    return UnitFactory(units.database, EventBus())


async def test_hit_says_what_and_why(units: UnitFactory, lookup: FaqLookup) -> None:
    entry_id = await _add(units, Content.plain(WHERE.question, WHERE.answer, "* ваш адрес *"))
    hit = await lookup.find("а какой у вас... какой ваш адрес?", None, NOW, CARD, "ru")
    assert hit == FaqHit(entry_id, "Где вы?", "Наш адрес: Москва, сейчас 12:30", Kind.WILDCARD, "* ваш адрес *")


async def test_nothing_is_found_before_there_is_anything(lookup: FaqLookup) -> None:
    assert await _said(lookup, "где вы") is None


async def test_change_here_is_seen_by_the_next_question(units: UnitFactory, lookup: FaqLookup) -> None:
    await _add(units, WHERE)
    assert await _said(lookup, "где вы")
    async with units.write() as unit:
        entry = await service.find_entry(unit, WHERE.question)
        await service.change_entry(unit, entry, replace(WHERE, answer="Здесь"), seen_version=None)
    assert await _said(lookup, "где вы") == "Здесь"
    async with units.write() as unit:
        await service.remove_entry(unit, await service.find_entry(unit, WHERE.question))
    assert await _said(lookup, "где вы") is None


async def test_change_elsewhere_is_seen_after_a_second(units: UnitFactory, lookup: FaqLookup, clock: HandClock) -> None:
    await _add(units, WHERE)
    assert await _said(lookup, "где вы")
    await _add(_elsewhere(units), Content("Кто вы?", "Мы"))
    clock.now = 0.9
    assert await _said(lookup, "кто вы") is None
    clock.now = 1.0
    assert await _said(lookup, "кто вы") == "Мы"


async def test_reload_elsewhere_brings_what_was_changed_past_the_service(
    units: UnitFactory, lookup: FaqLookup, clock: HandClock
) -> None:
    await _add(units, WHERE)
    assert await _said(lookup, "где вы")
    async with units.write() as unit:
        (await service.find_entry(unit, WHERE.question)).answer = "Тут"
    clock.now = 5
    assert await _said(lookup, "где вы") != "Тут"
    async with _elsewhere(units).write() as unit:
        assert await service.reload(unit) == 1
    clock.now = 10
    assert await _said(lookup, "где вы") == "Тут"


async def test_hits_do_not_make_the_index_stale(
    units: UnitFactory, lookup: FaqLookup, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry_id = await _add(units, WHERE)
    loads = _counted(monkeypatch, "indexed_entries")
    for second in range(5):
        clock.now = second * 2
        assert await _said(lookup, "где вы")
        async with units.write() as unit:
            await lookup.record_hit(unit, entry_id)
    assert loads() == 1


async def test_questions_within_a_second_ask_the_database_once(
    units: UnitFactory, lookup: FaqLookup, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _add(units, WHERE)
    checks, loads = _counted(monkeypatch, "versions"), _counted(monkeypatch, "indexed_entries")
    assert all(await asyncio.gather(*(_said(lookup, "где вы") for _ in range(20))))
    assert (checks(), loads()) == (1, 1)


async def test_only_the_named_collections_answer(units: UnitFactory, lookup: FaqLookup) -> None:
    async with units.write() as unit:
        other = (await service.create_collection(unit, "другая")).id
        default = (await service.default_collection(unit)).id
    await _add(units, WHERE)
    await _add(units, Content("Кто вы?", "Мы"), other)
    assert [await _said(lookup, "кто вы", ids) for ids in (None, [], [default], [other], ["unknown", other])] == [
        None, None, None, "Мы", "Мы",
    ]  # fmt: skip
    assert await _said(lookup, "где вы", [other]) is None


async def test_best_of_all_collections_answers(units: UnitFactory, lookup: FaqLookup) -> None:
    async with units.write() as unit:
        other = (await service.create_collection(unit, "другая")).id
        default = (await service.default_collection(unit)).id
    await _add(units, WHERE)
    await _add(units, replace(WHERE, answer="Важнее", priority=1), other)
    assert await _said(lookup, "где вы", [default, other]) == "Важнее"
    assert await _said(lookup, "где вы", [other, default, other]) == "Важнее"


async def test_disabled_entry_is_silent(units: UnitFactory, lookup: FaqLookup) -> None:
    await _add(units, replace(WHERE, enabled=False))
    assert await _said(lookup, "где вы") is None


async def test_large_collection_is_read_in_pages_and_built_beside_the_loop(
    units: UnitFactory, lookup: FaqLookup
) -> None:
    async with units.write() as unit:
        collection = await service.default_collection(unit)
        now = unit.now()
        rows = [_row(unit.new_id(), collection.id, number, now) for number in range(1_201)]
        unit.db.add_all(rows)
    assert await _said(lookup, "вопрос номер 1200") == "ответ 1200"
    assert await _said(lookup, "вопрос номер 1201") is None


def _row(entry_id: str, collection_id: str, number: int, now: datetime) -> object:
    from secretary.knowledge.models import FaqEntry

    content = Content(f"вопрос номер {number}", f"ответ {number}")
    return FaqEntry(
        id=entry_id, collection_id=collection_id, question=content.question, question_key=content.key,
        answer=content.answer, phrasings=[], keywords=[], search_text="", created=now, updated=now,
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "?", "а", "7", "…", "👍"])
async def test_nothing_said_hits_nothing(units: UnitFactory, lookup: FaqLookup, text: str) -> None:
    async with units.write() as unit:
        await seed_demo(unit)
    assert await _said(lookup, text) is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Сколько стоит доставка?", "300 ₽"),
        ("Здравствуйте! Подскажите, пожалуйста, сколько будет стоить доставка до Казани?", "300 ₽"),
        ("Часы работы", "9–21"),
        ("до скольки вы сегодня работаете?", "9–21"),
        ("Вы в воскресенье работаете?", "воскресенье"),
        ("можно оплатить картой?", "картой"),
        ("какой у вас телефон", "+7 000"),
        ("хочу вернуть товар", "14 дней"),
        ("а скидки есть?", "5 %"),
        ("привет", "Вектор"),
        ("How much is delivery to Kazan?", "costs 300"),
        ("are you open on Sunday?", "Sunday"),
        ("where is your shop", "Москва"),
        ("What can you do?", "delivery"),
    ],
)
async def test_demo_answers_natural_questions(units: UnitFactory, lookup: FaqLookup, text: str, part: str) -> None:
    async with units.write() as unit:
        await seed_demo(unit)
    assert part in (await _said(lookup, text) or "")


@pytest.mark.parametrize(
    "text",
    [
        "у вас есть красные кроссовки?",
        "расскажи анекдот",
        "Оставить сообщение",
        "tell me a joke",
        "спасибо, но доставили не то",
    ],
)
async def test_demo_leaves_other_things_to_the_model(units: UnitFactory, lookup: FaqLookup, text: str) -> None:
    async with units.write() as unit:
        await seed_demo(unit)
    assert await _said(lookup, text) is None


def _counted(monkeypatch: pytest.MonkeyPatch, name: str) -> Callable[[], int]:
    """How often a query runs from now on."""
    calls: list[str] = []
    real = getattr(queries, name)

    async def counting(*args: object, **options: object) -> object:
        calls.append(name)
        return await real(*args, **options)

    monkeypatch.setattr(queries, name, counting)
    return lambda: len(calls)
