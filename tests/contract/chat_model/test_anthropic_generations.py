"""What differs between generations of Claude: no prompt becomes a request that its model would refuse."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.native_upstream import (
    PNG,
    PROMPT,
)
from tests.support.vendor_specs import asked_of_claude

from secretary.adapters.llm.anthropic_wire.turns import Thoughts
from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.llm.ports import (
    Image,
    JsonOutput,
    Message,
    Prompt,
    Sampling,
    Tool,
    ToolCall,
    ToolChoice,
)

MODELS = [
    *("claude-3-haiku-20240307", "claude-3-5-sonnet-20241022", "claude-3-7-sonnet-20250219"),
    *("claude-sonnet-4-20250514", "claude-opus-4-1", "claude-sonnet-4-5", "claude-haiku-4-5-20251001"),
    *("claude-opus-4-6", "claude-opus-4-8", "claude-mythos-preview", "anthropic/claude-sonnet-4.5", "deepseek-chat"),
]
SAMPLING = Sampling(temperature=1.5, max_tokens=9_000, top_p=0.9, seed=1, stop=("\n\n",))


@pytest.mark.parametrize(
    ("model", "effort", "expected"),
    [
        ("claude-3-haiku-20240307", "high", {"temperature": 1.0}),
        ("claude-sonnet-4-5", None, {"temperature": 1.0}),
        ("claude-sonnet-4-5", "none", {"temperature": 1.0}),
        ("claude-sonnet-4-5", "low", {"thinking": {"type": "enabled", "budget_tokens": 2_048}}),
        ("claude-sonnet-4-20250514", "high", {"thinking": {"type": "enabled", "budget_tokens": 4_500}}),
        ("claude-opus-4-6", None, {"temperature": 1.0}),
        ("claude-opus-4-8", None, {}),
        ("claude-mythos-preview", "none", {}),
        (
            "claude-opus-4-8",
            "minimal",
            {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": "low"}},
        ),
    ],
)
def test_each_generation_gets_the_parameters_it_takes(model: str, effort: Any, expected: dict[str, Any]) -> None:
    got = asked_of_claude(Prompt(PROMPT.messages, replace(SAMPLING, reasoning_effort=effort)), model)
    names = {"temperature", "top_p", "thinking", "output_config"}
    assert {name: value for name, value in got.items() if name in names} == expected
    assert (got["max_tokens"], got["stop_sequences"]) == (9_000, ["\n\n"])


def test_top_p_is_sent_where_there_is_no_temperature() -> None:
    assert asked_of_claude(Prompt(PROMPT.messages, Sampling(top_p=0.9)))["top_p"] == 0.9


def test_little_room_is_not_thought_away() -> None:
    assert "thinking" not in asked_of_claude(Prompt(PROMPT.messages, Sampling(max_tokens=500, reasoning_effort="high")))


def test_running_tool_loop_thinks_only_where_its_thoughts_are_known() -> None:
    talk = [Message("user", "x"), Message("assistant", "", (ToolCall("t", "f", "{}"),)), Message("tool", "1", (), "t")]
    prompt = Prompt(talk, Sampling(reasoning_effort="low"), (Tool("f"),))
    thoughts: Keepsakes[Thoughts] = Keepsakes()
    assert "thinking" not in asked_of_claude(prompt, thoughts=thoughts)
    thoughts.keep("t", [{"type": "thinking", "thinking": "hm", "signature": "c2ln"}])
    sent = asked_of_claude(prompt, thoughts=thoughts)
    assert "thinking" in sent
    assert sent["messages"][1]["content"][0]["thinking"] == "hm"
    assert "thinking" in asked_of_claude(prompt, "claude-opus-4-8")


def test_keepsakes_forget_the_oldest() -> None:
    kept: Keepsakes[int] = Keepsakes(2)
    for number in range(3):
        kept.keep(str(number), number)
    assert [kept.of(str(number)) for number in range(3)] == [None, 1, 2]


TEXTS = st.text(max_size=8)
SCHEMAS = st.recursive(
    st.sampled_from([{"type": "string", "maxLength": 3}, {"type": "integer", "minimum": 1}, {"$ref": "#/$defs/x"}]),
    lambda inner: (
        st.builds(lambda each: {"type": "array", "items": each, "minItems": 2}, inner)
        | st.builds(lambda some: {"anyOf": some}, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda named: {"type": "object", "properties": named}, st.dictionaries(TEXTS, inner, max_size=3))
    ),
    max_leaves=6,
)
CALLS = st.builds(ToolCall, TEXTS, st.just("f"), TEXTS | st.just("{}"))
MESSAGES = st.builds(
    Message, st.sampled_from(["system", "user"]), TEXTS | st.tuples(TEXTS, st.just(Image("image/png", PNG)))
)
MESSAGES |= st.builds(Message, st.just("assistant"), TEXTS, st.lists(CALLS, max_size=2).map(tuple))
MESSAGES |= st.builds(Message, st.just("tool"), TEXTS, st.just(()), TEXTS)
EFFORTS = [None, "none", "minimal", "low", "medium", "high"]


@settings(deadline=None)
@given(
    st.sampled_from(MODELS),
    st.lists(MESSAGES, max_size=6),
    st.builds(
        Sampling,
        temperature=st.none() | st.floats(-1, 3),
        max_tokens=st.none() | st.integers(1, 9_000),
        top_p=st.none() | st.floats(0, 1),
        reasoning_effort=st.sampled_from(EFFORTS),
    ),
    st.lists(st.builds(Tool, st.just("f"), TEXTS, st.just({}) | SCHEMAS, st.booleans()), max_size=2),
    st.builds(ToolChoice, st.sampled_from(["auto", "none", "required"]), st.sampled_from(["", "f"]), st.booleans()),
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
    sent = asked_of_claude(Prompt(messages, sampling, tuple(tools), choice, json_output), model)
    roles = [message["role"] for message in sent["messages"]]
    assert roles[::2] == ["user"] * len(roles[::2])
    assert roles[1::2] == ["assistant"] * len(roles[1::2])
    if budget := sent.get("thinking", {}).get("budget_tokens"):
        assert budget < sent["max_tokens"]
