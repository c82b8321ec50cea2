"""Tools told in words, for models whose server or chat template has no place for them.

The words are those of Qwen's and Hermes' chat templates, which small models have seen most; the answers are read by
`written_calls`. A call that must be made is forced by a JSON schema, where the server knows grammars.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import orjson

from secretary.llm.ports import JsonObject, JsonOutput, Message, Prompt, Tool, ToolCall, ToolChoice

_ANY_OBJECT: Final = {"type": "object"}
_TOLD: Final = (
    "You may call functions to help with the user's request. Their signatures:\n<tools>\n{tools}\n</tools>\n"
    "To call one, answer with nothing but a JSON object of its name and arguments within <tool_call></tool_call> "
    'tags:\n<tool_call>\n{{"name": <function-name>, "arguments": <args-json-object>}}\n</tool_call>\n'
    "Where no function helps, answer in plain words."
)


def without_tools(prompt: Prompt) -> Prompt:
    """The same prompt with its tools, calls and results told in words."""
    messages = [_worded(message) for message in prompt.messages]
    choice, tools = prompt.tool_choice, prompt.tools
    if not tools or choice.mode == "none":
        return replace(prompt, messages=messages, tools=())
    messages = _with_system(messages, _TOLD.format(tools="\n".join(_signature(tool) for tool in tools)))
    wanted = prompt.json_output
    if choice.name or choice.mode == "required":
        wanted = JsonOutput(_call_schema(tools, choice), "call")
    return replace(prompt, messages=messages, tools=(), tool_choice=ToolChoice(), json_output=wanted)


def _worded(message: Message) -> Message:
    if message.role == "tool":
        return Message("user", f"<tool_response>\n{message.text}\n</tool_response>")
    if not message.tool_calls:
        return message
    calls = "\n".join(_written(call) for call in message.tool_calls)
    return Message(message.role, f"{message.text}\n{calls}".lstrip())


def _written(call: ToolCall) -> str:
    name = orjson.dumps(call.name).decode()
    return f'<tool_call>\n{{"name": {name}, "arguments": {call.arguments or "{}"}}}\n</tool_call>'


def _signature(tool: Tool) -> str:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters) or _ANY_OBJECT}
    return orjson.dumps({"type": "function", "function": function}).decode()


def _call_schema(tools: Sequence[Tool], choice: ToolChoice) -> JsonObject:
    return {"anyOf": [_one_call(tool) for tool in tools if not choice.name or tool.name == choice.name]}


def _one_call(tool: Tool) -> JsonObject:
    return {
        "type": "object",
        "properties": {"name": {"const": tool.name}, "arguments": dict(tool.parameters) or _ANY_OBJECT},
        "required": ["name", "arguments"],
        "additionalProperties": False,
    }


def _with_system(messages: list[Message], words: str) -> list[Message]:
    if messages and messages[0].role == "system":
        return [Message("system", f"{messages[0].text}\n\n{words}"), *messages[1:]]
    return [Message("system", words), *messages]
