"""What Claude is asked: held against the official description of its API, and against what its generations refuse."""

from typing import Any

import pytest
from tests.support.llm_upstream import sending
from tests.support.native_upstream import (
    PNG,
    PROMPT,
    broken,
    claude_answer,
    claude_call,
    claude_end,
    claude_start,
    claude_thought,
    served,
)
from tests.support.vendor_specs import asked_of_claude, assert_anthropic

from secretary.adapters.llm.anthropic_wire.generations import generation_of
from secretary.adapters.llm.anthropic_wire.payload import request_body
from secretary.adapters.llm.anthropic_wire.schema import closed
from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.llm.ports import (
    ChatCapabilities,
    Image,
    JsonOutput,
    Message,
    Prompt,
    Sampling,
    Tool,
    ToolCall,
    ToolChoice,
)
from secretary.llm.providers import ProviderType

CLAUDE = ProviderType.CLAUDE
CITY = {"type": "object", "properties": {"city": {"type": "string", "minLength": 1}}, "required": ["city"]}
MAP = {"type": "object", "properties": {"all": {"type": "object", "additionalProperties": {"type": "string"}}}}
WEATHER = Tool("weather", "Погода", CITY, strict=True)
CACHED = {"type": "ephemeral"}
TALK = [
    Message("system", "Ты секретарь"),
    Message("system", "Факты дня"),
    Message("assistant", "Здравствуйте!"),
    Message("user", ("Что на картинке?", Image("image/png", PNG))),
    Message(
        "assistant", "Смотрю", (ToolCall("call.1", "weather", '{"city": "Тверь"}'), ToolCall("b", "weather", "no"))
    ),
    Message("tool", "+5", tool_call_id="call.1"),
    Message("tool", "", tool_call_id="b"),
    Message("user", "Ну?"),
    Message("system", "Отвечай кратко"),
]


def test_conversation_is_told_as_claude_wants_it() -> None:
    sent = asked_of_claude(Prompt(TALK))
    assert sent["system"] == [
        {"type": "text", "text": "Ты секретарь", "cache_control": CACHED},
        {"type": "text", "text": "Факты дня", "cache_control": CACHED},
        {"type": "text", "text": "Отвечай кратко"},
    ]
    assert sent["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "…"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "Здравствуйте!"}]},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Что на картинке?"},
                {
                    "type": "image",
                    "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="},
                },
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Смотрю"},
                {"type": "tool_use", "id": "call_1", "name": "weather", "input": {"city": "Тверь"}},
                {"type": "tool_use", "id": "b", "name": "weather", "input": {"arguments": "no"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "call_1", "content": [{"type": "text", "text": "+5"}]},
                {"type": "tool_result", "tool_use_id": "b"},
                {"type": "text", "text": "Ну?"},
            ],
        },
    ]
    assert (sent["max_tokens"], sent["stream"]) == (8_192, True)


@pytest.mark.parametrize(
    "messages", [[], [Message("system", "x")], [Message("user", " ")], [Message("assistant", "x")]]
)
def test_there_is_always_a_user_first(messages: list[Message]) -> None:
    assert asked_of_claude(Prompt(messages))["messages"][0]["role"] == "user"


def test_unchanging_part_is_the_same_bytes_whatever_is_said() -> None:
    def start(*said: Message) -> bytes:
        prompt = Prompt([*TALK[:2], *said], tools=(WEATHER,))
        return request_body("claude-sonnet-4-5", prompt, generation_of("claude-sonnet-4-5"), 1, Keepsakes())

    one, other = (
        start(Message("user", "a")),
        start(Message("user", "b"), Message("assistant", "c"), Message("user", "d")),
    )
    shared = one[: one.index(b'"messages"')]
    assert other.startswith(shared)
    assert shared.count(b"cache_control") == 3


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        (ToolChoice(), {"type": "auto"}),
        (ToolChoice("none"), {"type": "none"}),
        (ToolChoice("required"), {"type": "any"}),
        (ToolChoice("required", "weather"), {"type": "tool", "name": "weather"}),
        (ToolChoice(is_parallel=False), {"type": "auto", "disable_parallel_tool_use": True}),
    ],
)
def test_tools_and_their_choice_are_sent(choice: ToolChoice, sent: dict[str, Any]) -> None:
    got = asked_of_claude(Prompt(PROMPT.messages, tools=(Tool("time"), WEATHER), tool_choice=choice))
    strict_city = {
        **CITY,
        "properties": {"city": {"type": "string", "description": '{"minLength":1}'}},
        "additionalProperties": False,
    }
    assert got["tool_choice"] == sent
    assert got["tools"] == [
        {"name": "time", "input_schema": {"type": "object"}},
        {
            "name": "weather",
            "description": "Погода",
            "input_schema": strict_city,
            "strict": True,
            "cache_control": CACHED,
        },
    ]


def test_json_of_a_schema_is_asked_for_as_structured_output() -> None:
    got = asked_of_claude(Prompt(PROMPT.messages, tools=(WEATHER,), json_output=JsonOutput(CITY)))
    assert got["output_config"]["format"] == {"type": "json_schema", "schema": closed(CITY)}
    assert got["tool_choice"] == {"type": "auto"}


@pytest.mark.parametrize(
    ("model", "schema", "tools", "choice", "names"),
    [
        ("claude-3-haiku-20240307", CITY, (), {"type": "tool", "name": "answer"}, ["answer"]),
        ("claude-sonnet-4-5", None, (), {"type": "tool", "name": "answer"}, ["answer"]),
        ("claude-sonnet-4-5", {"type": "object"}, (), {"type": "tool", "name": "answer"}, ["answer"]),
        ("claude-sonnet-4-5", MAP, (), {"type": "tool", "name": "answer"}, ["answer"]),
        ("claude-sonnet-4-5", None, (WEATHER,), {"type": "any"}, ["weather", "answer"]),
    ],
)
def test_json_that_cannot_be_structured_is_a_forced_call(
    model: str, schema: Any, tools: tuple[Tool, ...], choice: Any, names: list[str]
) -> None:
    sampling = Sampling(reasoning_effort="high")
    got = asked_of_claude(Prompt(PROMPT.messages, sampling, tools, json_output=JsonOutput(schema)), model)
    assert got["tool_choice"] == choice
    assert [tool["name"] for tool in got["tools"]] == names
    assert "thinking" not in got, "a forced call excludes thinking"


def test_schema_is_closed_all_the_way_down() -> None:
    inner = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1, "description": "Сколько"}}}
    schema = {"$schema": "x", "anyOf": [{"type": "array", "items": inner, "minItems": 2}], "$defs": {"a": inner}}
    shut = {
        "type": "object",
        "properties": {"n": {"type": "integer", "description": 'Сколько {"minimum":1}'}},
        "additionalProperties": False,
    }
    array = {"type": "array", "items": shut, "description": '{"minItems":2}'}
    assert closed(schema) == {"anyOf": [array], "$defs": {"a": shut}}
    assert closed({"oneOf": [inner]}) == {"anyOf": [shut]}


def test_forced_call_of_the_prompts_own_tool_is_not_turned_into_the_answer() -> None:
    choice = ToolChoice("required", "weather")
    got = asked_of_claude(Prompt(PROMPT.messages, tools=(WEATHER,), tool_choice=choice, json_output=JsonOutput()))
    assert [tool["name"] for tool in got["tools"]] == ["weather"]


@pytest.mark.parametrize("kind", ["images", "tools", "json", "logprobs"])
async def test_what_the_model_lacks_is_refused_before_the_call(kind: str) -> None:
    prompts = {
        "images": Prompt([Message("user", (Image("image/png", PNG),))]),
        "tools": Prompt(PROMPT.messages, tools=(WEATHER,)),
        "json": Prompt(PROMPT.messages, json_output=JsonOutput()),
        "logprobs": Prompt(PROMPT.messages, Sampling(top_logprobs=1)),
    }
    bare = ChatCapabilities("m", has_tools=False, has_json=False)
    async with served(CLAUDE, sending(*claude_answer("a")), capabilities=bare) as (model, upstream):
        assert (await broken(model, prompts[kind]))[1].code == "llm_rejected"
        assert not upstream.received


@pytest.mark.parametrize(
    "event",
    [claude_start(), *claude_thought(0, "hm", "c2ln")[1:], *claude_call(1, "toolu_1", "f", "{}")[1:], *claude_end()],
)
def test_scripted_events_are_the_described_ones(event: dict[str, Any]) -> None:
    assert_anthropic(_filled(event), "MessageStreamEvent")


def _filled(event: dict[str, Any]) -> dict[str, Any]:
    """The event with the fields that are described as always there, mostly null, which our scripts leave out."""
    if event["type"] == "message_start":
        usage = dict.fromkeys(
            ("cache_creation", "inference_geo", "output_tokens_details", "server_tool_use", "service_tier")
        )
        message = {"container": None, "stop_details": None} | event["message"]
        return event | {"message": message | {"usage": usage | message["usage"]}}
    if event["type"] == "message_delta":
        delta = {"container": None, "stop_details": None} | event["delta"]
        names = ("cache_creation_input_tokens", "cache_read_input_tokens", "input_tokens", "output_tokens_details")
        usage = dict.fromkeys((*names, "server_tool_use")) | event["usage"]
        return event | {"delta": delta, "usage": usage}
    return event
