"""A prompt as the body of `POST /v1/messages`. What never changes stands first and byte for byte the same. No I/O."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from secretary.adapters.llm.anthropic_wire.generations import Generation
from secretary.adapters.llm.anthropic_wire.schema import can_be_closed, closed
from secretary.adapters.llm.anthropic_wire.turns import Thoughts, system_blocks, turns
from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.llm.ports import JsonOutput, Prompt, Sampling, Tool, ToolChoice

_BUDGETS: Final = {"minimal": 1_024, "low": 2_048, "medium": 8_192, "high": 16_384}
_LEAST_BUDGET: Final = 1_024
_EFFORTS: Final = {"minimal": "low", "low": "low", "medium": "medium", "high": "high"}


def request_body(
    model: str, prompt: Prompt, generation: Generation, max_tokens: int, thoughts: Keepsakes[Thoughts]
) -> bytes:
    """JSON. `max_tokens` is what is asked for where the prompt does not say: the API demands a number."""
    limit = prompt.sampling.max_tokens or max_tokens
    body: dict[str, Any] = {"model": model, "max_tokens": limit, "stream": True}
    body |= _tools(prompt, generation)
    body |= _schema(prompt, generation)
    if system := system_blocks(prompt.messages):
        body["system"] = system
    body["messages"] = turns(prompt.messages, thoughts)
    if prompt.sampling.stop:
        body["stop_sequences"] = list(prompt.sampling.stop)
    may_think = _may_think(prompt, generation, body, thoughts)
    thinking = _thinking(prompt.sampling, generation, limit) if may_think else {}
    body["output_config"] = body.get("output_config", {}) | thinking.pop("output_config", {})
    body |= thinking or _sampling(prompt.sampling, generation)
    return orjson.dumps({name: value for name, value in body.items() if value != {}})


def answer_tool(prompt: Prompt, generation: Generation) -> Tool | None:
    """The tool whose arguments are the answer: how JSON is had where the model has no structured output.

    A prompt that forces a call of its own tools gets that call instead.
    """
    wanted = prompt.json_output
    if wanted is None or prompt.tool_choice.mode == "required" or prompt.tool_choice.name:
        return None
    if _is_structured(wanted, generation):
        return None
    return Tool(wanted.name, "Give the whole answer by calling this tool.", wanted.schema or {})


def _tools(prompt: Prompt, generation: Generation) -> dict[str, Any]:
    answer = answer_tool(prompt, generation)
    tools = [_tool(tool, generation) for tool in (*prompt.tools, *((answer,) if answer else ()))]
    if not tools:
        return {}
    tools[-1]["cache_control"] = {"type": "ephemeral"}
    if answer is None:
        return {"tools": tools, "tool_choice": _choice(prompt.tool_choice)}
    if not prompt.tools or prompt.tool_choice.mode == "none":
        return {"tools": tools, "tool_choice": {"type": "tool", "name": answer.name}}
    return {"tools": tools, "tool_choice": {"type": "any"}}


def _tool(tool: Tool, generation: Generation) -> dict[str, Any]:
    schema: Mapping[str, Any] = {**tool.parameters, "type": "object"}
    is_strict = tool.strict and generation.has_structured_output and can_be_closed(schema)
    described: dict[str, Any] = {"name": tool.name, "input_schema": closed(schema) if is_strict else schema}
    if tool.description:
        described["description"] = tool.description
    return described | ({"strict": True} if is_strict else {})


def _choice(choice: ToolChoice) -> dict[str, Any]:
    if choice.mode == "none":
        return {"type": "none"}
    serial = {} if choice.is_parallel else {"disable_parallel_tool_use": True}
    if choice.name:
        return {"type": "tool", "name": choice.name, **serial}
    return {"type": "any" if choice.mode == "required" else "auto", **serial}


def _schema(prompt: Prompt, generation: Generation) -> dict[str, Any]:
    wanted = prompt.json_output
    if wanted is None or wanted.schema is None or not _is_structured(wanted, generation):
        return {}
    return {"output_config": {"format": {"type": "json_schema", "schema": closed(wanted.schema)}}}


def _is_structured(wanted: JsonOutput, generation: Generation) -> bool:
    return generation.has_structured_output and wanted.schema is not None and can_be_closed(wanted.schema)


def _thinking(sampling: Sampling, generation: Generation, max_tokens: int) -> dict[str, Any]:
    effort = sampling.reasoning_effort
    if effort is None or effort == "none" or generation.thinking == "never":
        return {}
    if generation.thinking == "adaptive":
        shown = {"type": "adaptive", "display": "summarized"}
        return {"thinking": shown, "output_config": {"effort": _EFFORTS[effort]}}
    budget = min(_BUDGETS[effort], max_tokens // 2)  # thoughts count as output: an answer must have room
    return {"thinking": {"type": "enabled", "budget_tokens": budget}} if budget >= _LEAST_BUDGET else {}


def _may_think(prompt: Prompt, generation: Generation, body: Mapping[str, Any], thoughts: Keepsakes[Thoughts]) -> bool:
    """A forced call excludes thinking, and so does, with a budget, a running tool loop whose thoughts are forgotten."""
    if body.get("tool_choice", {}).get("type") in {"any", "tool"}:
        return False
    if generation.thinking != "budget" or not prompt.messages or prompt.messages[-1].role != "tool":
        return True
    called = next((message for message in reversed(prompt.messages) if message.tool_calls), None)
    return called is not None and bool(thoughts.of(called.tool_calls[0].id))


def _sampling(sampling: Sampling, generation: Generation) -> dict[str, Any]:
    """Temperature goes up to 1 here; with it, `top_p` is refused from 4.1 on, so temperature wins."""
    if not generation.takes_sampling:
        return {}
    if sampling.temperature is not None:
        return {"temperature": min(max(sampling.temperature, 0.0), 1.0)}
    return {} if sampling.top_p is None else {"top_p": sampling.top_p}
