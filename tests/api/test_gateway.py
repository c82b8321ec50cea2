"""`/v1` as programs see it: assistants, models, conversations, and OpenAI's words for everything that goes wrong."""

import asyncio

import pytest
from tests.support.models import ScriptedModel

from secretary.accounts import api_keys
from secretary.app import Ports
from secretary.kernel.unit import Actor
from secretary.llm.errors import llm_error
from secretary.llm.ports import Delta, Finish, FinishReason, Reasoning, TokenUsage, ToolCallDelta

HI = [{"role": "user", "content": "Which planet is the largest?"}]
FAQ = [{"role": "user", "content": "Часы работы"}]


@pytest.fixture
def model():
    return ScriptedModel()


@pytest.fixture
def ports(database, model):
    return Ports(models={"scripted": model}, database=database)


async def key(app, person, *scopes):
    async with app.units.write(Actor("user", person.id, "admin")) as unit:
        row, text = await api_keys.create_key(unit, person.id, "program", scopes)
    return text.text, row.id


@pytest.fixture
def program(app, client, people, run):
    return client.signed_in(run(key(app, people.admin, "v1"))[0])


async def complete(program, model="scripted/default", messages=HI, **more):
    return await program.post("/v1/chat/completions", {"model": model, "messages": messages, **more})


async def test_straight_to_a_model(program, model):
    answer = await complete(program, temperature=0.3, stop=["\n"], seed=7)
    body = answer.json()
    assert (answer.status, body["object"], body["model"]) == (200, "chat.completion", "scripted/default")
    [choice] = body["choices"]
    assert choice["message"] == {"role": "assistant", "content": "Hello, world", "refusal": None}
    assert choice["finish_reason"] == "stop"
    assert (body["usage"]["prompt_tokens"], body["usage"]["completion_tokens"]) == (11, 7)
    assert float(answer.headers["x-secretary-overhead-ms"]) >= 0
    assert answer.headers["x-request-id"] in body["id"]
    [prompt] = model.prompts
    assert [(m.role, m.content) for m in prompt.messages] == [("user", "Which planet is the largest?")]
    assert (prompt.sampling.temperature, prompt.sampling.stop, prompt.sampling.seed) == (0.3, ("\n",), 7)


async def test_stream_ends_with_usage_where_asked_and_done(program):
    answer = await complete(program, stream=True, stream_options={"include_usage": True})
    events = answer.events()
    assert answer.text.endswith("data: [DONE]\n\n")
    assert "".join(e["choices"][0]["delta"].get("content", "") for e in events if e["choices"]) == "Hello, world"
    assert events[0]["choices"][0]["delta"]["role"] == "assistant"
    assert events[-2]["choices"][0]["finish_reason"] == "stop"
    assert (events[-1]["choices"], events[-1]["usage"]["total_tokens"]) == ([], 18)
    assert all(e["usage"] is None for e in events[:-1])
    plain = (await complete(program, stream=True)).events()
    assert all("usage" not in e for e in plain)


async def test_assistant_answers_from_the_faq_without_a_model(program, model):
    answer = await complete(program, "secretary", FAQ)
    message = answer.json()["choices"][0]["message"]
    assert "9:00" in message["content"]
    assert message["sources"][0]["title"].startswith("FAQ")
    assert answer.json()["usage"]["total_tokens"] == 0
    assert model.prompts == []


async def test_assistant_asks_its_model_in_its_role_with_the_whole_history(program, model):
    history = [
        {"role": "system", "content": "You sell boats."},
        {"role": "user", "content": "My name is Anna."},
        {"role": "assistant", "content": "Nice to meet you."},
        *HI,
    ]
    answer = await complete(program, "secretary", history)
    assert answer.json()["choices"][0]["message"]["content"] == "Hello, world"
    [prompt] = model.prompts
    assert prompt.messages[0].content.startswith("You sell boats.")
    assert [m.role for m in prompt.messages] == ["system", "user", "assistant", "user"]


async def test_old_ids_are_aliases(program, model):
    answer = await complete(program, "marina-secretary-auto")
    assert answer.status == 200
    assert "Marina" in model.prompts[0].messages[0].content
    assert (await complete(program, "nobody-secretary-auto")).status == 404


async def test_assistant_that_does_not_know_says_so(program, model):
    model.script = ("[UNKNOWN]",)
    answer = await complete(program, "secretary")
    assert answer.json()["choices"][0]["message"]["content"] == "I do not know the answer to this question."


async def test_tool_calls_and_thoughts_reach_the_program(program, model):
    async def stream(prompt):
        model.prompts.append(prompt)
        yield Reasoning("Let me look.")
        yield ToolCallDelta(0, "call_1", "weather", '{"city":')
        yield ToolCallDelta(0, arguments='"Tver"}')
        yield Finish(FinishReason.TOOL_CALLS, "m", TokenUsage(5, 6))

    model.stream = stream
    tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    for name in ("scripted/default", "secretary"):
        choice = (await complete(program, name, tools=[tool], tool_choice="auto")).json()["choices"][0]
        assert choice["finish_reason"] == "tool_calls"
        call = choice["message"]["tool_calls"][0]
        assert call == {
            "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Tver"}'}
        }  # fmt: skip
        assert choice["message"]["reasoning_content"] == "Let me look."
        events = (await complete(program, name, tools=[tool], stream=True)).events()
        calls = [c for e in events for c in e["choices"][0]["delta"].get("tool_calls", ())]
        assert [c["function"]["arguments"] for c in calls] == ['{"city":', '"Tver"}']
    assert model.prompts[0].tools[0].name == "weather"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("llm_bad_key", 502, "llm_bad_key"),
        ("llm_too_long", 400, "context_length_exceeded"),
        ("llm_refused", 400, "content_filter"),
        ("llm_unreachable", 503, "llm_unreachable"),
        ("llm_timeout", 504, "llm_timeout"),
    ],
)
async def test_faults_of_a_model_are_openais_errors(program, model, fault, status, code):
    model.script = (llm_error(fault),) if fault != "llm_unreachable" else (llm_error(fault, retry_after_s=60),)
    for stream in (False, True):
        answer = await complete(program, stream=stream)
        error = answer.json()["error"]
        assert (answer.status, error["code"], set(error)) == (status, code, {"message", "type", "param", "code"})


async def test_fault_in_mid_stream_is_its_last_event(program, model):
    model.script = ("Half", llm_error("llm_truncated"))
    events = (await complete(program, stream=True)).events()
    assert events[1]["choices"][0]["delta"]["content"] == "Half"
    assert events[-1]["error"]["code"] == "llm_truncated"
    model.script = ("Half", ZeroDivisionError("secret"))
    answer = await complete(program, stream=True)
    assert answer.events()[-1]["error"]["code"] == "internal"
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"model": "scripted/default"}, "messages"),
        ({"model": "scripted/default", "messages": HI, "n": 2}, "n"),
        ({"model": "scripted/default", "messages": HI, "logit_bias": {"1": 2}}, "logit_bias"),
        ({"model": "scripted/default", "messages": HI, "temperature": 9}, "temperature"),
        ({"model": "scripted/default", "messages": [{"role": "robot", "content": "x"}]}, "messages.0.role"),
        ({"model": "nobody/gpt", "messages": HI}, "model"),
        ({"model": "nobody", "messages": HI}, "model"),
        ({"model": "scripted/default", "messages": HI, "metadata": {"session_id": "new"}}, "metadata"),
    ],
)
async def test_wrong_request_is_told_by_its_parameter(program, body, param):
    answer = await program.post("/v1/chat/completions", body)
    assert answer.status in {400, 404}
    assert answer.json()["error"]["param"] == param


async def test_unknown_path_method_and_broken_json_are_openais_errors(program):
    for answer in (
        await program.get("/v1/nothing"),
        await program.get("/v1/chat/completions"),
        await program.request("POST", "/v1/chat/completions", content=b"{"),
    ):
        assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


async def test_who_may_call(app, client, people):
    assert (await complete(client)).status == 401
    unscoped, _ = await key(app, people.admin, "faq:view")
    answer = await complete(client.signed_in(unscoped))
    assert (answer.status, answer.json()["error"]["type"]) == (403, "permission_error")
    assert (await complete(client.signed_in(people.guest.token))).status == 403
    assert (await complete(client.signed_in(people.web.token))).status == 200
    assert (await complete(client.signed_in("sk-nonsense"))).json()["error"]["type"] == "authentication_error"


async def test_limit_of_a_key_is_answered_as_a_used_up_quota(app, client, people, program):
    text, key_id = await key(app, people.admin, "v1")
    admin = client.signed_in(people.admin.token)
    body = {"service_type": "llm", "limit_type": "daily", "measure": "requests", "limit_value": 1, "hard_limit": True}
    assert (await admin.post("/admin/usage/limits", body | {"api_key_id": key_id})).status < 300
    limited = client.signed_in(text)
    assert (await complete(limited)).status == 200
    refused = await complete(limited)
    assert (refused.status, refused.json()["error"]["code"]) == (429, "insufficient_quota")
    assert int(refused.headers["retry-after"]) > 0
    assert (await complete(program)).status == 200


async def test_conversation_is_remembered_here(program, model, people, app, client):
    begun = await complete(program, "secretary", metadata={"session_id": "new"})
    session = {"session_id": begun.headers["x-session-id"]}
    assert begun.json()["choices"][0]["message"]["content"] == "Hello, world"
    assert begun.json()["usage"]["prompt_tokens"] == 11
    streamed = await complete(
        program, "secretary", [{"role": "user", "content": "And the smallest?"}], metadata=session, stream=True
    )
    assert "".join(e["choices"][0]["delta"].get("content", "") for e in streamed.events()) == "Hello, world"
    assert [m.role for m in model.prompts[1].messages] == ["system", "user", "assistant", "user"]
    other = client.signed_in((await key(app, people.user, "v1"))[0])
    assert (await complete(other, "secretary", metadata=session)).status == 404
    refused = await complete(program, "secretary", metadata=session, stop="x")
    assert refused.json()["error"]["param"] == "stop"


async def test_models_are_those_that_can_be_asked(program):
    listed = (await program.get("/v1/models")).json()
    ids = [one["id"] for one in listed["data"]]
    assert listed["object"] == "list"
    assert {"secretary", "anna-secretary-auto", "scripted/scripted-1"} <= set(ids)
    for one in ids:
        assert (await program.get(f"/v1/models/{one}")).json()["id"] == one
        assert (await complete(program, one)).status == 200
    missing = await program.get("/v1/models/nobody/x")
    assert (missing.status, missing.json()["error"]["code"]) == (404, "model_not_found")


async def test_program_that_leaves_stops_the_call(program, model):
    never = asyncio.Event()
    model.script = ("Once", never)
    stream = await program.open(
        "POST", "/v1/chat/completions", {"model": "scripted/default", "messages": HI, "stream": True}
    )
    await stream.until("Once")
    await stream.close()
    assert model.cancelled == 1


async def test_logprobs_are_passed_on_and_refused_where_there_are_none(program, model, monkeypatch):
    refused = await complete(program, logprobs=True)
    assert (refused.status, refused.json()["error"]["code"]) == (400, "llm_unable")

    async def stream(prompt):
        yield Delta("Hi", ({"token": "Hi", "logprob": -0.1, "bytes": [72, 105], "top_logprobs": []},))
        yield Finish(FinishReason.STOP, "m")

    model.stream = stream
    from secretary.llm.ports import ChatCapabilities

    monkeypatch.setattr(ScriptedModel, "capabilities", ChatCapabilities("scripted-1", has_logprobs=True))
    whole = (await complete(program, logprobs=True, top_logprobs=0)).json()
    assert whole["choices"][0]["logprobs"]["content"][0]["token"] == "Hi"
    events = (await complete(program, logprobs=True, stream=True)).events()
    assert events[1]["choices"][0]["logprobs"]["content"][0]["logprob"] == -0.1
