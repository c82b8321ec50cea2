"""A message that is taken in a conversation and read by the owner."""

import pytest
from sqlalchemy import select
from tests.support.visitor import Visitor

from secretary.assistant.models import Request
from secretary.legal.models import Consent


async def leave_message(visitor, question="Есть ли скидка для школ?"):
    await visitor.say("Позовите человека")
    for said in (question, "Согласен(на)", "+7 900 000-00-00", "Иван", "Срочно", "Утром"):
        last = await visitor.say(said)
    return last


@pytest.mark.parametrize(
    "wish",
    ["Позовите оператора", "хочу поговорить с менеджером", "Оставить сообщение", "Перезвоните, пожалуйста",
     "живой человек", "оператор", "I want to talk to a human", "Leave a message", "call me back"],
)  # fmt: skip
async def test_who_asks_for_a_person_is_not_argued_with(visitor, wish):
    message = await visitor.ask(wish)
    assert any(part in message["content"] for part in ("Что передать", "What should I pass on"))


@pytest.mark.parametrize(
    "text", ["Сколько человек работает у вас?", "Как найти человека, который меня обманул, и что мне делать"]
)
async def test_a_person_mentioned_is_not_a_person_asked_for(visitor, text):
    assert "Что передать" not in await visitor.say(text)


async def test_message_reaches_the_owner_with_everything_said(client, visitor, people):
    last = await leave_message(visitor)
    assert "Иван" in last
    listed = await client.signed_in(people.admin.token).get("/admin/requests")
    [request] = listed.json()["requests"]
    assert listed.json()["total"] == 1
    assert request["question"] == "Есть ли скидка для школ?"
    assert (request["name"], request["contact"]) == ("Иван", "+7 900 000-00-00")
    assert (request["urgency"], request["call_back"], request["status"]) == ("urgent", "Утром", "new")
    assert request["session_id"] == visitor.session_id


async def test_consent_is_stored_with_its_version_before_the_contact(app, visitor):
    await visitor.say("Оставить сообщение")
    await visitor.say("Вопрос о заказе")
    async with app.units.read() as unit:
        assert (await unit.db.scalars(select(Consent))).all() == []
    await visitor.say("Да")
    async with app.units.read() as unit:
        consents = (await unit.db.scalars(select(Consent))).all()
    assert {consent.consent_type for consent in consents} == {"privacy_policy", "data_processing"}
    assert {consent.consent_version for consent in consents} == {"1.0"}


async def test_unfinished_and_declined_messages_are_not_shown(client, visitor, people):
    await visitor.say("Расскажи анекдот")
    await visitor.say("Не нужно")
    await visitor.say("Оставить сообщение")
    assert (await client.signed_in(people.admin.token).get("/admin/requests")).json()["total"] == 0


async def test_faq_still_answers_while_a_message_is_taken_and_the_question_is_asked_again(visitor):
    await visitor.say("Оставить сообщение")
    await visitor.say("Вопрос о заказе")
    answered = await visitor.ask("Сколько стоит доставка?")
    assert "300" in answered["content"]
    assert "согласие" in answered["content"]
    assert answered["buttons"]
    assert "Как с вами связаться" in await visitor.say("Да")


async def test_done_message_leaves_the_list_of_new_ones(client, visitor, people):
    await leave_message(visitor)
    admin = client.signed_in(people.admin.token)
    [request] = (await admin.get("/admin/requests?status=new")).json()["requests"]
    assert (await admin.put(f"/admin/requests/{request['id']}", {"status": "done"})).status == 200
    assert (await admin.get("/admin/requests?status=new")).json()["total"] == 0
    assert (await admin.get("/admin/requests?status=done")).json()["total"] == 1


async def test_messages_are_not_for_guests_and_unknown_ones_are_not_found(client, people):
    assert (await client.get("/admin/requests")).status == 401
    assert (await client.signed_in(people.guest.token).get("/admin/requests")).status == 403
    assert (await client.signed_in(people.admin.token).put("/admin/requests/nope", {"status": "done"})).status == 404


@pytest.mark.parametrize(("query", "word"), [("?lang=ru", "152-ФЗ"), ("?lang=en", "consent"), ("", "consent")])
async def test_privacy_policy_is_there_in_both_languages(client, query, word):
    page = await client.get(f"/privacy-policy{query}")
    assert page.status == 200
    assert word in page.text
    assert "Магазин «Вектор»" in page.text


async def test_offer_lapses_when_the_customer_asks_something_else(app, visitor):
    await visitor.say("Расскажи анекдот")
    assert "300" in await visitor.say("Сколько стоит доставка?")
    again = await visitor.ask("А стихи знаешь?")
    assert "выдумывать не буду" in again["content"], "a new question is not an answer to the old offer"
    await visitor.say("Да")
    async with app.units.read() as unit:
        rows = (await unit.db.scalars(select(Request).order_by(Request.created))).all()
    assert [(row.status, row.question) for row in rows] == [
        ("declined", "Расскажи анекдот"),
        ("taking", "А стихи знаешь?"),
    ]


async def test_contact_instead_of_a_yes_does_not_lapse_the_offer(visitor):
    await visitor.say("Расскажи анекдот")
    assert "Без согласия" in await visitor.say("+7 900 000-00-00")
    assert "Как с вами связаться" in await visitor.say("да")


async def test_language_stays_while_a_message_is_taken(visitor):
    await visitor.say("Оставить сообщение")
    await visitor.say("Вопрос о заказе")
    await visitor.say("ok")
    assert await visitor.say("maria@example.com") == "Как к вам обращаться?"
    assert await visitor.say("Maria") == "Насколько это срочно?"
    assert await visitor.say("ASAP") == "Когда вам удобно ответить или перезвонить?"


async def test_user_sees_the_messages_of_his_own_channels_only(client, people, visitor):
    await leave_message(visitor)
    user = client.signed_in(people.user.token)
    assert (await user.get("/admin/requests")).json()["total"] == 0
    widget = (await user.post("/admin/widget/instances", {"name": "Mine"})).json()["instance"]
    await leave_message(await Visitor.arrive(client, widget["id"]))
    [mine] = (await user.get("/admin/requests")).json()["requests"]
    assert (await user.put(f"/admin/requests/{mine['id']}", {"status": "done"})).status == 200
    other = client.signed_in(people.other.token)
    assert (await other.put(f"/admin/requests/{mine['id']}", {"status": "new"})).status == 404
