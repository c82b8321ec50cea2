"""What each service is asked: the same prompt in its own dialect."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from secretary.adapters.llm.openai_wire.dialects import LOCAL, dialect_of
from secretary.adapters.llm.openai_wire.endpoint import Dialect
from secretary.adapters.llm.openai_wire.payload import request_body
from secretary.llm.ports import Image, JsonOutput, Message, Prompt, Sampling, Tool, ToolCall, ToolChoice
from secretary.llm.providers import ProviderType

TIME = Tool("get_time", "Time", {"type": "object", "properties": {"city": {"type": "string"}}}, strict=True)
ROOM = Tool("find_room")
HELLO = Prompt([Message("user", "Привет")])
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
FULL = Sampling(0.5, 100, 0.9, 1.1, 0.2, 0.3, 7, 2, "high", ("\n",))


def body(prompt: Prompt, dialect: Dialect | None = None) -> dict[str, Any]:
    got: dict[str, Any] = orjson.loads(request_body("m", prompt, dialect or Dialect()))
    return got


def of(kind: ProviderType, model: str, prompt: Prompt) -> dict[str, Any]:
    return body(prompt, dialect_of(kind, model))


def test_pictures_calls_and_results_are_written_as_openai_has_them() -> None:
    call = ToolCall("c1", "get_time", '{"city":"Омск"}')
    prompt = Prompt(
        [
            Message("user", ("Что это?", Image("image/png", b"\x00\x01"))),
            Message("assistant", "", (call, ToolCall("c2", "find_room", ""))),
            Message("tool", "12:30", tool_call_id="c1"),
        ]
    )
    assert body(prompt)["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Что это?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAE="}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "get_time", "arguments": '{"city":"Омск"}'}},
                {"id": "c2", "type": "function", "function": {"name": "find_room", "arguments": "{}"}},
            ],
        },
        {"role": "tool", "content": "12:30", "tool_call_id": "c1"},
    ]


def test_tools_are_written_with_what_they_say() -> None:
    assert body(replace(HELLO, tools=(TIME, ROOM)))["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "get_time",
                "description": "Time",
                "parameters": dict(TIME.parameters),
                "strict": True,
            },
        },
        {"type": "function", "function": {"name": "find_room", "parameters": {"type": "object", "properties": {}}}},
    ]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (ToolChoice(), {}),
        (ToolChoice("none"), {"tool_choice": "none"}),
        (ToolChoice("required"), {"tool_choice": "required"}),
        (ToolChoice(is_parallel=False), {"parallel_tool_calls": False}),
        (
            ToolChoice("required", "get_time"),
            {"tool_choice": {"type": "function", "function": {"name": "get_time"}}},
        ),
    ],
)
def test_choice_of_tool_is_said(choice: ToolChoice, expected: dict[str, object]) -> None:
    said = body(replace(HELLO, tools=(TIME,), tool_choice=choice))
    assert {name: said[name] for name in ("tool_choice", "parallel_tool_calls") if name in said} == expected
    assert not {"tool_choice", "parallel_tool_calls"} & body(replace(HELLO, tool_choice=choice)).keys()


def test_json_is_asked_for_by_schema_or_at_all() -> None:
    wanted = JsonOutput(SCHEMA, "place", strict=True)
    assert body(replace(HELLO, json_output=wanted))["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "place", "schema": SCHEMA, "strict": True},
    }
    said = body(replace(HELLO, json_output=JsonOutput()))
    assert said["response_format"] == {"type": "json_object"}
    assert "JSON" in said["messages"][0]["content"], "JSON mode wants the word in a message"
    heard = body(Prompt([Message("user", "Ответь в JSON")], json_output=JsonOutput()))
    assert len(heard["messages"]) == 1


def test_every_parameter_has_its_name() -> None:
    said = body(replace(HELLO, sampling=FULL), Dialect(repetition_penalty="repetition_penalty"))
    assert (
        said.items()
        >= {
            "temperature": 0.5,
            "max_tokens": 100,
            "top_p": 0.9,
            "repetition_penalty": 1.1,
            "presence_penalty": 0.2,
            "frequency_penalty": 0.3,
            "seed": 7,
            "logprobs": True,
            "top_logprobs": 2,
            "stop": ["\n"],
        }.items()
    )


@pytest.mark.parametrize(
    ("model", "effort", "with_tools"),
    [
        *(("gpt-4o-mini", None, None), ("gpt-4.1", None, None), ("gpt-5-chat-latest", None, None)),
        *(("gpt-5", "minimal", "minimal"), ("gpt-5-mini", "minimal", "minimal"), ("o3", "low", "low")),
        *(("gpt-5.1", "none", "none"), ("gpt-5.2", "none", "none"), ("gpt-6.1-terra", "none", "none")),
    ],
)
def test_openais_reasoning_models_take_no_sampling(model: str, effort: str | None, with_tools: str | None) -> None:
    prompt = replace(HELLO, sampling=Sampling(0.5, 100, reasoning_effort="none"))
    said = of(ProviderType.OPENAI, model, prompt)
    is_reasoning = effort is not None
    assert said.get("reasoning_effort") == effort
    assert ("temperature" in said, "max_tokens" in said) == (not is_reasoning, not is_reasoning)
    assert ("max_completion_tokens" in said) is is_reasoning
    assert of(ProviderType.OPENAI, model, replace(prompt, tools=(TIME,))).get("reasoning_effort") == with_tools


def test_openais_newest_models_call_tools_only_without_reasoning() -> None:
    prompt = replace(HELLO, sampling=Sampling(reasoning_effort="high"), tools=(TIME,))
    assert of(ProviderType.OPENAI, "gpt-5.6-luna", prompt)["reasoning_effort"] == "none"
    assert of(ProviderType.OPENAI, "gpt-5.1", prompt)["reasoning_effort"] == "high"


def test_deepseek_hears_the_schema_in_words_and_its_own_thoughts() -> None:
    call = Message("assistant", "", (ToolCall("c1", "get_time", "{}"),))
    prompt = Prompt([Message("system", "Кратко"), call], Sampling(seed=1), json_output=JsonOutput(SCHEMA))
    said = of(ProviderType.DEEPSEEK, "deepseek-v4-flash", prompt)
    assert said["response_format"] == {"type": "json_object"}
    assert said["messages"][0]["content"].startswith("Кратко\n\n")
    assert '"city"' in said["messages"][0]["content"]
    assert said["messages"][1]["reasoning_content"] == ""
    assert "seed" not in said
    told = orjson.loads(request_body("m", prompt, dialect_of(ProviderType.DEEPSEEK, "m"), {"c1": "hm"}.__getitem__))
    assert told["messages"][1]["reasoning_content"] == "hm"


@pytest.mark.parametrize(
    ("kind", "model", "sent"),
    [
        (ProviderType.DEEPSEEK, "deepseek-v4-pro", {"thinking": {"type": "disabled"}}),
        (ProviderType.KIMI, "kimi-k2.6", {"thinking": {"type": "disabled"}}),
        (ProviderType.KIMI, "kimi-k3", {"reasoning_effort": "low"}),
        (ProviderType.KIMI, "moonshot-v1-8k", {}),
        (ProviderType.OPENROUTER, "openrouter/auto", {"reasoning": {"effort": "none"}}),
        (ProviderType.VLLM, "qwen", {"chat_template_kwargs": {"enable_thinking": False}}),
        (ProviderType.OLLAMA, "qwen3:8b", {"reasoning_effort": "none"}),
        (ProviderType.YANDEXGPT, "yandexgpt/latest", {}),
        (ProviderType.CUSTOM, "m", {"reasoning_effort": "none"}),
    ],
)
def test_every_service_is_told_not_to_think_in_its_own_way(
    kind: ProviderType, model: str, sent: dict[str, object]
) -> None:
    said = of(kind, model, replace(HELLO, sampling=Sampling(reasoning_effort="none")))
    names = ("thinking", "reasoning_effort", "reasoning", "chat_template_kwargs")
    assert {name: said[name] for name in names if name in said} == sent


@pytest.mark.parametrize("choice", [ToolChoice("required"), ToolChoice("auto", "get_time")])
def test_wish_that_has_no_parameter_is_told_in_words(choice: ToolChoice) -> None:
    said = of(ProviderType.KIMI, "kimi-k3", replace(HELLO, tools=(TIME,), tool_choice=choice))
    assert "tool_choice" not in said
    assert said["messages"][0]["role"] == "system"
    assert "Call" in said["messages"][0]["content"]


def test_local_model_hears_tools_in_words() -> None:
    call = ToolCall("c1", "get_time", '{"city":"Омск"}')
    messages = [
        Message("system", "Кратко"),
        Message("user", "Когда?"),
        Message("assistant", "Смотрю", (call,)),
        Message("tool", "12:30", tool_call_id="c1"),
    ]
    said = body(Prompt(messages, Sampling(top_logprobs=0), tools=(TIME,)), LOCAL)
    assert not {"tools", "tool_choice", "response_format"} & said.keys()
    system, _, called, result = said["messages"]
    assert system["content"].startswith("Кратко\n\n")
    assert '"get_time"' in system["content"]
    assert called == {
        "role": "assistant",
        "content": 'Смотрю\n<tool_call>\n{"name": "get_time", "arguments": {"city":"Омск"}}\n</tool_call>',
    }
    assert result == {"role": "user", "content": "<tool_response>\n12:30\n</tool_response>"}
    assert said["top_logprobs"] == 1


@pytest.mark.parametrize(("choice", "count"), [(ToolChoice("required"), 2), (ToolChoice("required", "find_room"), 1)])
def test_local_model_is_forced_to_call_by_a_schema(choice: ToolChoice, count: int) -> None:
    said = body(replace(HELLO, tools=(TIME, ROOM), tool_choice=choice), LOCAL)
    options = said["response_format"]["json_schema"]["schema"]["anyOf"]
    assert len(options) == count
    assert options[-1]["properties"]["name"] == {"const": "find_room"}


def test_local_model_hears_nothing_of_tools_it_must_not_call() -> None:
    said = body(replace(HELLO, tools=(TIME,), tool_choice=ToolChoice("none")), LOCAL)
    assert said["messages"] == [{"role": "user", "content": "Привет"}]


def test_dialects_are_honest_about_text_that_is_text() -> None:
    hosted = [ProviderType.OPENAI, ProviderType.DEEPSEEK, ProviderType.KIMI, ProviderType.OPENROUTER]
    assert not any(dialect_of(kind, "m").calls_in_text for kind in hosted)
    assert all(dialect_of(kind, "m").calls_in_text for kind in (ProviderType.VLLM, ProviderType.OLLAMA))
