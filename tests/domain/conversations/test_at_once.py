"""Conversations that several processes change at once, with real commits side by side on PostgreSQL."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete

from secretary.conversations import leases
from secretary.conversations import service as conversations
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import MessageStatus, Visible
from secretary.conversations.progress import Place, Progress, save_progress, take_over_abandoned
from secretary.conversations.search.service import find
from secretary.conversations.service import NewSession, delete_sessions, open_session, store_question
from secretary.conversations.storing import LEASE
from secretary.conversations.tree import service as tree
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory

OPENING = NewSession(assistant_id="a", source="widget", source_id="w", contact_key="v", language="ru")
MEANWHILE_S = 0.3


@pytest.fixture
def live(databases, run):
    units = UnitFactory(databases("postgresql", False), EventBus())
    yield units

    async def empty():
        async with units.write() as unit:
            await unit.db.execute(delete(ChatSession))

    run(empty())


@pytest.fixture
def exchange(live, run):
    """A question whose answer is being given by `holder`."""

    async def asked():
        async with live.write() as unit:
            session = await open_session(unit, OPENING)
            return await store_question(unit, session.id, "Вопрос", None, "holder")

    return run(asked())


def said(exchange, content, status=MessageStatus.COMPLETE):
    return Progress(exchange.answer.id, Place(exchange.session.id, None), content, status)


async def store(live, exchange, content, status=MessageStatus.COMPLETE):
    async with live.write() as unit:
        return await save_progress(unit, [said(exchange, content, status)], "holder")


async def test_count_is_right_when_somebody_writes_between_looking_and_deleting(live, exchange):
    async with live.write() as unit:
        looked_at = await conversations.get_session(unit, exchange.session.id)
        async with live.write() as other:
            await store_question(other, exchange.session.id, "Ещё один", None, "holder")
        await tree.delete(unit, looked_at.id, exchange.answer.id)
        assert looked_at.message_count == 1
    async with live.read() as unit:
        assert (await conversations.get_session(unit, exchange.session.id)).message_count == 1


async def change_tree(unit, exchange):
    await tree.regenerate(unit, exchange.session.id, exchange.answer.id, "holder", None)


async def delete_all(unit, exchange):
    await delete_sessions(unit, [await conversations.get_session(unit, exchange.session.id)])


@pytest.mark.parametrize("change", [change_tree, delete_all])
async def test_answer_that_ends_while_its_conversation_is_changed_waits_for_no_ring(live, exchange, change):
    """Each has what the other needs, unless both begin with the conversation."""
    async with live.write() as unit:
        await conversations.queries.session(unit.db, exchange.session.id, lock=True)
        ending = asyncio.create_task(store(live, exchange, "Ответ"))
        await asyncio.sleep(MEANWHILE_S)
        await change(unit, exchange)
    await ending


async def test_conversation_that_is_changed_while_it_is_deleted_waits_for_no_ring(live, exchange):
    async with live.write() as unit:
        await conversations.queries.session(unit.db, exchange.session.id, lock=True)
        deleting = asyncio.create_task(delete_in_time(live, exchange))
        await asyncio.sleep(MEANWHILE_S)
        await change_tree(unit, exchange)
    await deleting
    async with live.read() as unit:
        assert await conversations.get_sessions(unit, [exchange.session.id]) == []


async def delete_in_time(live, exchange):
    async with live.write() as unit:
        await delete_all(unit, exchange)


async def test_abandoned_answer_is_taken_over_while_its_conversation_is_changed(live, exchange):
    await store(live, exchange, "Нача", MessageStatus.STREAMING)
    later = UnitFactory(live.database, EventBus(), lambda: live.clock() + LEASE + timedelta(seconds=1))

    async def take_over():
        async with later.write() as unit:
            return await take_over_abandoned(unit, "other", everything=False)

    async with live.write() as unit:
        await conversations.queries.session(unit.db, exchange.session.id, lock=True)
        taking = asyncio.create_task(take_over())
        await asyncio.sleep(MEANWHILE_S)
        await change_tree(unit, exchange)
    assert exchange.answer.id not in [each.answer.id for each in await taking]
    async with live.read() as unit:
        answer = await conversations.get_message(unit, exchange.session.id, exchange.answer.id)
    assert (answer.status, answer.content) == (MessageStatus.INTERRUPTED, "Нача")


async def test_two_processes_do_not_take_the_same_answer_over(live, exchange):
    later = UnitFactory(live.database, EventBus(), lambda: live.clock() + LEASE + timedelta(seconds=1))

    async def take_over(holder):
        async with later.write() as unit:
            return await take_over_abandoned(unit, holder, everything=False)

    taken = await asyncio.gather(*(take_over(f"process-{number}") for number in range(4)))
    assert sorted(len(waiting) for waiting in taken) == [0, 0, 0, 1]
    [again] = next(waiting for waiting in taken if waiting)
    assert (again.question.content, again.answer.id) == ("Вопрос", exchange.answer.id)


async def test_answer_that_is_taken_away_is_found_and_shown_as_far_as_it_got(live, exchange):
    await store(live, exchange, "Курьер в пу", MessageStatus.STREAMING)
    async with live.write() as unit:
        await leases.take_away(unit, exchange.answer.id)
        assert [event.session_id for event in unit.recorded] == [exchange.session.id]
    assert await store(live, exchange, "Курьер в пути и скоро будет") == set()
    async with live.write() as unit:
        await leases.take_away(unit, exchange.answer.id)
        assert unit.recorded == []
        await leases.take_away(unit, "nothing")
    async with live.read() as unit:
        session = await conversations.get_session(unit, exchange.session.id)
        found = await find(unit, "курьеры", Visible(), session_id=session.id, limit=5, offset=0)
    assert session.last_message == "Курьер в пу"
    assert [(each.message.content, each.message.status) for each in found.found] == [
        ("Курьер в пу", MessageStatus.CANCELLED)
    ]
