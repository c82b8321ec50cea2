"""OpenAI's own Python client against the program on a real socket."""

import asyncio
from base64 import b64decode
from struct import unpack

import openai
import pytest
from openai import AsyncOpenAI
from pydantic import BaseModel
from tests.contract.gateway.house import VECTORS

HI = [{"role": "user", "content": "Hi"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather somewhere",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


class Weather(BaseModel):
    city: str
    degrees: int


@pytest.fixture
def ai(house, run):
    client = AsyncOpenAI(api_key=house.key, base_url=house.url, max_retries=0)
    yield client
    run(client.close())


def scripted(house, name):
    return house.app.backends.named()[name].model


async def test_chat(ai):
    answer = await ai.chat.completions.create(model="plain/default", messages=HI)
    assert answer.choices[0].message.content == "Hello, world"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (11, 7, 18)
    assert answer.usage.prompt_tokens_details.cached_tokens == 3
    assert answer.usage.completion_tokens_details.reasoning_tokens == 2


async def test_raw_answer_carries_the_request_id_and_our_overhead(ai):
    raw = await ai.chat.completions.with_raw_response.create(model="plain/default", messages=HI)
    assert raw.request_id in raw.parse().id
    assert float(raw.headers["x-secretary-overhead-ms"]) >= 0


async def test_stream_with_usage(ai):
    options = {"include_usage": True}
    stream = await ai.chat.completions.create(model="plain/default", messages=HI, stream=True, stream_options=options)
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Hello, world"
    assert [chunk.usage.total_tokens for chunk in chunks if chunk.usage] == [18]


async def test_tools_there_and_back(ai):
    asked = [*HI]
    first = await ai.chat.completions.create(model="tools/default", messages=asked, tools=[WEATHER])
    message = first.choices[0].message
    assert first.choices[0].finish_reason == "tool_calls"
    assert [call.function.arguments for call in message.tool_calls] == ['{"city":"Tver"}', '{"city":"Omsk"}']
    asked += [message, {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "snow"}]
    second = await ai.chat.completions.create(model="tools/default", messages=asked, tools=[WEATHER])
    assert second.choices[0].message.content == "The tool says snow"


async def test_tools_in_a_stream_are_put_together_by_the_client(ai):
    async with ai.chat.completions.stream(model="tools/default", messages=HI, tools=[WEATHER]) as stream:
        final = await stream.get_final_completion()
    calls = final.choices[0].message.tool_calls
    assert [(call.id, call.function.arguments) for call in calls] == [
        ("call_1", '{"city":"Tver"}'),
        ("call_2", '{"city":"Omsk"}'),
    ]


async def test_json_schema_is_parsed_by_the_client(house, ai):
    answer = await ai.chat.completions.parse(model="json/default", messages=HI, response_format=Weather)
    assert answer.choices[0].message.parsed == Weather(city="Tver", degrees=-5)
    wanted = scripted(house, "json").prompts[-1].json_output
    assert (wanted.name, wanted.strict, set(wanted.schema["properties"])) == ("Weather", True, {"city", "degrees"})


async def test_logprobs(ai):
    answer = await ai.chat.completions.create(model="logs/default", messages=HI, logprobs=True, top_logprobs=1)
    [token] = answer.choices[0].logprobs.content
    assert (token.token, token.logprob, token.top_logprobs[0].bytes) == ("Hi", -0.1, [72, 105])


async def test_finish_reasons_and_thoughts(ai):
    for name, reason in (("cut", "length"), ("refuses", "content_filter"), ("plain", "stop")):
        answer = await ai.chat.completions.create(model=f"{name}/default", messages=HI)
        assert answer.choices[0].finish_reason == reason
    answer = await ai.chat.completions.create(model="thinks/default", messages=HI)
    assert answer.choices[0].message.reasoning_content == "Let me see."


async def test_assistant_with_a_conversation(ai):
    ask = ai.chat.completions.with_raw_response.create
    begun = await ask(
        model="secretary", messages=[{"role": "user", "content": "Часы работы"}], metadata={"session_id": "new"}
    )
    session = begun.headers["x-session-id"]
    again = await ask(
        model="secretary", messages=[{"role": "user", "content": "Адрес"}], metadata={"session_id": session}
    )
    assert again.headers["x-session-id"] == session
    assert begun.parse().choices[0].message.sources


@pytest.mark.parametrize("encoding", ["float", "base64", None])
async def test_embeddings(house, ai, encoding):
    more = {} if encoding is None else {"encoding_format": encoding}
    found = await ai.embeddings.create(model=house.embeds, input=["a", "b"], **more)
    vectors = [one.embedding for one in found.data]
    if encoding == "base64":
        vectors = [list(unpack("<3f", b64decode(one))) for one in vectors]
    assert vectors == VECTORS
    assert found.usage.prompt_tokens == 5


async def test_models(ai):
    ids = [model.id async for model in ai.models.list()]
    assert {"secretary", "anna-secretary-auto", "plain/scripted-1"} <= set(ids)
    assert (await ai.models.retrieve("secretary")).owned_by == "secretary"
    assert (await ai.models.retrieve("plain/default")).id == "plain/default"


@pytest.mark.parametrize(
    ("model", "kind", "code"),
    [
        ("nobody/x", openai.NotFoundError, "model_not_found"),
        ("nobody", openai.NotFoundError, "model_not_found"),
        ("limited/default", openai.RateLimitError, "too_many_calls"),
        ("llm_too_long/default", openai.BadRequestError, "context_length_exceeded"),
        ("llm_rejected/default", openai.BadRequestError, "llm_rejected"),
        ("llm_nonsense/default", openai.InternalServerError, "llm_nonsense"),
        ("broken/default", openai.InternalServerError, "internal"),
    ],
)
async def test_errors_are_the_clients_own(ai, model, kind, code):
    for stream in (False, True):
        with pytest.raises(kind) as raised:
            await ai.chat.completions.create(model=model, messages=HI, stream=stream)
        assert raised.value.code == code
        assert raised.value.request_id


async def test_wrong_parameter_is_named(ai):
    with pytest.raises(openai.BadRequestError) as raised:
        await ai.chat.completions.create(model="plain/default", messages=HI, n=2)
    assert (raised.value.param, raised.value.type) == ("n", "invalid_request_error")


async def test_keys(house):
    for key, kind in (("sk-nonsense", openai.AuthenticationError), (house.wrong_key, openai.PermissionDeniedError)):
        async with AsyncOpenAI(api_key=key, base_url=house.url, max_retries=0) as ai:
            with pytest.raises(kind):
                await ai.models.list()


async def test_error_in_mid_stream_is_raised(ai):
    stream = await ai.chat.completions.create(model="breaks/default", messages=HI, stream=True)
    heard = ""
    with pytest.raises(openai.APIError) as raised:
        async for chunk in stream:
            heard += chunk.choices[0].delta.content or ""
    assert (heard, raised.value.code) == ("Half", "llm_nonsense")


async def test_client_tries_again_as_soon_as_it_may(house, ai, monkeypatch):
    waited = []
    monkeypatch.setattr("anyio.sleep", lambda seconds: _noted(waited, seconds))
    scripted(house, "busy").calls = 0
    answer = await ai.with_options(max_retries=2).chat.completions.create(model="busy/default", messages=HI)
    assert answer.choices[0].message.content == "Hello, world"
    assert (scripted(house, "busy").calls, waited) == (2, [1])


async def _noted(waited, seconds):
    waited.append(seconds)


async def test_client_does_not_try_again_where_it_is_no_use(house, ai):
    house.app.backends.named()["llm_bad_key"].breaker.succeeded()
    model = scripted(house, "llm_bad_key")
    before = model.calls
    with pytest.raises(openai.InternalServerError):
        await ai.with_options(max_retries=5).chat.completions.create(model="llm_bad_key/default", messages=HI)
    assert model.calls == before + 1


async def test_closing_a_stream_stops_the_model(house, ai):
    model = scripted(house, "endless")
    before = model.cancelled
    stream = await ai.chat.completions.create(model="endless/default", messages=HI, stream=True)
    await anext(aiter(stream))
    await stream.close()
    async with asyncio.timeout(3):
        while model.cancelled == before:
            await asyncio.sleep(0.01)
