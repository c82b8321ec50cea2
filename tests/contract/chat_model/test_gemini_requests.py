"""What Gemini is asked: held against the official description of its API, and against what its generations refuse."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.native_upstream import PNG, PROMPT, gemini_chunk
from tests.support.vendor_specs import assert_gemini

from secretary.adapters.llm.gemini_wire.generations import generation_of
from secretary.adapters.llm.gemini_wire.payload import request_body
from secretary.adapters.llm.gemini_wire.schema import taken
from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.llm.ports import Image, JsonOutput, Message, Prompt, Sampling, Tool, ToolCall, ToolChoice

MODELS = [
    *("gemini-1.5-flash", "gemini-2.0-flash", "gemini-2.5-flash", "gemini-2.5-pro", "gemini-3-pro-preview"),
    *("gemini-3.8-flash", "gemini-flash-latest", "gemma-3-27b-it"),
]
CITY = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "city": {"type": "string", "minLength": 1},
        "unit": {"const": "C"},
        "next": {"$ref": "#/definitions/x"},
    },
    "required": ["city"],
    "additionalProperties": False,
    "definitions": {"x": {"type": "string", "pattern": "^a"}},
}
TAKEN_CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"enum": ["C"]}, "next": {"$ref": "#/$defs/x"}},
    "required": ["city"],
    "additionalProperties": False,
    "$defs": {"x": {"type": "string"}},
}
WEATHER = Tool("weather", "Погода", CITY)
TALK = [
    Message("system", "Ты секретарь"),
    Message("assistant", "Здравствуйте!"),
    Message("user", ("Что на картинке?", Image("image/png", PNG))),
    Message("assistant", "Смотрю", (ToolCall("a", "weather", '{"city": "Тверь"}'), ToolCall("b", "time", "no"))),
    Message("tool", '{"t": 5}', tool_call_id="a"),
    Message("tool", "полдень", tool_call_id="b"),
    Message("user", "Ну?"),
    Message("system", "Отвечай кратко"),
]


def body(prompt: Prompt, model: str = "gemini-2.5-flash") -> Any:
    sent = orjson.loads(request_body(prompt, generation_of(model), Keepsakes()))
    assert_gemini(sent)
    return sent


def test_conversation_is_told_as_gemini_wants_it() -> None:
    sent = body(Prompt(TALK))
    assert sent["systemInstruction"] == {"parts": [{"text": "Ты секретарь"}, {"text": "Отвечай кратко"}]}
    assert sent["contents"] == [
        {"role": "user", "parts": [{"text": "…"}]},
        {"role": "model", "parts": [{"text": "Здравствуйте!"}]},
        {
            "role": "user",
            "parts": [
                {"text": "Что на картинке?"},
                {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}},
            ],
        },
        {
            "role": "model",
            "parts": [
                {"text": "Смотрю"},
                {"functionCall": {"id": "a", "name": "weather", "args": {"city": "Тверь"}}},
                {"functionCall": {"id": "b", "name": "time", "args": {"arguments": "no"}}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"id": "a", "name": "weather", "response": {"t": 5}}},
                {"functionResponse": {"id": "b", "name": "time", "response": {"result": "полдень"}}},
                {"text": "Ну?"},
            ],
        },
    ]
    assert sent.keys() == {"systemInstruction", "contents"}


@pytest.mark.parametrize(
    "wrong", [{"x": 1}, {"contents": "x"}, {"toolConfig": {"functionCallingConfig": {"mode": "X"}}}]
)
def test_description_notices_what_is_wrong(wrong: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        assert_gemini(body(PROMPT) | wrong)


def test_unchanging_part_is_the_same_bytes_whatever_is_said() -> None:
    def start(*said: Message) -> bytes:
        prompt = Prompt([TALK[0], *said], tools=(WEATHER,))
        return request_body(prompt, generation_of("gemini-2.5-flash"), Keepsakes())

    one, other = start(Message("user", "a")), start(Message("user", "b"), Message("assistant", "c"))
    assert other.startswith(one[: one.index(b'"contents"')])


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        (ToolChoice(), {"mode": "AUTO"}),
        (ToolChoice("none"), {"mode": "NONE"}),
        (ToolChoice("required"), {"mode": "ANY"}),
        (ToolChoice("required", "weather"), {"mode": "ANY", "allowedFunctionNames": ["weather"]}),
    ],
)
def test_tools_and_their_choice_are_sent(choice: ToolChoice, sent: dict[str, Any]) -> None:
    got = body(Prompt(PROMPT.messages, tools=(Tool("time"), WEATHER), tool_choice=choice))
    assert got["toolConfig"] == {"functionCallingConfig": sent}
    declared = [
        {"name": "time", "description": "time"},
        {"name": "weather", "description": "Погода", "parametersJsonSchema": TAKEN_CITY},
    ]
    assert got["tools"] == [{"functionDeclarations": declared}]


@pytest.mark.parametrize("schema", [None, CITY])
def test_json_is_asked_for(schema: Any) -> None:
    got = body(Prompt(PROMPT.messages, json_output=JsonOutput(schema)))["generationConfig"]
    shape = {} if schema is None else {"responseJsonSchema": TAKEN_CITY}
    assert got == {"responseMimeType": "application/json", **shape}


def test_json_beside_tools_is_asked_for_in_words_where_it_is_not_taken() -> None:
    prompt = Prompt(PROMPT.messages, tools=(WEATHER,), json_output=JsonOutput({"type": "object"}))
    old, new = body(prompt), body(prompt, "gemini-3.8-flash")
    assert "generationConfig" not in old
    assert '{"type":"object"}' in old["systemInstruction"]["parts"][-1]["text"]
    assert new["generationConfig"]["responseMimeType"] == "application/json"
    plain = body(replace(prompt, json_output=JsonOutput()))
    assert "JSON" in plain["systemInstruction"]["parts"][-1]["text"]


@pytest.mark.parametrize(
    ("model", "effort", "thinking"),
    [
        ("gemini-2.5-flash", None, None),
        ("gemini-2.5-flash", "none", {"thinkingBudget": 0, "includeThoughts": False}),
        ("gemini-2.5-pro", "none", {"thinkingBudget": 128, "includeThoughts": False}),
        ("gemini-2.5-flash", "medium", {"thinkingBudget": 8_192, "includeThoughts": True}),
        ("gemini-3-flash-preview", "minimal", {"thinkingLevel": "MINIMAL", "includeThoughts": True}),
        ("gemini-3-pro-preview", "none", {"thinkingLevel": "LOW", "includeThoughts": False}),
        ("gemini-flash-latest", "high", {"thinkingLevel": "HIGH", "includeThoughts": True}),
        ("gemini-2.0-flash", "high", None),
        ("gemma-3-27b-it", "high", None),
    ],
)
def test_each_generation_thinks_its_own_way(model: str, effort: Any, thinking: Any) -> None:
    got = body(Prompt(PROMPT.messages, Sampling(reasoning_effort=effort)), model)
    assert got.get("generationConfig", {}).get("thinkingConfig") == thinking


@pytest.mark.parametrize(("model", "has_penalties"), [("gemini-2.0-flash", True), ("gemini-2.5-flash", False)])
def test_sampling_is_sent_under_geminis_names(model: str, has_penalties: bool) -> None:
    sampling = Sampling(0.5, 100, 0.9, 1.1, 0.2, 0.3, 7, stop=("x",))
    penalties = {"presencePenalty": 0.2, "frequencyPenalty": 0.3} if has_penalties else {}
    assert body(Prompt(PROMPT.messages, sampling), model)["generationConfig"] == {
        "temperature": 0.5,
        "maxOutputTokens": 100,
        "topP": 0.9,
        "seed": 7,
        "stopSequences": ["x"],
        **penalties,
    }


TEXTS = st.text(max_size=8)
SCHEMAS = st.recursive(
    st.sampled_from([{"type": "string", "pattern": "x"}, {"const": 1}, {"$ref": "#/definitions/x", "title": "t"}]),
    lambda inner: (
        st.builds(lambda each: {"type": "array", "items": each, "uniqueItems": True}, inner)
        | st.builds(lambda some: {"oneOf": some}, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda named: {"type": "object", "properties": named}, st.dictionaries(TEXTS, inner, max_size=3))
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(SCHEMAS)
def test_no_keyword_is_left_that_gemini_refuses(schema: dict[str, Any]) -> None:
    found = orjson.dumps(taken(schema))
    assert not any(word in found for word in (b'"pattern":', b'"const":', b'"uniqueItems":', b"definitions"))
    assert taken(taken(schema)) == taken(schema)


CALLS = st.builds(ToolCall, TEXTS, st.just("f"), TEXTS | st.just("{}"))
MESSAGES = st.builds(
    Message, st.sampled_from(["system", "user"]), TEXTS | st.tuples(TEXTS, st.just(Image("image/png", PNG)))
)
MESSAGES |= st.builds(Message, st.just("assistant"), TEXTS, st.lists(CALLS, max_size=2).map(tuple))
MESSAGES |= st.builds(Message, st.just("tool"), TEXTS, st.just(()), TEXTS)


@settings(deadline=None)
@given(
    st.sampled_from(MODELS),
    st.lists(MESSAGES, max_size=6),
    st.builds(
        Sampling, temperature=st.none() | st.floats(0, 2), reasoning_effort=st.sampled_from([None, "none", "low"])
    ),
    st.lists(st.builds(Tool, st.just("f"), TEXTS, st.just({}) | SCHEMAS), max_size=2),
    st.builds(ToolChoice, st.sampled_from(["auto", "none", "required"]), st.sampled_from(["", "f"])),
    st.none() | st.builds(JsonOutput, st.none() | SCHEMAS),
)
def test_any_prompt_becomes_a_request_as_described(
    model: str,
    messages: list[Message],
    sampling: Sampling,
    tools: list[Tool],
    choice: ToolChoice,
    json_output: JsonOutput | None,
) -> None:
    sent = body(Prompt(messages, sampling, tuple(tools), choice, json_output), model)
    roles = [content["role"] for content in sent["contents"]]
    assert roles == [("user", "model")[index % 2] for index in range(len(roles))]
    assert all(content["parts"] for content in sent["contents"])


@pytest.mark.parametrize("chunk", [gemini_chunk({"text": "a", "thought": True}), gemini_chunk(finish="STOP")])
def test_scripted_responses_are_the_described_ones(chunk: dict[str, Any]) -> None:
    assert_gemini(chunk, "GenerateContentResponse")
