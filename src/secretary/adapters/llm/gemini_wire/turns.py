"""Our messages as Gemini's contents: the system's words apart, roles that alternate, calls answered by name. No I/O."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.llm.ports import Image, Message

Part = dict[str, Any]

# A conversation begins with the customer here; ours may begin with the assistant's greeting.
_SILENCE: Final = "…"
# Gemini 3 refuses calls without its signature; this word, from the page on thought signatures, stands for a lost one.
_LOST: Final = "skip_thought_signature_validator"


def system_parts(messages: Sequence[Message]) -> list[Part]:
    """The system's words in their order."""
    return [{"text": message.text} for message in messages if message.role == "system" and message.text]


def contents(messages: Sequence[Message], signatures: Keepsakes[str], *, wants_signatures: bool) -> list[Part]:
    """The conversation, beginning with a user; neighbours of one role are one content."""
    names = {call.id: call.name for message in messages for call in message.tool_calls}
    merged: list[Part] = []
    for message in messages:
        role = "model" if message.role == "assistant" else "user"
        parts = [] if message.role == "system" else _parts(message, names)
        if message.tool_calls:
            parts += _calls(message, signatures, wants_signatures=wants_signatures)
        if not parts:
            continue
        if merged and merged[-1]["role"] == role:
            merged[-1]["parts"] += parts
        else:
            merged.append({"role": role, "parts": parts})
    if not merged or merged[0]["role"] != "user":
        merged.insert(0, {"role": "user", "parts": [{"text": _SILENCE}]})
    return merged


def _parts(message: Message, names: Mapping[str, str]) -> list[Part]:
    pieces = (message.content,) if isinstance(message.content, str) else message.content
    parts: list[Part] = []
    for piece in pieces:
        if isinstance(piece, Image):
            parts.append({"inlineData": {"mimeType": piece.media_type, "data": b64encode(piece.data).decode()}})
        elif piece and message.role != "tool":
            parts.append({"text": piece})
    if message.role == "tool":
        call_id = message.tool_call_id
        answer = {"id": call_id, "name": names.get(call_id, call_id), "response": _response(message.text)}
        parts.insert(0, {"functionResponse": answer})
    return parts


def _calls(message: Message, signatures: Keepsakes[str], *, wants_signatures: bool) -> list[Part]:
    """Of calls side by side only the first is signed."""
    parts: list[Part] = []
    for call in message.tool_calls:
        part: Part = {"functionCall": {"id": call.id, "name": call.name, "args": _object(call.arguments, "arguments")}}
        signature = signatures.of(call.id)
        if signature is None and wants_signatures and not parts:
            signature = _LOST
        if signature is not None:
            part["thoughtSignature"] = signature
        parts.append(part)
    return parts


def _response(text: str) -> Mapping[str, Any]:
    return _object(text, "result")


def _object(text: str, name: str) -> Mapping[str, Any]:
    """Only an object is taken; anything else becomes the one value of one."""
    try:
        value = orjson.loads(text or "{}")
    except ValueError:
        value = text
    return value if isinstance(value, dict) else {name: value}
