"""Why an answer was given: what is kept with it, and who may ask."""

import pytest
from tests.support.models import ScriptedModel
from tests.support.visitor import Visitor

from secretary.app import Ports


@pytest.fixture
def model():
    return ScriptedModel(["Привезём завтра."])


@pytest.fixture
def ports(database, model):
    return Ports(models={"scripted": model}, database=database)


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


async def why(caller, session_id, answer_id):
    return await caller.get(f"/admin/chat/sessions/{session_id}/messages/{answer_id}/why")


async def test_an_answer_of_the_faq_names_its_entry(client, admin):
    await admin.post("/admin/faq", {"trigger": "Где вы находитесь?", "response": "На Тверской."})
    visitor = await Visitor.arrive(client)
    answer = await visitor.ask("где вы находитесь")
    told = (await why(admin, visitor.session_id, answer["id"])).json()
    assert told["answered_by"] == "faq"
    assert told["why"]["faq"]["question"] == "Где вы находитесь?"
    assert [(each["stage"], each["outcome"]) for each in told["why"]["stages"]] == [
        ("admit", "passed"),
        ("hand_over", "passed"),
        ("faq", "answered"),
    ]
    assert told["calls"] == []


async def test_an_answer_of_the_model_names_the_model_and_its_calls(client, admin, app):
    visitor = await Visitor.arrive(client)
    answer = await visitor.ask("Сколько звёзд на небе над Саратовом?")
    await app.ledger.flush()
    told = (await why(admin, visitor.session_id, answer["id"])).json()
    assert told["answered_by"] == "llm"
    assert told["why"]["stages"][-1]["outcome"] == "answered"
    assert told["why"]["is_answer"] is False
    assert [call["action"] for call in told["calls"]] == ["chat"]
    assert told["calls"][0]["backend"] == "scripted"


async def test_what_one_question_called_is_not_anothers(client, admin, app):
    visitor = await Visitor.arrive(client)
    await visitor.ask("Сколько звёзд на небе над Саратовом?")
    other = await Visitor.arrive(client)
    answer = await other.ask("Сколько звёзд на небе над Саратовом?")
    await app.ledger.flush()
    assert len((await why(admin, other.session_id, answer["id"])).json()["calls"]) == 1


async def test_passages_that_were_found_are_told_with_their_scores(client, admin):
    text = "# Возврат\n\nЛампу можно вернуть в течение четырнадцати дней с чеком в пункте выдачи."
    await admin.post("/admin/wiki-rag/documents/text", {"title": "Возврат", "content": text})
    visitor = await Visitor.arrive(client)
    answer = await visitor.ask("Как вернуть лампу без упаковки с чеком?")
    told = (await why(admin, visitor.session_id, answer["id"])).json()
    passages = told["why"]["passages"]
    assert passages[0]["title"] == "Возврат"
    assert 0 < passages[0]["score"] <= 1
    assert told["why"]["engine"]


async def test_another_users_conversation_is_not_explained(client, people, admin):
    mine = client.signed_in(people.user.token)
    session = (await mine.post("/admin/chat/sessions", {})).json()["session"]
    exchanged = (await mine.post(f"/admin/chat/sessions/{session['id']}/messages", {"content": "Привет"})).json()
    answer_id = exchanged["response"]["id"]
    assert (await why(mine, session["id"], answer_id)).status == 200
    assert (await why(client.signed_in(people.other.token), session["id"], answer_id)).status == 404
    assert (await why(admin, session["id"], "nothing")).status == 404


async def test_a_question_has_no_why(client, admin):
    session = (await admin.post("/admin/chat/sessions", {})).json()["session"]
    url = f"/admin/chat/sessions/{session['id']}/messages"
    exchanged = (await admin.post(url, {"content": "Привет"})).json()
    assert (await why(admin, session["id"], exchanged["message"]["id"])).json()["why"] is None
