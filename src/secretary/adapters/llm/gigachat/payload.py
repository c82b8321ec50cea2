"""A prompt as GigaChat takes it: functions instead of tools, one call a message, results as JSON."""

from collections.abc import Iterator, Sequence
from typing import Final

import orjson

from secretary.llm.ports import Message, Prompt, Sampling, Tool, ToolCall

_NO_PARAMETERS: Final = {"type": "object", "properties": {}}
_JSON: Final = "Ответь одним объектом JSON и ничем больше."


def request_body(model: str, prompt: Prompt) -> bytes:
    """JSON of `POST /chat/completions`; parameters that are None are left to the service."""
    body: dict[str, object] = {"model": model, "messages": [*_messages(prompt)], "stream": True}
    body |= {name: value for name, value in _parameters(prompt.sampling).items() if value is not None}
    wanted = prompt.json_output
    if wanted is not None and wanted.schema is not None:
        body["response_format"] = {"type": "json_schema", "schema": dict(wanted.schema), "strict": wanted.strict}
    if prompt.tools:
        body["functions"] = [_function(tool) for tool in prompt.tools]
        body["function_call"] = _choice(prompt)
    return orjson.dumps(body)


def _choice(prompt: Prompt) -> object:
    choice = prompt.tool_choice
    if choice.mode == "none":
        return "none"
    if choice.name:
        return {"name": choice.name}
    if choice.mode == "required" and len(prompt.tools) == 1:
        return {"name": prompt.tools[0].name}
    return "auto"


def _parameters(sampling: Sampling) -> dict[str, object]:
    return {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "repetition_penalty": sampling.repetition_penalty,
        "stop": list(sampling.stop) or None,
    }


def _function(tool: Tool) -> dict[str, object]:
    return {
        "name": tool.name,
        "description": tool.description or tool.name,
        "parameters": dict(tool.parameters) or _NO_PARAMETERS,
    }


def _messages(prompt: Prompt) -> Iterator[dict[str, object]]:
    """One system message and it first: the service refuses more (422)."""
    system = "\n\n".join([*_system(prompt.messages), *_wishes(prompt)])
    if system:
        yield {"role": "system", "content": system}
    asked: dict[str, ToolCall] = {}
    for message in prompt.messages:
        if message.role == "tool":
            yield from _answered(asked.get(message.tool_call_id), message)
        elif message.role != "system":
            asked |= {call.id: call for call in message.tool_calls}
            if message.text or not message.tool_calls:
                yield {"role": message.role, "content": message.text}


def _system(messages: Sequence[Message]) -> Iterator[str]:
    return (message.text for message in messages if message.role == "system" and message.text)


def _wishes(prompt: Prompt) -> Iterator[str]:
    if prompt.json_output is not None and prompt.json_output.schema is None:
        yield _JSON
    if prompt.tool_choice.mode == "required" and not prompt.tool_choice.name and len(prompt.tools) > 1:
        yield "Вызови одну из функций."


def _answered(call: ToolCall | None, message: Message) -> Iterator[dict[str, object]]:
    """A call stands directly before its result; a result whose call is not in the prompt says nothing."""
    if call is None:
        return
    function_call = {"name": call.name, "arguments": _object(call.arguments) or {}}
    yield {"role": "assistant", "content": "", "function_call": function_call}
    result = _object(message.text)
    content = message.text if result is not None else orjson.dumps({"result": message.text}).decode()
    yield {"role": "function", "name": call.name, "content": content}


def _object(text: str) -> dict[str, object] | None:
    try:
        value = orjson.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
