"""Finding what was said: whose it is, in which form, the newest first, on both engines."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from secretary.accounts.models import Role
from secretary.accounts.service import create_user
from secretary.conversations import service as conversations
from secretary.conversations.listing.service import Wanted, sessions, sessions_by_source
from secretary.conversations.ports import MessageStatus, Visible
from secretary.conversations.progress import Place, Progress, save_progress, take_over_abandoned
from secretary.conversations.search.service import find
from secretary.conversations.search.words import asked_of, excerpt, words_for
from secretary.conversations.service import NewSession, open_session, store_question

EVERYTHING = Visible()


async def said(units, text, **opening):
    new = NewSession(
        **{"assistant_id": "a", "source": "widget", "source_id": "w", "contact_key": "v", "language": "ru"} | opening
    )
    async with units.write() as unit:
        session = await open_session(unit, new)
        return await store_question(unit, session.id, text, None, "holder")


async def found(units, text, visible=EVERYTHING, **options):
    async with units.read() as unit:
        results = await find(unit, text, visible, **{"session_id": None, "limit": 20, "offset": 0} | options)
    return [each.message.content for each in results.found], results.total


async def test_answer_is_found_once_it_is_finished_and_only_once(units):
    exchange = await said(units, "Вопрос")
    place = Place(exchange.session.id, None)
    growing = Progress(exchange.answer.id, place, "Курьер приедет", MessageStatus.STREAMING)
    whole = Progress(exchange.answer.id, place, "Курьер приедет завтра", MessageStatus.COMPLETE)
    async with units.write() as unit:
        await save_progress(unit, [growing])
    assert await found(units, "курьеры") == ([], 0)
    for _ in range(2):
        async with units.write() as unit:
            await save_progress(unit, [whole])
    assert await found(units, "курьеры") == (["Курьер приедет завтра"], 1)


async def test_answer_that_a_dead_process_left_is_found(units):
    exchange = await said(units, "Вопрос")
    place = Place(exchange.session.id, None)
    async with units.write() as unit:
        await save_progress(unit, [Progress(exchange.answer.id, place, "Курьер в пу", MessageStatus.STREAMING)])
    async with units.write() as unit:
        assert await take_over_abandoned(unit, "other", everything=True) == []
    assert await found(units, "курьер") == (["Курьер в пу"], 1)
    async with units.read() as unit:
        assert (await conversations.get_session(unit, exchange.session.id)).last_message == "Курьер в пу"


async def test_newest_comes_first_and_pages_follow(units):
    for number in range(5):
        await said(units, f"заказ {number}")
    assert (await found(units, "заказ", limit=2))[0] == ["заказ 4", "заказ 3"]
    assert (await found(units, "заказ", limit=2, offset=2)) == (["заказ 2", "заказ 1"], 5)


async def test_every_word_must_be_there_and_nothing_is_found_without_words(units):
    await said(units, "красный заказ")
    await said(units, "синий заказ")
    assert await found(units, "заказы красные") == (["красный заказ"], 1)
    assert await found(units, "?!") == ([], 0)


async def test_titles_take_no_place_among_the_messages(units):
    """A renamed conversation is found in the list; among messages it would leave a gap in the page."""
    for number in range(3):
        await said(units, f"заказ {number}", title=f"Заказ номер {number}")
    assert await found(units, "заказ", limit=2) == (["заказ 2", "заказ 1"], 3)
    assert await found(units, "заказ", limit=2, offset=2) == (["заказ 0"], 3)
    assert await found(units, "номер") == ([], 0)
    async with units.read() as unit:
        assert (await sessions(unit, Wanted(EVERYTHING, q="номер"))).total == 3


async def test_list_by_source_pages_what_was_found_and_keeps_to_the_source_asked_for(units):
    for number in range(3):
        await said(units, f"заказ {number}")
        await said(units, "возврат", source="telegram")
    await said(units, "заказ", source="admin")

    async def grouped(**more):
        async with units.read() as unit:
            found, total = await sessions_by_source(unit, Wanted(EVERYTHING, limit=2, **more))
        return {source: [row.last_message for row in rows] for source, rows in found.items()}, total

    assert await grouped(q="заказы") == ({"admin": ["заказ"], "widget": ["заказ 2", "заказ 1"]}, 4)
    assert await grouped(q="заказы", offset=2) == ({"widget": ["заказ 0"]}, 4)
    assert await grouped(q="заказы", source="admin") == ({"admin": ["заказ"]}, 1)
    assert await grouped(source="telegram") == ({"telegram": ["возврат", "возврат"]}, 3)


async def test_search_in_one_conversation(units):
    first = await said(units, "заказ один")
    await said(units, "заказ два")
    assert await found(units, "заказ", session_id=first.session.id) == (["заказ один"], 1)


async def test_mark_of_an_owner_cannot_be_forged_by_writing_it(units):
    mark = words_for("", "s", "0191-aa").split()[1]
    assert mark == "_o0191aa"
    await said(units, f"заказ {mark} {mark[1:]}")
    assert await found(units, "заказ", Visible("0191-aa")) == ([], 0)
    assert (await found(units, "заказ", Visible("0191-aa", ownerless=True)))[1] == 1


async def test_list_pages_merge_ones_own_and_nobodys(units):
    async with units.write() as unit:
        owner = (await create_user(unit, "lister", "!", Role.USER)).id
        other = (await create_user(unit, "other", "!", Role.USER)).id
    owners = [owner, None, other, owner, None]
    made = []
    for number, each in enumerate(owners):
        exchange = await said(units, "x", owner_id=each, source="admin" if each else "widget")
        async with units.write() as unit:
            session = await conversations.get_session(unit, exchange.session.id)
            session.updated = session.created + timedelta(seconds=number)
        made.append(exchange.session.id)

    async def listed(visible, **more):
        async with units.read() as unit:
            page = await sessions(unit, Wanted(visible, **more))
        return [made.index(session.id) for session in page.sessions], page.total

    assert await listed(Visible()) == ([4, 3, 2, 1, 0], 5)
    assert await listed(Visible(owner)) == ([3, 0], 2)
    assert await listed(Visible(owner, ownerless=True)) == ([4, 3, 1, 0], 4)
    assert await listed(Visible(owner, ownerless=True), limit=2, offset=1) == ([3, 1], 4)
    assert await listed(Visible(owner, ownerless=True), source="widget") == ([4, 1], 2)
    async with units.read() as unit:
        grouped, total = await sessions_by_source(unit, Wanted(Visible(owner, ownerless=True), limit=1))
    assert {source: [made.index(row.id) for row in rows] for source, rows in grouped.items()} == {
        "admin": [3],
        "widget": [4],
    }
    assert total == 4


def test_snippet_is_around_the_first_match_and_marks_are_its_words():
    text = "начало " * 40 + "вот Заказы пришли, заказ'ы " + "конец " * 40
    snippet, marks = excerpt(text, asked_of("заказ"))
    assert snippet.startswith("…")
    assert snippet.endswith("…")
    assert "Заказы" in [snippet[start:end] for start, end in marks]


@given(st.text(max_size=300))
def test_any_text_is_indexed_as_single_words_and_finds_itself(text):
    words = words_for(text, "s-1", None).split(" ")
    assert words[:2] == ["_ss1", "_onobody"]
    assert all(word.isalnum() for word in words[2:])
    assert set(asked_of(text)) <= set(words)
    snippet, marks = excerpt(text, asked_of(text))
    assert all(0 <= start < end <= len(snippet) for start, end in marks)
