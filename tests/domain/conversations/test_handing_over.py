"""Hand-over: from the moment that a person is waited for until he gives the conversation back, nothing automatic is
stored in it; what the customer writes is.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.domain.hand_clock import HandClock

from secretary.conversations import service as conversations
from secretary.conversations.events import AnswersSilenced, ConversationHandled
from secretary.conversations.handover import service as handover
from secretary.conversations.models import ChatMessage
from secretary.conversations.ports import HandOverReason, MessageStatus, SessionState, Visible
from secretary.conversations.progress import Place, Progress, save_progress
from secretary.conversations.search.service import find
from secretary.conversations.service import NewSession, open_session, store_question
from secretary.conversations.tree import service as tree
from secretary.kernel.errors import Conflict, Invalid, NotFound
from secretary.kernel.events import EventBus
from secretary.kernel.unit import Actor, UnitFactory

HOLD = timedelta(minutes=10)


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def units(database, clock):
    return UnitFactory(database, EventBus(), clock)


@pytest.fixture
def anna(units, run):
    return run(user(units, "anna"))


@pytest.fixture
def boris(units, run):
    return run(user(units, "boris"))


async def user(units, name):
    from secretary.accounts import service as accounts
    from secretary.accounts.models import Role

    async with units.write() as unit:
        return (await accounts.create_user(unit, name, "!", Role.USER)).id


async def ask(units, session_id, text="Вопрос", number=None):
    async with units.write() as unit:
        return await store_question(unit, session_id, text, number, "holder")


async def said(units, exchange, content, status=MessageStatus.COMPLETE):
    async with units.write() as unit:
        place = Place(exchange.session.id, None)
        return await save_progress(unit, [Progress(exchange.answer.id, place, content, status)])


async def call(units, session_id, reason=HandOverReason.CUSTOMER, **more):
    async with units.write() as unit:
        return await handover.hand_over(unit, session_id, reason, HOLD, **more), unit.recorded


async def take(units, session_id, who, **more):
    async with units.write() as unit:
        return await handover.take(unit, session_id, who, HOLD, **more)


async def reply(units, session_id, who, text="Здравствуйте", number=None):
    async with units.write() as unit:
        session = await conversations.get_session(unit, session_id)
        return await handover.say_as_person(unit, session, who, text, number, HOLD)


async def session_of(units, session_id):
    async with units.read() as unit:
        return await conversations.get_session(unit, session_id)


async def messages(units, session_id):
    async with units.read() as unit:
        rows = await unit.db.scalars(
            select(ChatMessage).where(ChatMessage.session_id == session_id).order_by(ChatMessage.seq)
        )
        return [(row.role, row.content, row.status.value) for row in rows]


async def test_question_in_a_held_conversation_is_stored_alone_and_counted_as_unread(units, session_id):
    assert (await ask(units, session_id, "Первый")).answer is not None
    assert (await call(units, session_id))[0] is True
    held = await ask(units, session_id, "Есть кто живой?", "visitor-1")
    assert (held.answer, held.question.held, held.is_new) == (None, True, True)
    again = await ask(units, session_id, "Есть кто живой?", "visitor-1")
    assert (again.answer, again.question.id, again.is_new) == (None, held.question.id, False)
    session = await session_of(units, session_id)
    assert (session.unread, session.state, session.last_message) == (2, SessionState.WAITING, "Есть кто живой?")
    assert session.leaf_id == held.question.id


async def test_repeated_question_has_no_answer_even_when_a_person_wrote_below_it(units, session_id, anna):
    await take(units, session_id, anna)
    held = await ask(units, session_id, "Где заказ?", "visitor-1")
    replied = await reply(units, session_id, anna, "Уже едет")
    assert replied.parent_id == held.question.id
    assert (await ask(units, session_id, "Где заказ?", "visitor-1")).answer is None


async def test_answers_being_given_are_over_when_a_person_takes_and_stay_as_they_were(units, session_id, anna):
    first, second = await ask(units, session_id, "Раз"), await ask(units, session_id, "Два")
    await said(units, first, "Нача", MessageStatus.STREAMING)
    async with units.write() as unit:
        silenced = await handover.take(unit, session_id, anna, HOLD)
        told = [each for each in unit.recorded if isinstance(each, AnswersSilenced)]
    assert set(silenced) == {first.answer.id, second.answer.id}
    assert [set(each.answer_ids) for each in told] == [set(silenced)]
    assert await said(units, first, "Начало и конец") == set()
    await said(units, first, "Начало и", MessageStatus.STREAMING)
    assert await said(units, second, "Ответ") == set()
    stored = [(content, status) for role, content, status in await messages(units, session_id) if role == "assistant"]
    assert stored == [("Нача", "cancelled"), ("", "cancelled")]


async def test_answer_that_tells_of_the_hand_over_is_the_last_that_is_stored(units, session_id):
    calling, waiting = await ask(units, session_id, "Позовите человека"), await ask(units, session_id, "И побыстрее")
    is_new, told = await call(units, session_id, but=calling.answer.id)
    silenced = [each.answer_ids for each in told if isinstance(each, AnswersSilenced)]
    assert (is_new, silenced) == (True, [(waiting.answer.id,)])
    assert await said(units, calling, "Зову коллегу.") == {calling.answer.id}
    assert await said(units, waiting, "Я тут") == set()


async def test_hand_over_is_repeatable_and_says_who_has_it(units, session_id):
    is_new, told = await call(units, session_id, HandOverReason.UNSURE)
    [handled] = [each for each in told if isinstance(each, ConversationHandled)]
    assert (is_new, handled.done, handled.state, handled.trace()) == (True, "hand_over", SessionState.WAITING, None)
    assert (await call(units, session_id, HandOverReason.RULE))[0] is False
    assert (await session_of(units, session_id)).hand_over_reason == "unsure"


async def test_conversation_of_staff_is_never_held(units, anna):
    async with units.write() as unit:
        session = await open_session(unit, NewSession("a", "admin", "", anna, "ru", anna))
    assert (await call(units, session.id))[0] is False
    with pytest.raises(Invalid) as refused:
        await take(units, session.id, anna)
    assert refused.value.code == "not_a_customers"
    assert (await ask(units, session.id)).answer is not None
    assert (await session_of(units, session.id)).unread == 0


async def test_nobody_takes_what_a_colleague_has_unless_he_means_to(units, session_id, anna, boris):
    await take(units, session_id, anna)
    with pytest.raises(Conflict) as refused:
        await take(units, session_id, boris)
    assert refused.value.code == "taken_by_other"
    await take(units, session_id, boris, force=True)
    assert (await session_of(units, session_id)).assignee_id == boris


async def test_what_staff_do_is_audited(units, session_id, anna):
    async with units.write(Actor("user", anna, "user")) as unit:
        await handover.take(unit, session_id, anna, HOLD)
        await handover.take(unit, session_id, anna, HOLD)
        await handover.give_back(unit, session_id)
        traces = [trace for each in unit.recorded if (trace := each.trace()) is not None]
    assert [(trace.action, trace.resource_id) for trace in traces] == [("take", session_id), ("give_back", session_id)]


async def test_reply_takes_over_is_found_and_is_stored_once(units, session_id, anna):
    asked = await ask(units, session_id, "Сколько стоит доставка?")
    first = await reply(units, session_id, anna, "Доставка стоит триста рублей", "operator-1")
    again = await reply(units, session_id, anna, "Доставка стоит триста рублей", "operator-1")
    assert (first.id, first.answered_by, first.author_id) == (again.id, "person", anna)
    assert await said(units, asked, "Не знаю") == set()
    session = await session_of(units, session_id)
    assert (session.state, session.assignee_id, session.unread) == (SessionState.PERSON, anna, 0)
    assert session.last_message == "Доставка стоит триста рублей"
    async with units.read() as unit:
        found = await find(unit, "триста рублей", Visible(), session_id=None, limit=5, offset=0)
    assert [each.message.id for each in found.found] == [first.id]


async def test_number_of_a_customers_message_is_not_taken_for_a_persons(units, session_id, anna):
    await ask(units, session_id, "Вопрос", "visitor-1")
    with pytest.raises(Conflict) as refused:
        await reply(units, session_id, anna, "Ответ", "visitor-1")
    assert refused.value.code == "message_id_taken"


async def test_every_reply_holds_for_longer_and_time_gives_back(units, clock, session_id, anna):
    await take(units, session_id, anna)
    clock.pass_(minutes=9)
    await reply(units, session_id, anna)
    clock.pass_(minutes=9)
    async with units.write() as unit:
        assert await handover.expire_due(unit) == []
        assert await handover.held(unit, [session_id, "nothing"]) == {session_id}
    clock.pass_(minutes=2)
    async with units.write() as unit:
        assert await handover.held(unit, [session_id]) == set()
        [expired] = await handover.expire_due(unit)
    assert (expired.session_id, expired.was) == (session_id, SessionState.PERSON)
    session = await session_of(units, session_id)
    assert (session.state, session.assignee_id, session.held_until) == (SessionState.SECRETARY, None, None)
    assert (await ask(units, session_id)).answer is not None


async def test_customer_is_answered_once_time_is_up_though_nobody_has_looked(units, clock, session_id):
    await call(units, session_id)
    clock.pass_(minutes=11)
    assert (await ask(units, session_id)).answer is not None
    async with units.write() as unit:
        assert [each.was for each in await handover.expire_due(unit)] == [SessionState.WAITING]


async def test_closed_conversation_opens_again_when_the_customer_writes(units, session_id, anna):
    await ask(units, session_id)
    async with units.write() as unit:
        await handover.assign(unit, session_id, anna)
        await handover.close(unit, session_id)
    session = await session_of(units, session_id)
    assert (session.state, session.unread, session.assignee_id) == (SessionState.CLOSED, 0, anna)
    assert (await ask(units, session_id)).answer is not None
    session = await session_of(units, session_id)
    assert (session.state, session.unread) == (SessionState.SECRETARY, 1)
    async with units.write() as unit:
        await handover.close(unit, session_id)
        assert (await handover.reopen(unit, session_id)).state is SessionState.SECRETARY


async def test_nobody_has_an_answer_given_again_while_a_person_has_the_conversation(units, session_id, anna):
    exchange = await ask(units, session_id)
    await said(units, exchange, "Ответ")
    await take(units, session_id, anna)
    async with units.write() as unit:
        with pytest.raises(Conflict) as refused:
            await tree.regenerate(unit, session_id, exchange.answer.id, "holder", None)
    assert refused.value.code == "conversation_held"


async def test_notice_is_stored_as_what_it_is(units, session_id):
    async with units.write() as unit:
        session = await conversations.get_session(unit, session_id)
        notice = await handover.say_notice(unit, session, "Сейчас все заняты.")
    assert (notice.role, notice.answered_by, notice.status) == ("assistant", "notice", MessageStatus.COMPLETE)
    assert (await session_of(units, session_id)).last_message == "Сейчас все заняты."


async def test_renewing_and_reading(units, clock, session_id, anna):
    await ask(units, session_id)
    async with units.write() as unit:
        assert await handover.renew(unit, session_id, HOLD) is False
        assert (await handover.read(unit, session_id)).unread == 0
        await handover.take(unit, session_id, anna, HOLD)
        clock.pass_(minutes=5)
        assert await handover.renew(unit, session_id, HOLD) is True
    assert (await session_of(units, session_id)).held_until == clock.moment + HOLD


async def test_unknown_conversation(units, anna):
    for attempt in (take(units, "nothing", anna), call(units, "nothing")):
        with pytest.raises(NotFound):
            await attempt
