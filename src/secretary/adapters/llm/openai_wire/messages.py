"""Messages as OpenAI's wire writes them: pictures as data URIs, tool calls and their answers, wishes told in words."""

import base64
from collections.abc import Callable, Sequence
from typing import Final

import orjson

from secretary.adapters.llm.openai_wire.endpoint import Dialect
from secretary.llm.ports import Image, Message, Prompt

_JSON: Final = "Answer with one JSON object and nothing else."


ThoughtOf = Callable[[str], str]
"""What was thought before a tool call, by the call's id; "" where nobody remembers."""


def wire_messages(prompt: Prompt, dialect: Dialect, thought_of: ThoughtOf) -> list[dict[str, object]]:
    """The messages in order; what this service has no parameter for is told in the system message."""
    messages = [_message(message, dialect, thought_of) for message in prompt.messages]
    wishes = [*_json_wish(prompt, dialect), *_tool_wish(prompt, dialect)]
    return _told(messages, "\n\n".join(wishes)) if wishes else messages


def data_uri(image: Image) -> str:
    """The picture as an address that carries it (RFC 2397)."""
    return f"data:{image.media_type};base64,{base64.b64encode(image.data).decode()}"


def _message(message: Message, dialect: Dialect, thought_of: ThoughtOf) -> dict[str, object]:
    written: dict[str, object] = {"role": message.role, "content": _content(message.content)}
    if message.role == "tool":
        written["tool_call_id"] = message.tool_call_id
    if message.tool_calls:
        written["content"] = written["content"] or None
        written["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments or "{}"}}
            for call in message.tool_calls
        ]
        if dialect.hears_reasoning:
            written["reasoning_content"] = thought_of(message.tool_calls[0].id)
    return written


def _content(content: str | tuple[str | Image, ...]) -> object:
    if isinstance(content, str):
        return content
    return [
        {"type": "text", "text": part}
        if isinstance(part, str)
        else {"type": "image_url", "image_url": {"url": data_uri(part)}}
        for part in content
    ]


def _json_wish(prompt: Prompt, dialect: Dialect) -> Sequence[str]:
    wanted = prompt.json_output
    if wanted is None:
        return ()
    if wanted.schema is not None:
        schema = orjson.dumps(dict(wanted.schema)).decode()
        return () if dialect.has_schema else (f"{_JSON} It must fit this JSON schema: {schema}",)
    # OpenAI and DeepSeek refuse (or never end) JSON mode where no message says "JSON".
    return () if any("json" in message.text.lower() for message in prompt.messages) else (_JSON,)


def _tool_wish(prompt: Prompt, dialect: Dialect) -> Sequence[str]:
    choice = prompt.tool_choice
    if dialect.has_forced_tools or not prompt.tools or choice.mode == "none":
        return ()
    if choice.name:
        return (f"Call the function {choice.name} now.",)
    return ("Call one of the functions now.",) if choice.mode == "required" else ()


def _told(messages: list[dict[str, object]], wish: str) -> list[dict[str, object]]:
    if messages and messages[0]["role"] == "system" and isinstance(text := messages[0]["content"], str):
        return [{**messages[0], "content": f"{text}\n\n{wish}"}, *messages[1:]]
    return [{"role": "system", "content": wish}, *messages]
