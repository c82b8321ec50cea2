"""A prompt as the body of `POST /chat/completions`."""

from typing import Final

import orjson

from secretary.adapters.llm.openai_wire.endpoint import Dialect
from secretary.adapters.llm.openai_wire.messages import ThoughtOf, wire_messages
from secretary.adapters.llm.openai_wire.worded_tools import without_tools
from secretary.llm.ports import JsonOutput, Prompt, Sampling, Tool, ToolChoice

_NO_PARAMETERS: Final = {"type": "object", "properties": {}}


def request_body(model: str, prompt: Prompt, dialect: Dialect, thought_of: ThoughtOf = lambda _: "") -> bytes:
    """JSON with messages in order; parameters that are None are left to the service."""
    if dialect.tools_in_words:
        prompt = without_tools(prompt)
    messages = wire_messages(prompt, dialect, thought_of)
    body: dict[str, object] = {"model": model, "messages": messages, "stream": True}
    if dialect.counts_in_stream:
        body["stream_options"] = {"include_usage": True}
    parameters = _parameters(prompt.sampling, dialect)
    body |= {name: value for name, value in parameters.items() if value is not None}
    if prompt.json_output is not None:
        body["response_format"] = _response_format(prompt.json_output, dialect)
    body |= dialect.efforts.get(prompt.sampling.reasoning_effort or "", {})
    if prompt.tools:
        body["tools"] = [_tool(tool, dialect) for tool in prompt.tools]
        body |= _choice(prompt.tool_choice, dialect)
        body |= dialect.tools_add
    return orjson.dumps(body)


def _parameters(sampling: Sampling, dialect: Dialect) -> dict[str, object]:
    parameters: dict[str, object] = {dialect.max_tokens: sampling.max_tokens, "stop": list(sampling.stop) or None}
    if dialect.has_sampling:
        parameters |= {"temperature": sampling.temperature, "top_p": sampling.top_p}
        if dialect.repetition_penalty is not None:
            parameters[dialect.repetition_penalty] = sampling.repetition_penalty
    if dialect.has_penalties:
        parameters |= {
            "presence_penalty": sampling.presence_penalty,
            "frequency_penalty": sampling.frequency_penalty,
        }
    if dialect.has_seed:
        parameters["seed"] = sampling.seed
    if sampling.top_logprobs is not None:
        parameters |= {"logprobs": True, "top_logprobs": max(sampling.top_logprobs, dialect.least_logprobs)}
    return parameters


def _response_format(wanted: JsonOutput, dialect: Dialect) -> dict[str, object]:
    if wanted.schema is None or not dialect.has_schema:
        return {"type": "json_object"}
    schema = {"name": wanted.name, "schema": dict(wanted.schema), "strict": wanted.strict}
    return {"type": "json_schema", "json_schema": schema}


def _tool(tool: Tool, dialect: Dialect) -> dict[str, object]:
    function: dict[str, object] = {"name": tool.name, "parameters": dict(tool.parameters) or _NO_PARAMETERS}
    if tool.description:
        function["description"] = tool.description
    if tool.strict and dialect.has_strict_tools:
        function["strict"] = True
    return {"type": "function", "function": function}


def _choice(choice: ToolChoice, dialect: Dialect) -> dict[str, object]:
    said: dict[str, object] = {}
    if not choice.is_parallel and dialect.has_parallel_choice:
        said["parallel_tool_calls"] = False
    if choice.mode == "none":
        return {**said, "tool_choice": "none"}
    if choice.name and dialect.has_forced_tools:
        return {**said, "tool_choice": {"type": "function", "function": {"name": choice.name}}}
    if choice.mode == "required" and dialect.has_forced_tools:
        return {**said, "tool_choice": "required"}
    return said
