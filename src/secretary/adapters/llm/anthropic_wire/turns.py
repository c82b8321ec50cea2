"""Our messages as Claude's turns: the system's words apart, roles that alternate, tool results of a user. No I/O."""

import re
from base64 import b64encode
from collections.abc import Sequence
from itertools import takewhile
from typing import Any, Final

import orjson

from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.llm.ports import Image, Message

Block = dict[str, Any]
Thoughts = Sequence[Block]
"""The signed thoughts that came before a tool call, as blocks."""

_CACHED: Final = {"cache_control": {"type": "ephemeral"}}
_ALIEN: Final = re.compile(r"[^a-zA-Z0-9_-]")  # other services' ids of tool calls have dots and colons
# A conversation begins with the customer here; ours may begin with the assistant's greeting.
_SILENCE: Final = "…"


def system_blocks(messages: Sequence[Message]) -> list[Block]:
    """The system's words; what stands before the conversation is marked for the provider's cache.

    The first block and the last before the conversation carry a mark each: a persona stays cached when facts change.
    """
    said = [message for message in messages if message.role == "system" and message.text.strip()]
    blocks: list[Block] = [{"type": "text", "text": message.text} for message in said]
    opening = list(takewhile(lambda message: message.role == "system", messages))
    leading = sum(bool(message.text.strip()) for message in opening)
    for index in {0, leading - 1} if leading else ():
        blocks[index] |= _CACHED
    return blocks


def turns(messages: Sequence[Message], thoughts: Keepsakes[Thoughts]) -> list[Block]:
    """The conversation, beginning with a user; neighbours of one role are one turn."""
    merged: list[Block] = []
    for message in messages:
        role = "assistant" if message.role == "assistant" else "user"
        blocks = [] if message.role == "system" else _blocks(message, thoughts)
        if not blocks:
            continue
        if merged and merged[-1]["role"] == role:
            merged[-1]["content"] += blocks
        else:
            merged.append({"role": role, "content": blocks})
    if not merged or merged[0]["role"] != "user":
        merged.insert(0, {"role": "user", "content": [{"type": "text", "text": _SILENCE}]})
    return merged


def _blocks(message: Message, thoughts: Keepsakes[Thoughts]) -> list[Block]:
    if message.role == "tool":
        result: Block = {"type": "tool_result", "tool_use_id": _call_id(message.tool_call_id)}
        return [result | ({"content": content} if (content := _content(message)) else {})]
    blocks = _content(message)
    if message.tool_calls:
        blocks = [*(thoughts.of(message.tool_calls[0].id) or ()), *blocks]
    for call in message.tool_calls:
        blocks.append({"type": "tool_use", "id": _call_id(call.id), "name": call.name, "input": _input(call.arguments)})
    return blocks


def _content(message: Message) -> list[Block]:
    parts = (message.content,) if isinstance(message.content, str) else message.content
    blocks: list[Block] = []
    for part in parts:
        if isinstance(part, Image):
            source = {"type": "base64", "media_type": part.media_type, "data": b64encode(part.data).decode()}
            blocks.append({"type": "image", "source": source})
        elif part.strip():  # empty text is refused
            blocks.append({"type": "text", "text": part})
    return blocks


def _call_id(call_id: str) -> str:
    return _ALIEN.sub("_", call_id) or "_"


def _input(arguments: str) -> dict[str, Any]:
    """Only an object is taken, and models write other things."""
    try:
        value = orjson.loads(arguments or "{}")
    except ValueError:
        value = arguments
    return value if isinstance(value, dict) else {"arguments": value}
