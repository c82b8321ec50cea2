"""Entries in a real database: who sees them, what a change leaves behind, what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from secretary.accounts import service as accounts
from secretary.accounts.models import Role
from secretary.kernel.errors import Conflict, Invalid, NotFound
from secretary.kernel.unit import Actor, UnitFactory
from secretary.knowledge import service
from secretary.knowledge.events import FaqChanged
from secretary.knowledge.faq.phrasing import Kind, Phrasing
from secretary.knowledge.faq.rules import Content
from secretary.knowledge.seed import seed_demo

CONTENT = Content("Сколько стоит доставка?", "300 ₽", [Phrasing.plain("достав*")], ["цена", "доставка"], 3)
STRANGER = Actor("user", "stranger", "user")
ADMIN = Actor("user", "boss", "admin")


async def _private(units: UnitFactory) -> tuple[str, Actor]:
    """A collection with an owner and one entry, and the owner."""
    async with units.write() as unit:
        user = await accounts.create_user(unit, "owner", "!", Role.USER)
        made = await service.create_collection(unit, "Моё", owner_id=user.id)
        await service.add_entry(unit, CONTENT, made.id)
    return made.id, Actor("user", user.id, "user")


async def test_entry_comes_back_as_it_was_written(units: UnitFactory) -> None:
    async with units.write() as unit:
        await service.add_entry(unit, CONTENT)
    async with units.read() as unit:
        found = await service.find_entry(unit, "сколько стоит доставка")
    assert service.content_of(found) == replace(CONTENT, phrasings=list(CONTENT.phrasings))
    assert (found.hit_count, found.last_hit, found.enabled) == (0, None, True)


@pytest.mark.parametrize(
    "question", ["СКОЛЬКО СТОИТ ДОСТАВКА", "сколько стоят доставки!", "Скажите, сколько стоит доставка"]
)
async def test_same_question_in_another_form_is_a_conflict_and_changes_nothing(
    units: UnitFactory, question: str
) -> None:
    async with units.write() as unit:
        await service.add_entry(unit, CONTENT)
    with pytest.raises(Conflict, match="faq_question_taken"):
        async with units.write() as unit:
            await service.add_entry(unit, replace(CONTENT, question=question))
    async with units.read() as unit:
        assert (await service.list_entries(unit, limit=10, offset=0)).total == 1


async def test_same_question_may_stand_in_two_collections(units: UnitFactory) -> None:
    collection_id, owner = await _private(units)
    async with units.write(owner) as unit:
        shared = await service.add_entry(unit, CONTENT)
        assert (await service.find_entry(unit, CONTENT.question)).id == shared.id
        assert (await service.find_entry(unit, CONTENT.question, collection_id)).id != shared.id


async def test_question_in_two_other_collections_must_be_told_apart(units: UnitFactory) -> None:
    async with units.write() as unit:
        for name in ("один", "два"):
            made = await service.create_collection(unit, name)
            await service.add_entry(unit, CONTENT, made.id)
        with pytest.raises(Conflict, match="faq_ambiguous"):
            await service.find_entry(unit, CONTENT.question)


async def test_stranger_sees_nothing_of_an_owned_collection(units: UnitFactory) -> None:
    collection_id, _ = await _private(units)
    async with units.write(STRANGER) as unit:
        assert (await service.list_entries(unit, limit=10, offset=0)).total == 0
        for attempt in (
            lambda: service.list_entries(unit, collection_id=collection_id, limit=10, offset=0),
            lambda: service.add_entry(unit, replace(CONTENT, question="Где вы?"), collection_id),
            lambda: service.find_entry(unit, CONTENT.question),
            lambda: service.find_entry(unit, CONTENT.question, collection_id),
        ):
            with pytest.raises(NotFound):
                await attempt()


async def test_owner_and_admin_see_an_owned_collection(units: UnitFactory) -> None:
    _, owner = await _private(units)
    for actor in (owner, ADMIN):
        async with units.read(actor) as unit:
            assert (await service.list_entries(unit, limit=10, offset=0)).total == 1


async def test_change_keeps_hits_and_moves_the_version(units: UnitFactory) -> None:
    async with units.write() as unit:
        entry = await service.add_entry(unit, CONTENT)
        await service.record_hit(unit, entry.id)
    async with units.write() as unit:
        entry = await service.find_entry(unit, CONTENT.question)
        before = entry.updated
        await service.change_entry(unit, entry, replace(CONTENT, question="Где вы?"), seen_version=before)
    async with units.read() as unit:
        changed = await service.find_entry(unit, "где вы")
        assert (changed.id, changed.hit_count) == (entry.id, 1)
        assert changed.updated > before
        with pytest.raises(NotFound):
            await service.find_entry(unit, CONTENT.question)


async def test_stale_change_is_a_conflict(units: UnitFactory) -> None:
    async with units.write() as unit:
        entry = await service.add_entry(unit, CONTENT)
        with pytest.raises(Conflict, match="faq_stale"):
            await service.change_entry(unit, entry, CONTENT, seen_version=entry.updated - timedelta(microseconds=1))


async def test_change_into_a_taken_question_is_a_conflict(units: UnitFactory) -> None:
    async with units.write() as unit:
        await service.add_entry(unit, CONTENT)
        await service.add_entry(unit, replace(CONTENT, question="Где вы?"))
    async with units.write() as unit:
        entry = await service.find_entry(unit, "Где вы?")
        with pytest.raises(Conflict, match="faq_question_taken"):
            await service.change_entry(unit, entry, CONTENT, seen_version=None)
    async with units.read() as unit:
        assert await service.find_entry(unit, "Где вы?")


async def test_hits_are_counted_with_their_time_and_do_not_look_like_a_change(units: UnitFactory) -> None:
    async with units.write() as unit:
        entry = await service.add_entry(unit, CONTENT)
    for _ in range(3):
        async with units.write() as unit:
            await service.record_hit(unit, entry.id)
    async with units.write() as unit:
        await service.record_hit(unit, "gone")
        found = await service.find_entry(unit, CONTENT.question)
    assert (found.hit_count, found.updated) == (3, entry.updated)
    assert found.last_hit is not None


async def test_removed_entry_is_gone(units: UnitFactory) -> None:
    async with units.write() as unit:
        await service.remove_entry(unit, await service.add_entry(unit, CONTENT))
    async with units.write() as unit:
        with pytest.raises(NotFound):
            await service.find_entry(unit, CONTENT.question)
        await service.add_entry(unit, CONTENT)


async def test_every_change_is_told_after_the_commit(units: UnitFactory) -> None:
    told: list[str] = []
    units.bus.subscribe(FaqChanged, lambda change: told.append(change.action))
    async with units.write() as unit:
        entry = await service.add_entry(unit, CONTENT)
        await service.change_entry(unit, entry, CONTENT, seen_version=None)
        await service.remove_entry(unit, entry)
        await service.reload(unit)
        assert told == []
    assert told == ["added", "changed", "removed", "reloaded"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", 2),
        ("ДОСТАВКА", 1),
        ("достав 300", 1),
        ("ёлка", 1),
        ("елк", 1),
        ("100%", 1),
        ("100_", 0),
        ("нет такого", 0),
        ("достав елк", 0),
    ],
)
async def test_search_knows_no_case_and_no_yo_and_takes_signs_literally(
    units: UnitFactory, search: str, found: int
) -> None:
    async with units.write() as unit:
        await service.add_entry(unit, CONTENT)
        await service.add_entry(unit, Content("Где ёлка?", "На складе, на 100%"))
    async with units.read() as unit:
        page = await service.list_entries(unit, search=search, limit=10, offset=0)
    assert (len(page.entries), page.total) == (found, found)


async def test_list_is_paged_oldest_first(units: UnitFactory) -> None:
    async with units.write() as unit:
        for question in ("один дом", "два дома", "три дома"):
            await service.add_entry(unit, Content(question, "ответ"))
    async with units.read() as unit:
        page = await service.list_entries(unit, limit=1, offset=1)
    assert ([entry.question for entry in page.entries], page.total) == (["два дома"], 3)


@pytest.mark.parametrize("text", ["нуль\0", "пол\ud800овина"])
async def test_text_that_no_database_takes_is_refused_everywhere(units: UnitFactory, text: str) -> None:
    async with units.write() as unit:
        for attempt in (
            lambda: service.list_entries(unit, search=text, limit=1, offset=0),
            lambda: service.list_entries(unit, collection_id=text, limit=1, offset=0),
            lambda: service.find_entry(unit, text),
            lambda: service.find_entry(unit, "вопрос", text),
            lambda: service.add_entry(unit, Content(text, "ответ")),
            lambda: service.add_entry(unit, Content("вопрос", text)),
            lambda: service.create_collection(unit, text),
        ):
            with pytest.raises(Invalid, match="bad_characters"):
                await attempt()


async def test_refused_regex_is_not_stored(units: UnitFactory) -> None:
    looking_back = Phrasing(text="(?<=а)б", kind=Kind.REGEX)
    async with units.write() as unit:
        with pytest.raises(Invalid, match="faq_expression_refused"):
            await service.add_entry(unit, replace(CONTENT, phrasings=[looking_back]))
    async with units.read() as unit:
        assert (await service.list_entries(unit, limit=1, offset=0)).total == 0


async def test_demo_is_planted_once_and_what_was_removed_stays_away(units: UnitFactory) -> None:
    async with units.write() as unit:
        collection_id = await seed_demo(unit)
        await service.remove_entry(unit, await service.find_entry(unit, "Часы работы"))
        total = (await service.list_entries(unit, limit=1, offset=0)).total
    async with units.write() as unit:
        assert await seed_demo(unit) == collection_id
        assert (await service.list_entries(unit, limit=1, offset=0)).total == total >= 19
