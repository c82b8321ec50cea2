"""What Claude and Gemini send, built by their published descriptions, and models that speak to a scripted upstream."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from secretary.adapters.llm.anthropic_wire import anthropic_model
from secretary.adapters.llm.gemini_wire import gemini_model
from secretary.kernel.errors import Upstream
from secretary.kernel.http import DestinationKind, HttpClient
from secretary.llm.ports import (
    ChatCapabilities,
    ChatModel,
    Delta,
    Finish,
    Message,
    Piece,
    Prompt,
    Reasoning,
    TimeLimits,
    ToolCallDelta,
)
from secretary.llm.providers import ProviderSpec, ProviderType
from tests.support.llm_upstream import Exchange, LlmUpstream, Script

PROMPT = Prompt([Message("system", "Будь краток"), Message("user", "Привет")])
# Only what is meant to run out is short: the machine that runs the tests may be busy.
AT_ONCE = TimeLimits(first_token_s=0.15)
IDLE = TimeLimits(idle_s=0.15)
SECRET = "the service's own words"
KEY = "sk-of-the-owner"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
HTML = "<html><body>Welcome</body></html>"
PNG = b"\x89PNG\r\n\x1a\n"

Make = Callable[[HttpClient, ProviderSpec], ChatModel]


def spec_of(
    kind: ProviderType, base_url: str, *, model: str = "", limits: TimeLimits | None = None, **others: Any
) -> ProviderSpec:
    """A provider on loopback that can do everything."""
    model = model or {ProviderType.CLAUDE: "claude-sonnet-4-5", ProviderType.GEMINI: "gemini-2.5-flash"}[kind]
    able = ChatCapabilities(model, has_images=True, max_output_tokens=8_192)
    return ProviderSpec(
        "cloud:1",
        kind,
        model,
        base_url,
        KEY,
        DestinationKind.TRUSTED,
        limits=limits or TimeLimits(),
        capabilities=others.pop("capabilities", able),
        **others,
    )


@asynccontextmanager
async def served(
    kind: ProviderType, *scripts: Script, path: str = "", **others: Any
) -> AsyncGenerator[tuple[ChatModel, LlmUpstream], None]:
    """A model of this type and the upstream it speaks to; `path` is where the service lives there."""
    http = HttpClient()
    make = anthropic_model if kind is ProviderType.CLAUDE else gemini_model
    async with LlmUpstream(*scripts) as upstream:
        try:
            spec = spec_of(kind, f"http://127.0.0.1:{upstream.port}{path}", **others)
            yield make(http, spec, now=lambda: NOW), upstream
        finally:
            await http.aclose()


async def heard(model: ChatModel, prompt: Prompt = PROMPT) -> list[Piece]:
    """All pieces, the end included, which is one and the last; neighbours of one kind are joined."""
    pieces = [piece async for piece in model.stream(prompt)]
    assert [isinstance(piece, Finish) for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    return joined(pieces)


def joined(pieces: Sequence[Piece]) -> list[Piece]:
    """The same answer in as few pieces as it can be told in."""
    told: list[Piece] = []
    for piece in pieces:
        match told[-1] if told else None, piece:
            case Delta() as last, Delta():
                told[-1] = Delta(last.text + piece.text)
            case Reasoning() as last, Reasoning():
                told[-1] = Reasoning(last.text + piece.text)
            case ToolCallDelta() as last, ToolCallDelta(id="") if last.index == piece.index:
                told[-1] = replace(last, arguments=last.arguments + piece.arguments)
            case _:
                told.append(piece)
    return told


async def broken(model: ChatModel, prompt: Prompt = PROMPT) -> tuple[str, Upstream]:
    """The text that came before the fault, and the fault."""
    said: list[Piece] = []

    async def listen() -> None:
        async for piece in model.stream(prompt):
            said.append(piece)  # noqa: PERF401 - what came before the fault must stay

    with pytest.raises(Upstream) as raised:
        await listen()
    assert not any(isinstance(piece, Finish) for piece in said), "what breaks off is never shown as complete"
    return "".join(piece.text for piece in said if isinstance(piece, Delta)), raised.value


def endless_comments(*events: bytes) -> Script:
    """These events, then comments for ever: alive, but no progress."""

    async def play(exchange: Exchange) -> None:
        await exchange.start()
        for data in events:
            await exchange.send(data)
        while True:
            await exchange.send(b": still here\n\n")

    return play


def claude_start(**usage: int) -> dict[str, Any]:
    counts = {"input_tokens": 7, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 1}
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [],
        "model": "claude-scripted",
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**counts, **usage},
    }
    return {"type": "message_start", "message": message}


def claude_block(index: int, block: dict[str, Any], *deltas: dict[str, Any]) -> list[dict[str, Any]]:
    """A content block from its start to its stop."""
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def claude_text(index: int, *texts: str) -> list[dict[str, Any]]:
    deltas = ({"type": "text_delta", "text": text} for text in texts)
    return claude_block(index, {"type": "text", "text": ""}, *deltas)


def claude_thought(index: int, text: str, signature: str) -> list[dict[str, Any]]:
    deltas = {"type": "thinking_delta", "thinking": text}, {"type": "signature_delta", "signature": signature}
    return claude_block(index, {"type": "thinking", "thinking": "", "signature": ""}, *deltas)


def claude_call(index: int, call_id: str, name: str, *arguments: str) -> list[dict[str, Any]]:
    deltas = ({"type": "input_json_delta", "partial_json": part} for part in arguments)
    return claude_block(index, {"type": "tool_use", "id": call_id, "name": name, "input": {}}, *deltas)


def claude_end(reason: str | None = "end_turn", **usage: Any) -> list[dict[str, Any]]:
    delta = {"stop_reason": reason, "stop_sequence": None}
    return [
        {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 2, **usage}},
        {"type": "message_stop"},
    ]


def claude_answer(*texts: str) -> list[dict[str, Any]]:
    """The events of a whole text."""
    return [claude_start(), {"type": "ping"}, *claude_text(0, *texts), *claude_end()]


def gemini_chunk(*parts: dict[str, Any], finish: str | None = None, **others: Any) -> dict[str, Any]:
    """One `GenerateContentResponse`; the last has a `finish`."""
    candidate: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    counts = {"promptTokenCount": 7, "candidatesTokenCount": 2, "totalTokenCount": 9}
    return {"candidates": [candidate], "usageMetadata": counts, "modelVersion": "gemini-scripted", **others}


def gemini_answer(*texts: str) -> list[dict[str, Any]]:
    """The responses of a whole text."""
    chunks = [gemini_chunk({"text": text}) for text in texts[:-1]]
    return [*chunks, gemini_chunk({"text": texts[-1]}, finish="STOP")]
