"""The schema that clients are made from: names, errors, streams, and that what is told keeps to it."""

from collections import Counter

import pytest
from pydantic import TypeAdapter

from secretary.app.schema import schema_of, written
from secretary.assistant.frames import render, user_message
from secretary.assistant.ports import Accepted, Buttons, Completed, Delta, Failed, SourcesFound
from secretary.assistant.stream_schemas import ChatEvent
from secretary.conversations.ports import MessageStatus, QuickReply, Source
from secretary.operations.api.event_schemas import PanelEvent


@pytest.fixture(scope="module")
def schema(admin_api):
    return schema_of(admin_api)


def operations(schema):
    return [(path, method, each) for path, item in schema["paths"].items() for method, each in item.items()]


def test_every_operation_has_a_name_of_its_own(schema):
    names = Counter(each["operationId"] for _, _, each in operations(schema))
    assert [name for name, times in names.items() if times > 1] == []
    assert {"knowledge_list_documents", "chat_ask_and_listen", "audit_stats"} <= set(names)
    assert all(name.isidentifier() for name in names)


def test_no_name_tells_where_the_code_lies(schema):
    assert "secretary__" not in written(schema)
    assert {"AuditLogOut", "UsageLogOut"} <= set(schema["components"]["schemas"])


def test_every_refusal_is_a_problem(schema):
    for path, method, each in operations(schema):
        content = each["responses"]["default"]["content"]
        assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}, path
        assert "422" not in each["responses"], (method, path)


def test_every_answer_has_a_shape(schema):
    for path, method, each in operations(schema):
        for status, answer in each["responses"].items():
            for kind, media in answer.get("content", {}).items():
                assert media["schema"], (method, path, status, kind)
                assert "additionalProperties" not in media["schema"], (method, path, "a bare mapping has no type")


def test_streams_say_what_they_tell(schema):
    told = {
        path: each["responses"]["200"]["content"]["text/event-stream"]["schema"]["$ref"].rpartition("/")[2]
        for path, _, each in operations(schema)
        if "text/event-stream" in each["responses"].get("200", {}).get("content", {})
    }
    assert told == {
        "/admin/events": "PanelEvent",
        "/admin/chat/sessions/{session_id}/stream": "ChatEvent",
        "/admin/chat/sessions/{session_id}/messages/{message_id}/stream": "ChatEvent",
    }


def test_the_schema_is_the_same_each_time(schema, admin_api):
    assert written(schema_of(admin_api)) == written(schema)


def test_nothing_refers_to_what_is_not_there(schema):
    found = set()

    def walk(value):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if name == "$ref":
                found.add(inner.removeprefix("#/components/schemas/"))
            elif isinstance(inner, (dict, list)):
                walk(inner)

    walk(schema)
    assert found <= set(schema["components"]["schemas"])


def told(data):
    """The JSON of the events in these bytes."""
    return [line[6:] for line in data.decode().split("\n") if line.startswith("data: ")]


@pytest.mark.parametrize(
    "data",
    [
        render("a", 3, Delta("при")),
        render("a", 3, SourcesFound([Source(title="Прайс")])),
        render("a", 3, Buttons([QuickReply(label="Да", value="да")])),
        render("a", 3, Completed("да", MessageStatus.COMPLETE, "stop", [], [])),
        render("a", 3, Failed("no_model", "Нет модели", "")),
        user_message(Accepted("s", "q", "a", True), "привет", "m"),
    ],
)
def test_what_an_answer_tells_keeps_to_its_schema(data):
    events = TypeAdapter(ChatEvent)
    assert told(data)
    for each in told(data):
        events.validate_json(each, strict=False)


async def test_what_the_panel_hears_keeps_to_its_schema(client, people):
    listener = client.signed_in(people.admin.token)
    stream = await listener.open("GET", "/admin/events")
    await stream.until("ready")
    await listener.post("/admin/faq", {"trigger": "часы", "response": "С девяти."})
    heard = await stream.until("faq.")
    await stream.close()
    kinds = [type(TypeAdapter(PanelEvent).validate_json(each)).__name__ for each in told(heard.encode())]
    assert kinds[0] == "PanelReady"
    assert "PanelChange" in kinds
