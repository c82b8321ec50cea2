"""Every answer, chunk and error of `/v1` is what OpenAI's own description says, whatever is asked."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import ValidationError
from tests.contract.gateway.openai_spec import assert_openai
from tests.contract.gateway.scripts import FAULTS

HI = [{"role": "user", "content": "Часы работы"}]
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
ANSWERING = ("plain", "tools", "json", "logs", "thinks", "refuses", "cut", "silent")
ASSISTANTS = ("secretary", "anna-secretary-auto")


@pytest.fixture
def program(house):
    return house.client.signed_in(house.key)


def assert_chunks(answer):
    assert answer.text.endswith("data: [DONE]\n\n")
    for event in answer.events():
        assert_openai(event, "ErrorResponse" if "error" in event else "CreateChatCompletionStreamResponse")


def test_what_is_wrong_is_seen():
    for name in ("CreateChatCompletionResponse", "CreateChatCompletionStreamResponse", "ErrorResponse"):
        with pytest.raises(ValidationError):
            assert_openai({"id": 1}, name)


@pytest.mark.parametrize("model", [*(f"{name}/default" for name in ANSWERING), *ASSISTANTS])
async def test_answers_and_chunks(program, model):
    more = {"tools": [TOOL]} if model.startswith("tools") else {}
    body = {"model": model, "messages": HI, "logprobs": model.startswith("logs"), **more}
    whole = await program.post("/v1/chat/completions", body)
    assert_openai(whole.json(), "CreateChatCompletionResponse")
    for options in (None, {"include_usage": True}):
        assert_chunks(await program.post("/v1/chat/completions", {**body, "stream": True, "stream_options": options}))


async def test_sources_of_an_assistant_stand_beside(program):
    whole = (await program.post("/v1/chat/completions", {"model": "secretary", "messages": HI})).json()
    assert whole["choices"][0]["message"]["sources"]


@pytest.mark.parametrize("model", ["limited", "broken", *FAULTS])
@pytest.mark.parametrize("stream", [True, False])
async def test_errors(program, model, stream):
    asked = {"model": f"{model}/default", "messages": HI, "stream": stream}
    answer = await program.post("/v1/chat/completions", asked)
    assert answer.status >= 400
    assert_openai(answer.json(), "ErrorResponse")
    assert "secret" not in answer.text


async def test_error_in_mid_stream(program):
    answer = await program.post("/v1/chat/completions", {"model": "breaks/default", "messages": HI, "stream": True})
    assert "error" in answer.events()[-1]
    assert_chunks(answer)


async def test_errors_of_the_border(house, program):
    answers = [
        await house.client.signed_in("sk-sec-nonsense").get("/v1/models"),
        await house.client.signed_in(house.wrong_key).get("/v1/models"),
        await program.get("/v1/nothing"),
        await program.get("/v1/chat/completions"),
        await program.get("/v1/models/nobody"),
        await program.request("POST", "/v1/chat/completions", content=b"{"),
    ]
    assert [answer.status for answer in answers] == [401, 403, 404, 405, 404, 400]
    for answer in answers:
        assert_openai(answer.json(), "ErrorResponse")


async def test_models(program):
    listed = (await program.get("/v1/models")).json()
    assert_openai(listed, "ListModelsResponse")
    for one in listed["data"][:5]:
        assert_openai((await program.get(f"/v1/models/{one['id']}")).json(), "Model")


async def test_embeddings(house, program):
    answer = await program.post("/v1/embeddings", {"model": house.embeds, "input": ["a", "b"]})
    assert_openai(answer.json(), "CreateEmbeddingResponse")


TEXT = st.text(max_size=20) | st.sampled_from(["Часы работы", "", "\x00", "x" * 500])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
PART = st.fixed_dictionaries({"type": st.just("text"), "text": TEXT}) | st.fixed_dictionaries(
    {"type": st.just("image_url"), "image_url": st.fixed_dictionaries({"url": TEXT})}
)
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "developer", "user", "assistant", "tool"])},
    optional={"content": TEXT | st.none() | st.lists(PART, max_size=2), "name": TEXT, "tool_call_id": TEXT},
)
NAMES = [*(f"{name}/default" for name in (*ANSWERING, "limited", "llm_refused")), *ASSISTANTS, "nobody", "a/b", ""]
OPTIONS = {
    "stream": st.booleans() | st.none(),
    "stream_options": st.none() | st.fixed_dictionaries({"include_usage": st.booleans()}),
    "temperature": st.floats(0, 2),
    "top_p": st.floats(0, 1),
    "max_tokens": st.integers(1, 10**12),
    "n": st.integers(0, 2),
    "seed": st.integers(),
    "stop": TEXT | st.lists(TEXT, max_size=5),
    "logprobs": st.booleans(),
    "top_logprobs": st.integers(0, 20),
    "tools": st.lists(st.just(TOOL), max_size=2) | JSON,
    "tool_choice": st.sampled_from(["none", "auto", "required"]) | JSON,
    "response_format": st.sampled_from([{"type": "text"}, {"type": "json_object"}]) | JSON,
    "metadata": st.dictionaries(TEXT, TEXT, max_size=2) | st.fixed_dictionaries({"session_id": TEXT | st.just("new")}),
    "models": st.lists(st.sampled_from(NAMES), max_size=3),
}
VALID = st.fixed_dictionaries(
    {"model": st.sampled_from(NAMES), "messages": st.lists(MESSAGE, min_size=1, max_size=3)}, optional=OPTIONS
)
WRONG = st.dictionaries(st.sampled_from(["model", "messages", *OPTIONS]) | TEXT, JSON, max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=VALID | WRONG)
def test_nothing_that_is_asked_is_answered_with_a_fault_of_ours_or_in_another_shape(house, program, run, body):
    answer = run(program.request("POST", "/v1/chat/completions", content=json.dumps(body).encode()))
    assert answer.status < 500, answer.text
    if answer.headers["content-type"].startswith("text/event-stream"):
        assert_chunks(answer)
    else:
        shape = "CreateChatCompletionResponse" if answer.status == 200 else "ErrorResponse"
        assert_openai(answer.json(), shape)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=WRONG | st.fixed_dictionaries({"model": st.sampled_from(NAMES), "input": TEXT | st.lists(TEXT) | JSON}))
def test_nothing_that_is_to_be_embedded_is(house, program, run, body):
    answer = run(program.request("POST", "/v1/embeddings", content=json.dumps(body).encode()))
    assert answer.status < 500, answer.text
    assert_openai(answer.json(), "ErrorResponse")
