"""A person is called into a conversation while somebody is there; otherwise a message is taken, and it is said when."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from tests.domain.hand_clock import HandClock
from tests.support.visitor import Visitor

from secretary.app import Ports
from secretary.assistant import service as assistants
from secretary.assistant.attention import All
from secretary.assistant.handover.jobs import give_back_due
from secretary.assistant.handover.rules import HandOverRules
from secretary.assistant.hours.shapes import BusinessHours
from secretary.assistant.models import Request
from secretary.assistant.service import AssistantFields
from secretary.conversations.handover import service as handover
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.kernel.errors import Conflict
from secretary.kernel.jobs import claim

MONDAY_NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)  # in Moscow
OFFICE = {day: [{"from": "09:00", "to": "18:00"}] for day in ("mon", "tue", "wed", "thu", "fri")}
CALLED = "Позвала коллегу"


@pytest.fixture
def clock():
    return HandClock(MONDAY_NOON)


@pytest.fixture
def ports(database, clock):
    return Ports(models={}, database=database, clock=clock)


async def keep(app, **fields):
    """Change the default assistant."""
    async with app.units.write() as unit:
        assistant = await assistants.get_default(unit)
        await assistants.change(unit, assistant, AssistantFields(**fields))


async def office(app, closed_text=None, **rules):
    hours = BusinessHours.model_validate({"weekly": OFFICE, "closed_text": closed_text or {}})
    await keep(app, hours=hours, handover=HandOverRules(**rules))


async def state(app, visitor):
    async with app.units.read() as unit:
        session = await unit.db.get(ChatSession, visitor.session_id)
        return session.state.value, session.hand_over_reason, session.held_until


async def takings(app, visitor):
    async with app.units.read() as unit:
        wanted = select(Request).where(Request.session_id == visitor.session_id).order_by(Request.created)
        return [(row.status, row.asking, row.question) for row in await unit.db.scalars(wanted)]


async def told(app):
    """What devices shall be told."""
    async with app.units.write() as unit:
        return [job.payload for job in await claim(unit, ["push.tell"], unit.new_id(), 60, 10)]


class Notes:
    """An outlet that remembers what goes out; `refusal` is raised instead."""

    def __init__(self, refusal=None):
        self.sent, self.refusal = [], refusal

    async def send(self, unit, session, message_id, *, is_automatic):
        if self.refusal:
            raise self.refusal
        message = await unit.db.get(ChatMessage, message_id)
        self.sent.append((session.id, message.content, is_automatic))


async def test_somebody_who_is_there_is_called(app, visitor, clock):
    await office(app, wait_minutes=7)
    said = await visitor.ask("Позовите оператора")
    assert CALLED in said["content"]
    assert said["status"] == "complete"
    standing, reason, until = await state(app, visitor)
    assert (standing, reason) == ("waiting", "customer")
    assert (until - clock()).total_seconds() == 7 * 60
    assert await takings(app, visitor) == []
    assert await told(app) == [{"session_id": visitor.session_id, "owner_id": None}]


@pytest.mark.parametrize("wish", ["Позовите оператора", "Call me back, please"])
async def test_without_hours_a_message_is_taken_as_ever(app, visitor, wish):
    said = await visitor.say(wish)
    assert "Что передать" in said or "What should I pass on" in said
    assert "не работаем" not in said
    assert (await state(app, visitor))[0] == "secretary"


@pytest.mark.parametrize("wish", ["Оставить сообщение", "Перезвоните мне", "Call me back, please"])
async def test_who_wants_to_leave_a_message_leaves_one_though_somebody_is_there(app, visitor, wish):
    await office(app)
    await visitor.say(wish)
    assert [row[1] for row in await takings(app, visitor)] == ["question"]
    assert (await state(app, visitor))[0] == "secretary"


async def test_closed_says_when_and_takes_a_message(app, visitor, clock):
    await office(app)
    clock.moment = datetime(2026, 3, 6, 18, tzinfo=UTC)  # Friday evening
    said = await visitor.say("Позовите оператора")
    assert said.startswith("Сейчас мы не работаем. Сотрудник будет на месте в понедельник в 9:00.")
    assert "Что передать" in said
    assert (await state(app, visitor))[0] == "secretary"
    assert [row[1] for row in await takings(app, visitor)] == ["question"]
    assert await told(app) == []


async def test_owners_own_words_for_closed(app, visitor, clock):
    await office(app, closed_text={"ru": "Мы спим, вернёмся {when}!"})
    clock.moment = datetime(2026, 3, 2, 20, tzinfo=UTC)
    assert (await visitor.say("оператор")).startswith("Мы спим, вернёмся завтра в 9:00!")
    english = await Visitor.arrive(visitor.client, language="en")
    assert (await english.say("operator")).startswith(
        "We are closed right now. Somebody will be here tomorrow at 9:00."
    )


async def test_refusal_out_of_hours_says_when_too(app, visitor, clock):
    await office(app, on_unsure=True)
    clock.moment = datetime(2026, 3, 2, 20, tzinfo=UTC)
    said = await visitor.say("Расскажи анекдот")
    assert "завтра в 9:00" in said
    assert "выдумывать не буду" in said
    assert (await state(app, visitor))[0] == "secretary"


async def test_unsure_secretary_calls_a_person_only_where_it_may(app, visitor):
    await office(app)
    assert "Могу передать" in await visitor.say("Расскажи анекдот")
    await office(app, on_unsure=True)
    other = await Visitor.arrive(visitor.client)
    said = await other.say("Расскажи анекдот")
    assert "выдумывать не буду" in said
    assert CALLED in said
    assert (await state(app, other))[:2] == ("waiting", "unsure")


async def test_customers_wish_is_not_a_call_where_the_owner_does_not_want_it(app, visitor):
    await office(app, on_request=False)
    assert "Что передать" in await visitor.say("Позовите оператора")
    assert (await state(app, visitor))[0] == "secretary"


async def test_phrase_of_the_owners_calls_even_where_an_answer_is_known(app, visitor):
    await office(app, words=["доставка"])
    assert CALLED in await visitor.say("Сколько стоит ваша доставка?")
    assert (await state(app, visitor))[:2] == ("waiting", "rule")


async def test_phrase_out_of_hours_is_offered_to_be_passed_on_with_what_was_said(app, visitor, clock):
    await office(app, words=["доставка"])
    clock.moment = datetime(2026, 3, 2, 20, tzinfo=UTC)
    said = await visitor.ask("Где моя доставка?")
    assert "С этим лучше поможет сотрудник" in said["content"]
    assert [button["label"] for button in said["buttons"]] == ["Согласен(на)", "Не нужно"]
    assert await takings(app, visitor) == [("taking", "offer", "Где моя доставка?")]


async def test_what_is_said_while_somebody_is_waited_for_stays_unanswered(app, visitor):
    await office(app)
    await visitor.say("Позовите оператора")
    await visitor.post("Сколько стоит доставка?")
    async with app.units.read() as unit:
        rows = await unit.db.scalars(
            select(ChatMessage).where(ChatMessage.session_id == visitor.session_id).order_by(ChatMessage.seq)
        )
        roles = [row.role for row in rows]
    assert roles == ["user", "assistant", "user"]


async def test_second_wish_calls_nobody_twice(app, visitor):
    await office(app)
    await visitor.say("Позовите оператора")
    await visitor.post("Позовите оператора!!!")
    assert len(await told(app)) == 1


async def test_nobody_came_so_a_message_is_taken_in_the_customers_language(app, visitor, clock):
    await office(app)
    await visitor.say("Позовите оператора")
    await visitor.post("Где мой заказ 17?")
    outlet = Notes()
    assert await give_back_due(app.units, outlet) == 0
    clock.pass_(minutes=11)
    assert await give_back_due(app.units, outlet) == 1
    [(session_id, text, is_automatic)] = outlet.sent
    assert (session_id, is_automatic) == (visitor.session_id, True)
    assert "никто из коллег сейчас не освободился" in text
    assert await takings(app, visitor) == [("taking", "offer", "Где мой заказ 17?")]
    assert (await state(app, visitor))[0] == "secretary"
    assert "Как с вами связаться" in await visitor.say("Да")
    assert await give_back_due(app.units, outlet) == 0


async def test_nobody_came_and_nothing_was_asked_but_for_a_person(app, client, clock):
    await office(app)
    visitor = await Visitor.arrive(client, language="en")
    await visitor.say("I want to talk to a human")
    clock.pass_(minutes=11)
    outlet = Notes()
    await give_back_due(app.units, outlet)
    assert "What should I pass on?" in outlet.sent[0][1]
    assert await takings(app, visitor) == [("taking", "question", "")]


async def test_question_that_nobody_could_answer_is_the_one_to_be_passed_on(app, visitor, clock):
    await office(app, on_unsure=True)
    await visitor.say("Сколько стоит доставка?")
    await visitor.say("Расскажи анекдот")
    await visitor.post("Ну пожалуйста")
    clock.pass_(minutes=11)
    await give_back_due(app.units, Notes())
    assert await takings(app, visitor) == [("taking", "offer", "Расскажи анекдот Ну пожалуйста")]


async def test_person_whose_time_is_up_gives_back_silently(app, visitor, people, clock):
    await office(app)
    await visitor.say("Позовите оператора")
    async with app.units.write() as unit:
        await handover.take(unit, visitor.session_id, people.admin.id, timedelta(minutes=30))
    clock.pass_(minutes=31)
    outlet = Notes()
    assert await give_back_due(app.units, outlet) == 1
    assert outlet.sent == []
    assert await takings(app, visitor) == []
    assert "300" in await visitor.say("Сколько стоит доставка?")


async def test_notice_that_may_not_go_out_stays_in_the_conversation(app, visitor, clock):
    await office(app)
    await visitor.say("Позовите оператора")
    clock.pass_(minutes=11)
    refusal = Conflict("window_closed", en="Too late.", ru="Поздно.")
    assert await give_back_due(app.units, Notes(refusal)) == 1
    assert (await visitor.history())[-1]["content"].startswith("К сожалению")


async def test_panel_chat_is_never_handed_over(app, client, people):
    await office(app, on_unsure=True)
    admin = client.signed_in(people.admin.token)
    session = (await admin.post("/admin/chat/sessions", {})).json()["session"]["id"]
    answer = await admin.post(f"/admin/chat/sessions/{session}/messages", {"content": "Позовите оператора"})
    assert "Что передать" in answer.text
    async with app.units.read() as unit:
        assert (await unit.db.get(ChatSession, session)).state.value == "secretary"


async def test_hours_and_rules_are_set_shown_and_copied(app, client, people):
    admin = client.signed_in(people.admin.token)
    made = (await admin.post("/admin/assistants", {"name": "Night"})).json()["assistant"]
    assert made["hours"] is None
    assert made["handover"] == {
        "on_request": True, "on_unsure": False, "words": [], "wait_minutes": 10, "hold_minutes": 60,
    }  # fmt: skip
    hours = {"weekly": OFFICE, "holidays": [{"from": "2026-01-01", "to": "2026-01-08", "name": "", "spans": []}]}
    body = {"hours": hours, "handover": {"on_unsure": True, "words": ["жалоба"], "wait_minutes": 3}}
    changed = await admin.put(f"/admin/assistants/{made['id']}", body)
    assert changed.status == 200, changed.text
    shown = (await admin.get(f"/admin/assistants/{made['id']}")).json()["assistant"]
    assert shown["hours"] == {**hours, "closed_text": {}}
    assert shown["handover"]["words"] == ["жалоба"]
    async with app.units.write() as unit:
        copy = await assistants.clone(unit, await assistants.get(unit, made["id"]), "Copy")
        assert copy.hours.weekly["mon"][0].start == "09:00"
        assert copy.handover.wait_minutes == 3


@pytest.mark.parametrize(
    "body",
    [{"hours": {"weekly": {"mon": [{"from": "9", "to": "18:00"}]}}}, {"hours": {"weekly": {"someday": []}}},
     {"handover": {"wait_minutes": 0}}, {"handover": {"words": ["!"]}}, {"handover": {"unknown": 1}}],
)  # fmt: skip
async def test_bad_hours_and_rules_are_refused(client, people, body):
    admin = client.signed_in(people.admin.token)
    [first] = (await admin.get("/admin/assistants")).json()["assistants"][:1]
    assert (await admin.put(f"/admin/assistants/{first['id']}", body)).status == 422


async def test_everybody_who_tells_people_is_told(units):
    class Way:
        def __init__(self):
            self.heard = []

        async def message_taken(self, unit, request_id, owner_id):
            self.heard.append(("taken", request_id, owner_id))

        async def person_wanted(self, unit, session_id, owner_id, reason):
            self.heard.append(("wanted", session_id, owner_id, reason))

    ways = [Way(), Way()]
    async with units.read() as unit:
        await All(ways).message_taken(unit, "r", None)
        await All(ways).person_wanted(unit, "s", "o", "rule")
    assert [way.heard for way in ways] == [[("taken", "r", None), ("wanted", "s", "o", "rule")]] * 2
