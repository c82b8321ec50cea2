"""The panel's chat: whose it is, asking and listening, branches, search, notes, export, and the chat of scripts."""

import asyncio
import re
from urllib.parse import quote

import orjson
import pytest
from tests.support.chat import SESSIONS, Chatter
from tests.support.client import Client
from tests.support.models import ScriptedModel
from tests.support.visitor import Visitor

from secretary.app import Ports, build
from secretary.assistant.runner import Limits
from secretary.llm.errors import llm_error

FREE = "Tell me something about the sea"
ANSWER_ID = re.compile(r'"answer_id":"([^"]+)"')


@pytest.fixture
def model():
    return ScriptedModel()


@pytest.fixture
def ports(database, model):
    return Ports(models={"scripted": model}, database=database, limits=Limits(turn_s=5, drain_s=0.05))


@pytest.fixture
def chatter(client, people, run):
    return run(Chatter.sit_down(client, people.user.token))


async def test_message_is_answered_and_both_are_stored_with_their_facts(chatter, model):
    done = await chatter.ask(FREE)
    assert done["error"] is None
    assert (done["message"]["role"], done["message"]["content"]) == ("user", FREE)
    answer = done["response"]
    assert (answer["content"], answer["status"], answer["model"]) == ("Hello, world", "complete", "scripted-1")
    opened = await chatter.read()
    assert [message["id"] for message in opened["session"]["messages"]] == [done["message"]["id"], answer["id"]]
    assert opened["session"]["title"] == FREE
    assert (opened["has_more"], opened["before"], opened["sibling_info"]) == (False, None, {})


async def test_repeated_message_is_stored_once(chatter, model):
    first = await chatter.ask(FREE, message_id="the-same-id")
    again = await chatter.ask(FREE, message_id="the-same-id")
    assert first == again
    assert len(model.prompts) == 1


async def test_answer_is_streamed_with_ids_that_a_listener_resumes_from(chatter, model):
    gate = asyncio.Event()
    model.script = ("Hel", gate, "lo")
    stream = await chatter.begin(FREE)
    heard = await stream.until('"content":"Hel"')
    assert "id: 3\n" in heard
    answer_id = ANSWER_ID.search(heard)[1]
    await stream.close()
    gate.set()
    url = chatter.url(f"/messages/{answer_id}/stream")
    rest = await chatter.client.get(url, headers={"last-event-id": "3"})
    assert rest.headers["content-type"].startswith("text/event-stream")
    assert [event["type"] for event in rest.events()] == ["chunk", "assistant_message"]
    assert rest.events()[0]["content"] == "lo"
    assert rest.events()[1]["message"]["content"] == "Hello"
    assert rest.text.endswith("data: [DONE]\n\n")


async def test_quiet_stream_is_kept_alive(chatter, model, monkeypatch):
    monkeypatch.setattr("secretary.web.sse.PING_S", 0.05)
    gate = asyncio.Event()
    model.script = (gate, "at last")
    stream = await chatter.begin(FREE)
    assert ": ping" in await stream.until(": ping")
    gate.set()
    assert "at last" in await stream.until("[DONE]")


async def test_stop_button_keeps_what_was_said(chatter, model):
    model.script = ("Said", asyncio.Event(), "never")
    stream = await chatter.begin(FREE)
    answer_id = ANSWER_ID.search(await stream.until("Said"))[1]
    assert (await chatter.client.post(chatter.url(f"/messages/{answer_id}/cancel"))).status == 202
    assert '"status":"cancelled"' in await stream.until("[DONE]")
    assert (await chatter.says())[-1] == "Said"


async def test_stream_ends_when_the_listener_is_signed_out(app, chatter, people, model):
    from secretary.accounts import service

    model.script = ("Said", asyncio.Event())
    stream = await chatter.begin(FREE)
    await stream.until("Said")
    async with app.units.write() as unit:
        await service.deactivate(unit, await service.user_of(unit, people.user.id))
    assert "signed_out" in await asyncio.wait_for(stream.until("signed_out"), 5)


async def test_answer_can_be_left_and_listened_to_later(chatter, model):
    gate = asyncio.Event()
    model.script = (gate, "later")
    answer = await chatter.client.post(chatter.url("/messages?wait=false"), {"content": FREE})
    assert answer.json()["response"]["status"] == "queued"
    gate.set()
    url = chatter.url(f"/messages/{answer.json()['response']['id']}/stream")
    assert (await chatter.client.get(url)).events()[-1]["message"]["content"] == "later"


async def test_failure_is_told_safely(chatter, model):
    model.script = ("Half", llm_error("llm_truncated"))
    done = await chatter.ask(FREE)
    assert done["error"]["code"] == "llm_truncated"
    assert (done["response"]["content"], done["response"]["status"]) == ("Half", "interrupted")


async def test_override_is_for_one_answer_only(app, chatter, model):
    other = ScriptedModel(script=("other",), name="other")
    app.backends._fixed["other"] = app.backends._fixed_backend("other", other, None)
    override = {
        "llm_backend": "other",
        "system_prompt": "You are a pirate.",
        "llm_params": {"temperature": 0.0, "max_tokens": 7},
    }
    assert (await chatter.ask(FREE, llm_override=override))["response"]["content"] == "other"
    [prompt] = other.prompts
    assert prompt.messages[0].content.startswith("You are a pirate.")
    assert (prompt.sampling.temperature, prompt.sampling.max_tokens) == (0.0, 7)
    assert (await chatter.ask("And now?"))["response"]["content"] == "Hello, world"
    assert "pirate" not in model.prompts[0].messages[0].content
    assert model.prompts[0].sampling.temperature > 0


async def test_override_survives_a_restart(app, chatter, model):
    model.script = (asyncio.Event(),)
    override = {"system_prompt": "You are a pirate."}
    answer = await chatter.client.post(chatter.url("/messages?wait=false"), {"content": FREE, "llm_override": override})
    while not model.prompts:
        await asyncio.sleep(0.01)
    await app.turns.stop()
    model.script = ("after the restart",)
    await app.turns.start(everything=True)
    url = chatter.url(f"/messages/{answer.json()['response']['id']}/stream")
    assert (await chatter.client.get(url)).events()[-1]["message"]["content"] == "after the restart"
    assert model.prompts[-1].messages[0].content.startswith("You are a pirate.")


@pytest.mark.parametrize(
    "override", [{"llm_backend": "nothing"}, {"llm_params": {"temperature": 9}}, {"more": 1}, {"llm_backend": ""}]
)
async def test_override_that_makes_no_sense_is_refused_and_nothing_is_stored(chatter, override):
    assert (await chatter.send(FREE, llm_override=override)).status == 422
    assert (await chatter.read())["session"]["messages"] == []


async def test_own_prompt_of_a_conversation_is_used_and_can_be_taken_away(chatter, model):
    put = await chatter.client.put(chatter.url(), {"title": "Renamed", "system_prompt": "You are a poet."})
    assert (put.json()["session"]["title"], put.json()["session"]["system_prompt"]) == ("Renamed", "You are a poet.")
    await chatter.ask(FREE)
    assert model.prompts[0].messages[0].content.startswith("You are a poet.")
    put = await chatter.client.put(chatter.url(), {"system_prompt": ""})
    assert (put.json()["session"]["title"], put.json()["session"]["system_prompt"]) == ("Renamed", None)


async def test_edit_makes_a_sibling_and_the_model_hears_only_its_own_branch(chatter, model):
    first = await chatter.ask("First question?")
    second = await chatter.ask("Second question?")
    model.script = ("Edited answer",)
    done = await chatter.edit(second["message"]["id"], "Another question?")
    assert done["message"]["edited"] is True
    assert done["message"]["parent_id"] == first["response"]["id"]
    assert [message.content for message in model.prompts[-1].messages[1:]] == [
        "First question?",
        "Hello, world",
        "Another question?",
    ]
    opened = await chatter.read()
    assert [message["content"] for message in opened["session"]["messages"]][2:] == [
        "Another question?",
        "Edited answer",
    ]
    siblings = [second["message"]["id"], done["message"]["id"]]
    assert opened["sibling_info"] == {done["message"]["id"]: {"index": 1, "total": 2, "siblings": siblings}}


async def test_first_message_can_be_edited(chatter):
    first = await chatter.ask("First question?")
    await chatter.ask("Second question?")
    done = await chatter.edit(first["message"]["id"], "Quite another?")
    assert done["message"]["parent_id"] is None
    assert await chatter.says() == ["Quite another?", "Hello, world"]


async def test_regenerated_answers_are_counted_and_switched(chatter, model):
    first = await chatter.ask(FREE)
    for script in ("second", "third"):
        model.script = (script,)
        await chatter.regenerate(first["response"]["id"])
    opened = await chatter.read()
    shown = opened["session"]["messages"][-1]
    info = opened["sibling_info"][shown["id"]]
    assert (shown["content"], info["index"], info["total"]) == ("third", 2, 3)
    switched = await chatter.switch(info["siblings"][0])
    assert switched.json()["status"] == "ok"
    assert switched.json()["session"]["messages"][-1]["content"] == "Hello, world"
    assert await chatter.says() == [FREE, "Hello, world"]


async def test_deep_switch_shows_one_branch_only(chatter, model):
    first = await chatter.ask("One?")
    await chatter.ask("Two?")
    edited = await chatter.edit(first["message"]["id"], "Uno?")
    await chatter.ask("Dos?")
    await chatter.edit(edited["message"]["id"], "Eins?")
    await chatter.switch(first["response"]["id"])
    assert await chatter.says() == ["One?", "Hello, world", "Two?", "Hello, world"]


async def test_delete_takes_the_subtree_and_nothing_else(chatter, model):
    first = await chatter.ask("One?")
    second = await chatter.ask("Two?")
    edited = await chatter.edit(second["message"]["id"], "Zwei?")
    assert (await chatter.delete(edited["message"]["id"])).json() == {"status": "ok"}
    assert await chatter.says() == ["One?", "Hello, world", "Two?", "Hello, world"]
    assert (await chatter.delete(second["message"]["id"])).status == 200
    assert await chatter.says() == ["One?", "Hello, world"]
    assert (await chatter.read())["session"]["message_count"] == 2
    assert (await chatter.delete(first["message"]["id"])).status == 200
    opened = await chatter.read()
    assert (opened["session"]["messages"], opened["session"]["last_message"]) == ([], "")
    assert (await chatter.ask("Again?"))["message"]["parent_id"] is None


async def test_deleting_an_answer_that_is_being_given_stops_it(app, chatter, model):
    model.script = ("Said", asyncio.Event())
    stream = await chatter.begin(FREE)
    answer_id = ANSWER_ID.search(await stream.until("Said"))[1]
    assert (await chatter.delete(answer_id)).status == 200
    await stream.until("[DONE]")
    assert model.cancelled == 1
    assert await chatter.says() == [FREE]


async def test_answers_cannot_be_edited_and_questions_not_rated(chatter):
    done = await chatter.ask(FREE)
    url = chatter.url(f"/messages/{done['response']['id']}")
    assert (await chatter.client.put(url, {"content": "x"})).json()["code"] == "not_a_question"
    url = chatter.url(f"/messages/{done['message']['id']}/feedback")
    assert (await chatter.client.post(url, {"value": 1})).json()["code"] == "not_an_answer"


async def test_tree_is_nested_and_previews_are_short(chatter, model):
    first = await chatter.ask("Long " * 30)
    model.script = ("again",)
    await chatter.regenerate(first["response"]["id"])
    [root] = (await chatter.client.get(chatter.url("/branches"))).json()["branches"]
    assert len(root["content_preview"]) == 50
    assert [(node["content_preview"], node["is_active"]) for node in root["children"]] == [
        ("Hello, world", False),
        ("again", True),
    ]
    [shallow] = (await chatter.client.get(chatter.url("/branches?levels=1"))).json()["branches"]
    assert (shallow["children"], shallow["more"]) == ([], True)
    start = first["response"]["id"]
    [node] = (await chatter.client.get(chatter.url(f"/branches?from={start}"))).json()["branches"]
    assert (node["id"], node["more"]) == (start, False)


async def test_history_is_read_in_pages_from_its_end(chatter):
    for number in range(4):
        await chatter.ask(f"Question number {number}?")
    page = await chatter.read("?last=3")
    assert [message["seq"] for message in page["session"]["messages"]] == [6, 7, 8]
    assert page["has_more"] is True
    earlier = await chatter.read(f"?last=3&before={page['before']}")
    assert [message["seq"] for message in earlier["session"]["messages"]] == [3, 4, 5]
    first = await chatter.read(f"?last=3&before={earlier['before']}")
    assert ([message["seq"] for message in first["session"]["messages"]], first["has_more"]) == ([1, 2], False)


async def test_list_shows_the_latest_first_with_count_and_last_words(client, people, chatter):
    other = await Chatter.sit_down(client, people.user.token, title="My notes")
    await chatter.ask(FREE)
    listed = await chatter.listed()
    assert listed["total"] == 2
    assert [session["id"] for session in listed["sessions"]] == [chatter.id, other.id]
    top = listed["sessions"][0]
    assert (top["message_count"], top["last_message"], top["source"]) == (2, "Hello, world", "admin")
    assert (top["owner_id"], top["title"]) == (people.user.id, FREE)
    assert [each["id"] for each in (await chatter.listed("?limit=1&offset=1"))["sessions"]] == [other.id]


async def test_list_is_grouped_by_source(client, people, visitor, chatter):
    await visitor.say(FREE)
    grouped = (await client.signed_in(people.admin.token).get(f"{SESSIONS}?group_by=source")).json()
    assert grouped["grouped"] is True
    assert {source: [each["id"] for each in rows] for source, rows in grouped["sessions"].items()} == {
        "admin": [chatter.id],
        "widget": [visitor.session_id],
    }
    assert grouped["total"] == 2
    only = (await client.signed_in(people.admin.token).get(f"{SESSIONS}?source=widget")).json()
    assert [each["id"] for each in only["sessions"]] == [visitor.session_id]


async def test_conversations_are_seen_by_their_owner_and_admins_and_customers_by_staff(
    client, people, visitor, chatter
):
    async def seen_by(person):
        answer = await client.signed_in(person.token).get(SESSIONS)
        return {session["id"] for session in answer.json()["sessions"]}

    assert await seen_by(people.user) == {chatter.id, visitor.session_id}
    assert await seen_by(people.other) == {visitor.session_id}
    assert await seen_by(people.web) == {visitor.session_id}
    assert await seen_by(people.guest) == set()
    assert await seen_by(people.admin) == {chatter.id, visitor.session_id}


async def test_foreign_conversation_is_unknown_on_every_path(client, people, chatter):
    done = await chatter.ask(FREE)
    note = (await chatter.client.post(chatter.url("/notes"), {"text": "x"})).json()["note"]
    question, answer = done["message"]["id"], done["response"]["id"]
    stranger = client.signed_in(people.other.token)
    calls = [
        ("GET", "", None),
        ("PUT", "", {"title": "mine"}),
        ("DELETE", "", None),
        ("POST", "/messages", {"content": "hi"}),
        ("POST", "/stream", {"content": "hi"}),
        ("PUT", f"/messages/{question}", {"content": "hi"}),
        ("DELETE", f"/messages/{question}", None),
        ("POST", f"/messages/{answer}/regenerate", {}),
        ("POST", f"/messages/{answer}/cancel", None),
        ("GET", f"/messages/{answer}/stream", None),
        ("POST", f"/messages/{answer}/feedback", {"value": 1}),
        ("GET", "/branches", None),
        ("POST", "/branches/switch", {"message_id": question}),
        ("GET", "/notes", None),
        ("POST", "/notes", {"text": "hi"}),
        ("DELETE", f"/notes/{note['id']}", None),
        ("GET", "/export", None),
    ]
    for method, rest, body in calls:
        answered = await stranger.request(method, chatter.url(rest), body)
        assert (answered.status, answered.json()["code"]) == (404, "no_such_session"), (method, rest)
    found = await stranger.get(f"/admin/chat/search?q=sea&session_id={chatter.id}")
    assert found.status == 404
    assert (await stranger.post(f"{SESSIONS}/bulk-delete", {"session_ids": [chatter.id]})).json()["deleted"] == 0
    assert await chatter.says() == [FREE, "Hello, world"]


async def test_customer_of_nobody_is_read_but_not_touched_by_staff(client, people, visitor):
    await visitor.say(FREE)
    staff = Chatter(client.signed_in(people.user.token), visitor.session_id)
    assert await staff.says() == [FREE, "Hello, world"]
    assert (await staff.send("hi")).status == 404
    assert (await staff.client.delete(staff.url())).status == 404
    admin = Chatter(client.signed_in(people.admin.token), visitor.session_id)
    assert (await admin.send("hi")).status == 200


async def test_message_of_another_conversation_is_unknown(client, people, chatter):
    done = await chatter.ask(FREE)
    other = await Chatter.sit_down(client, people.user.token)
    note = (await chatter.client.post(chatter.url("/notes"), {"text": "x"})).json()["note"]
    for method, rest, body in [
        ("PUT", f"/messages/{done['message']['id']}", {"content": "hi"}),
        ("DELETE", f"/messages/{done['message']['id']}", None),
        ("POST", f"/messages/{done['response']['id']}/regenerate", {}),
        ("POST", f"/messages/{done['response']['id']}/cancel", None),
        ("GET", f"/messages/{done['response']['id']}/stream", None),
        ("POST", f"/messages/{done['response']['id']}/feedback", {"value": 1}),
        ("POST", "/branches/switch", {"message_id": done["message"]["id"]}),
        ("DELETE", f"/notes/{note['id']}", None),
    ]:
        assert (await other.client.request(method, other.url(rest), body)).status == 404, rest
    assert (await other.client.get(other.url(f"/branches?from={done['message']['id']}"))).json() == {"branches": []}


async def test_new_conversation_takes_no_foreign_assistant_and_no_other_channel(client, people):
    admin, user = client.signed_in(people.admin.token), client.signed_in(people.user.token)
    assistant = (await admin.post("/admin/assistants", {"name": "Hers"})).json()["assistant"]
    assert (await user.post(SESSIONS, {"assistant_id": assistant["id"]})).status == 404
    assert (await user.post(SESSIONS, {"source": "telegram"})).status == 403
    stored = await admin.post(SESSIONS, {"source": "telegram", "source_id": "bot:1"})
    assert stored.json()["session"]["source"] == "telegram"


async def test_several_conversations_are_deleted_at_once(client, people, chatter):
    await chatter.ask(FREE)
    other = await Chatter.sit_down(client, people.user.token)
    foreign = await Chatter.sit_down(client, people.other.token)
    answer = await chatter.client.post(
        f"{SESSIONS}/bulk-delete", {"session_ids": [chatter.id, other.id, foreign.id, "nothing"]}
    )
    assert answer.json() == {"status": "ok", "deleted": 2}
    assert (await chatter.listed())["total"] == 0
    assert (await foreign.listed())["total"] == 1


async def test_search_finds_inflected_words_in_both_languages_with_marks(client, people, chatter):
    await chatter.ask("Когда привезут мои тёплые заказы?")
    await chatter.ask("Where are the wooden boats?")
    for words in ("заказ тёплый", "ТЕПЛЫМ ЗАКАЗОМ", "boat", "wood boats"):
        found = (await chatter.client.get(f"/admin/chat/search?q={quote(words)}")).json()
        if words == "wood boats":
            assert found == {"results": [], "total": 0}
            continue
        assert found["total"] == 1, words
        [result] = found["results"]
        assert result["session_id"] == chatter.id
        marked = [result["snippet"][start:end] for start, end in result["marks"]]
        assert marked in (["тёплые", "заказы"], ["boats"])
    assert (await client.signed_in(people.other.token).get("/admin/chat/search?q=boat")).json()["total"] == 0
    assert (await client.signed_in(people.admin.token).get("/admin/chat/search?q=boat")).json()["total"] == 1


@pytest.mark.parametrize(
    "words",
    [
        '"',
        "'",
        "*",
        "boat*",
        "words:boat",
        "NEAR(a b)",
        "a AND",
        "NOT boat",
        "^boat",
        "(((",
        "_onobody",
        "%",
        "\\",
        "'|'",
        "x' | 'y",
    ],
)
async def test_search_takes_any_words_literally(chatter, words):
    await chatter.ask("A boat.")
    answer = await chatter.client.get(f"/admin/chat/search?q={quote(words)}")
    assert answer.status == 200, answer.text
    assert (answer.json()["total"] > 0) == (words in ("boat*", "^boat"))


async def test_search_in_the_list_finds_titles_and_what_was_said(client, people, chatter):
    await chatter.ask("Where are the wooden boats?")
    other = await Chatter.sit_down(client, people.user.token, title="Осенние каталоги")
    assert [each["id"] for each in (await chatter.listed("?q=boat"))["sessions"]] == [chatter.id]
    title = quote("осенний каталог")
    assert [each["id"] for each in (await chatter.listed(f"?q={title}"))["sessions"]] == [other.id]
    await other.client.put(other.url(), {"title": "Spring"})
    assert (await chatter.listed(f"?q={title}"))["total"] == 0
    assert (await chatter.listed("?q=spring"))["total"] == 1


async def test_deleted_messages_are_not_found(chatter):
    done = await chatter.ask("Where are the wooden boats?")
    await chatter.delete(done["message"]["id"])
    assert (await chatter.client.get("/admin/chat/search?q=boat")).json()["total"] == 0


async def test_thumbs_are_kept_and_taken_back(chatter):
    done = await chatter.ask(FREE)
    url = chatter.url(f"/messages/{done['response']['id']}/feedback")
    rated = (await chatter.client.post(url, {"value": -1, "comment": "wrong"})).json()["message"]
    assert (rated["feedback"], rated["feedback_comment"]) == (-1, "wrong")
    rated = (await chatter.client.post(url, {"value": 0})).json()["message"]
    assert (rated["feedback"], rated["feedback_comment"]) == (None, None)
    assert (await chatter.client.post(url, {"value": 2})).status == 422


async def test_visitor_rates_an_answer_of_his_own_conversation_only(client, people, visitor):
    message = await visitor.ask(FREE)
    url = visitor.url(f"/messages/{message['id']}/feedback")
    assert (await client.post(url, {"value": 1}, headers=visitor.headers)).json() == {"status": "ok"}
    stranger = await Visitor.arrive(client)
    assert (await client.post(url, {"value": -1}, headers=stranger.headers)).status == 404
    foreign = stranger.url(f"/messages/{message['id']}/feedback")
    assert (await client.post(foreign, {"value": -1}, headers=stranger.headers)).status == 404
    assert (await client.post(url, {"value": 1})).status == 401
    admin = Chatter(client.signed_in(people.admin.token), visitor.session_id)
    assert (await admin.read())["session"]["messages"][-1]["feedback"] == 1


async def test_notes_stay_between_colleagues(client, people, visitor, model):
    await visitor.say(FREE)
    admin = Chatter(client.signed_in(people.admin.token), visitor.session_id)
    note = (await admin.client.post(admin.url("/notes"), {"text": "Hush: a difficult one"})).json()["note"]
    assert note["author_id"] == people.admin.id
    listed = (await admin.client.get(admin.url("/notes"))).json()
    assert (listed["total"], [each["text"] for each in listed["notes"]]) == (1, ["Hush: a difficult one"])
    await visitor.say("And more?")
    assert "Hush" not in str(await visitor.history())
    assert not any("Hush" in message.content for prompt in model.prompts for message in prompt.messages)
    for form in ("json", "markdown", "txt"):
        assert "Hush" not in (await admin.client.get(admin.url(f"/export?format={form}"))).text
    assert (await admin.client.get("/admin/chat/search?q=hush")).json()["total"] == 0
    assert (await admin.client.delete(admin.url(f"/notes/{note['id']}"))).status == 200
    assert (await admin.client.get(admin.url("/notes"))).json()["total"] == 0


async def test_export_has_all_branches_as_json_and_the_visible_one_as_text(chatter, model, monkeypatch):
    monkeypatch.setattr("secretary.assistant.chat.export.PAGE", 2)
    first = await chatter.ask("One?")
    model.script = ("Anew",)
    await chatter.regenerate(first["response"]["id"])
    await chatter.ask("Two?")
    answer = await chatter.client.get(chatter.url("/export"))
    assert answer.headers["content-disposition"] == f'attachment; filename="conversation-{chatter.id}.json"'
    whole = orjson.loads(answer.content)
    assert whole["session"]["id"] == chatter.id
    assert [message["content"] for message in whole["messages"]] == ["One?", "Hello, world", "Anew", "Two?", "Anew"]
    text = (await chatter.client.get(chatter.url("/export?format=txt"))).text
    assert "One?" in text
    assert "Hello, world" not in text
    markdown = await chatter.client.get(chatter.url("/export?format=markdown"))
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert markdown.text.startswith("# One?")
    assert (await chatter.client.get(chatter.url("/export?format=exe"))).status == 422


async def test_empty_conversation_is_exported(chatter):
    assert orjson.loads((await chatter.client.get(chatter.url("/export"))).content)["messages"] == []


async def test_chat_goes_on_with_the_callers_own_conversation(client, people, model):
    user, other = client.signed_in(people.user.token), client.signed_in(people.other.token)
    first = (await user.post("/chat", {"text": FREE})).json()
    assert first["response"] == "Hello, world"
    again = (await user.post("/chat", {"text": "And more?"})).json()
    assert again["session_id"] == first["session_id"]
    assert [message.content for message in model.prompts[-1].messages[1:]] == [FREE, "Hello, world", "And more?"]
    foreign = (await other.post("/chat", {"text": "What did they say?"})).json()
    assert foreign["session_id"] != first["session_id"]
    assert [message.content for message in model.prompts[-1].messages[1:]] == ["What did they say?"]
    assert (await other.post("/chat", {"text": "hi", "session_id": first["session_id"]})).status == 404
    assert (await user.post("/chat", {"text": "hi", "session_id": first["session_id"]})).status == 200
    assert (await client.post("/chat", {"text": "hi"})).status == 401


async def test_reset_begins_anew_and_history_is_the_callers_own(client, people, model):
    user, other = client.signed_in(people.user.token), client.signed_in(people.other.token)
    assert (await user.get("/admin/llm/history")).json() == {"history": [], "count": 0}
    first = (await user.post("/chat", {"text": FREE})).json()
    history = (await user.get("/admin/llm/history")).json()
    assert [(said["role"], said["content"]) for said in history["history"]] == [
        ("user", FREE),
        ("assistant", "Hello, world"),
    ]
    assert (await other.get("/admin/llm/history")).json()["count"] == 0
    reset = (await user.post("/reset_conversation")).json()
    assert reset["status"] == "ok"
    assert (await user.post("/reset_conversation")).json()["session_id"] == reset["session_id"]
    second = (await user.post("/chat", {"text": "Do you remember?"})).json()
    assert second["session_id"] == reset["session_id"] != first["session_id"]
    assert [message.content for message in model.prompts[-1].messages[1:]] == ["Do you remember?"]
    assert (await user.delete("/admin/llm/history")).json() == {"status": "ok", "cleared_messages": 2}
    assert (await user.get(f"{SESSIONS}/{second['session_id']}")).status == 404
    assert (await user.get(f"{SESSIONS}/{first['session_id']}")).status == 200


async def test_messages_are_limited_to_thirty_a_minute(settings, database, admin_api, app, people, model):
    limited = build(
        settings.model_copy(update={"rate_limit_enabled": True, "rate_limit_chat": 2}),
        Ports(models={"m": model}, database=database),
    )
    await limited.turns.start(everything=True)
    chatter = await Chatter.sit_down(Client(limited, admin_api), people.user.token)
    statuses = [(await chatter.send(FREE)).status for _ in range(3)]
    assert statuses == [200, 200, 429]
    await limited.close()


@pytest.mark.parametrize("text", ["", "   ", "x" * 4097])
async def test_messages_that_cannot_be_are_refused(chatter, text):
    assert (await chatter.send(text)).status == 422
    assert (await chatter.read())["session"]["message_count"] == 0


async def test_changing_and_taking_away_leave_traces_without_a_word_of_what_was_said(client, people, chatter):
    done = await chatter.ask(FREE)
    note = (await chatter.client.post(chatter.url("/notes"), {"text": "the sea again"})).json()["note"]
    await chatter.client.put(chatter.url(), {"title": "The sea"})
    await chatter.client.delete(chatter.url(f"/notes/{note['id']}"))
    await chatter.client.get(chatter.url("/export"))
    await chatter.delete(done["response"]["id"])
    await chatter.client.delete(chatter.url())
    log = (await client.signed_in(people.admin.token).get("/admin/audit/logs?limit=20")).text
    for action, resource, id_ in (
        ("update", "conversation", chatter.id),
        ("delete", "note", note["id"]),
        ("export", "conversation", chatter.id),
        ("delete", "message", done["response"]["id"]),
        ("delete", "conversation", chatter.id),
    ):
        assert f'"action":"{action}"' in log
        assert f'"resource":"{resource}"' in log
        assert id_ in log
    assert '"fields":["title"]' in log
    assert "sea" not in log


async def test_panels_hear_of_whatever_changes_in_a_conversation(app, chatter, people):
    heard = []
    app.units.bus.subscribe_all(lambda event: heard.append(event.news()))
    done = await chatter.ask(FREE)
    note = (await chatter.client.post(chatter.url("/notes"), {"text": "a note"})).json()["note"]
    answer = done["response"]["id"]
    for change in (
        lambda: chatter.client.put(chatter.url(), {"title": "Renamed"}),
        lambda: chatter.switch(answer),
        lambda: chatter.client.post(chatter.url(f"/messages/{answer}/feedback"), {"value": 1}),
        lambda: chatter.client.post(chatter.url("/notes"), {"text": "another"}),
        lambda: chatter.client.delete(chatter.url(f"/notes/{note['id']}")),
        lambda: chatter.client.post(SESSIONS, {}),
        lambda: chatter.delete(answer),
    ):
        heard.clear()
        assert (await change()).status in {200, 201}
        [news] = [each for each in heard if each is not None]
        assert (news.resource in {"conversation", "message", "note"}, news.owner_id) == (True, people.user.id)
