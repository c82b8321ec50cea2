"""Answers in OpenAI's shapes. A chunk is cut from a template: only what is said is encoded anew."""

from base64 import b64encode
from collections.abc import Sequence
from struct import pack
from typing import Any

import orjson

from secretary.assistant.ports import SourcesFound
from secretary.conversations.ports import Source
from secretary.llm.ports import Delta, Embeddings, Finish, FinishReason, Piece, Reasoning, TokenUsage, ToolCallDelta

DONE = b"data: [DONE]\n\n"
REASONS = {
    FinishReason.STOP: "stop",
    FinishReason.LENGTH: "length",
    FinishReason.REFUSED: "content_filter",
    FinishReason.TOOL_CALLS: "tool_calls",
}


class Chunks:
    """`chat.completion.chunk` events of one answer."""

    def __init__(self, answer_id: str, model: str, created: int, *, with_usage: bool) -> None:
        head = {"id": answer_id, "object": "chat.completion.chunk", "created": created, "model": model}
        usage = b',"usage":null' if with_usage else b""
        self._head = b"data: " + orjson.dumps(head)[:-1]
        self._open = self._head + b',"choices":[{"index":0,"delta":'
        self._close = b',"logprobs":null,"finish_reason":null}]' + usage + b"}\n\n"
        self._text = self._open + b'{"content":'
        self._end = b"}" + self._close
        self._usage_null = usage
        self._with_usage = with_usage

    def first(self) -> bytes:
        """Who speaks."""
        return self._open + b'{"role":"assistant","content":""}' + self._close

    def of(self, piece: Piece | SourcesFound) -> bytes:
        """One piece of the answer."""
        match piece:
            case Delta(text, ()):
                return self._text + orjson.dumps(text) + self._end
            case Delta(text, logprobs):
                told = orjson.dumps({"content": logprobs, "refusal": None})
                tail = b',"finish_reason":null}]' + self._usage_null + b"}\n\n"
                return self._text + orjson.dumps(text) + b'},"logprobs":' + told + tail
            case Reasoning(text):
                return self._open + b'{"reasoning_content":' + orjson.dumps(text) + self._end
            case ToolCallDelta():
                return self._open + orjson.dumps({"tool_calls": [_call_delta(piece)]}) + self._close
            case SourcesFound(sources):
                return self._open + orjson.dumps({"sources": _told(sources)}) + self._close
            case Finish():
                return self._last(piece)

    def _last(self, finish: Finish) -> bytes:
        reason = orjson.dumps(REASONS[finish.reason])
        last = self._open + b'{},"logprobs":null,"finish_reason":' + reason + b"}]" + self._usage_null + b"}\n\n"
        if self._with_usage:
            last += self._head + b',"choices":[],"usage":' + orjson.dumps(usage_object(finish.usage)) + b"}\n\n"
        return last


def _told(sources: Sequence[Source]) -> list[Any]:
    """Where an assistant's answer comes from: ours beside OpenAI's fields."""
    return [source.model_dump(mode="json") for source in sources]


def _call_delta(piece: ToolCallDelta) -> dict[str, Any]:
    function: dict[str, str] = {"arguments": piece.arguments}
    if not piece.name:
        return {"index": piece.index, "function": function}
    function["name"] = piece.name
    return {"index": piece.index, "id": piece.id, "type": "function", "function": function}


class Whole:
    """A `chat.completion`, collected piece by piece."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._logprobs: list[Any] = []
        self._calls: dict[int, dict[str, str]] = {}
        self._sources: list[Any] = []
        self.finish: Finish | None = None

    def take(self, piece: Piece | SourcesFound) -> None:
        match piece:
            case Delta(text, logprobs):
                self._text.append(text)
                self._logprobs += logprobs
            case Reasoning(text):
                self._reasoning.append(text)
            case ToolCallDelta():
                call = self._calls.setdefault(piece.index, {"id": "", "name": "", "arguments": ""})
                call["id"] += piece.id
                call["name"] += piece.name
                call["arguments"] += piece.arguments
            case SourcesFound(sources):
                self._sources += _told(sources)
            case Finish():
                self.finish = piece

    def body(self, answer_id: str, model: str, created: int) -> dict[str, Any]:
        """The object. Only to be asked for once it is finished."""
        finish = self.finish or Finish(FinishReason.STOP, model)
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self._text), "refusal": None}
        if self._reasoning:
            message["reasoning_content"] = "".join(self._reasoning)
        if self._calls:
            message["tool_calls"] = [_call(call) for _, call in sorted(self._calls.items())]
            message["content"] = message["content"] or None
        if self._sources:
            message["sources"] = self._sources
        logprobs = {"content": self._logprobs, "refusal": None} if self._logprobs else None
        choice = {"index": 0, "message": message, "logprobs": logprobs, "finish_reason": REASONS[finish.reason]}
        return {
            "id": answer_id,
            "object": "chat.completion",
            "created": created,
            "model": model,
            "choices": [choice],
            "usage": usage_object(finish.usage),
        }


def _call(call: dict[str, str]) -> dict[str, Any]:
    return {"id": call["id"], "type": "function", "function": {"name": call["name"], "arguments": call["arguments"]}}


def usage_object(usage: TokenUsage) -> dict[str, Any]:
    """Tokens as the backend counted them; 0 where it does not say."""
    prompt, completion = usage.prompt or 0, usage.completion or 0
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": usage.cached},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }


def embeddings_object(found: Embeddings, model: str, encoding: str) -> dict[str, Any]:
    """A list of vectors; `base64` is little-endian 32-bit floats."""
    encode = _packed if encoding == "base64" else list
    data = [{"object": "embedding", "index": i, "embedding": encode(v)} for i, v in enumerate(found.vectors)]
    tokens = found.tokens or 0
    return {
        "object": "list",
        "data": data,
        "model": model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def _packed(vector: Sequence[float]) -> str:
    return b64encode(pack(f"<{len(vector)}f", *vector)).decode()
