"""What Claude has said so far: pieces out of the typed events of a message's stream. No I/O."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson

from secretary.adapters.llm.anthropic_wire.faults import fault_in_stream
from secretary.adapters.llm.anthropic_wire.turns import Block, Thoughts
from secretary.adapters.llm.events import EventAnswer, count_of, list_of, object_of, text_of
from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.llm.ports import Delta, FinishReason, Piece, Reasoning, TokenUsage, ToolCallDelta

_REASONS: Final = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "pause_turn": FinishReason.LENGTH,  # a turn with the service's own tools that is to be continued: we offer none
    "refusal": FinishReason.REFUSED,
    "tool_use": FinishReason.TOOL_CALLS,
}


class MessageAnswer(EventAnswer):
    """One message. The arguments of the tool `answer_tool` are the answer itself, where JSON is had that way."""

    def __init__(self, model: str, thoughts: Keepsakes[Thoughts], answer_tool: str | None = None) -> None:
        super().__init__(model)
        self._thoughts = thoughts
        self._answer_tool = answer_tool
        self._blocks: dict[int, Block] = {}
        self._calls: dict[int, ToolCallDelta] = {}
        self._spoken_by: int | None = None
        self._without_arguments: set[int] = set()
        self._counts: dict[str, int] = {}

    def _event(self, event: dict[str, Any]) -> Iterable[Piece]:
        match text_of(event.get("type")):
            case "content_block_delta":
                return self._grow(event)
            case "content_block_start":
                return self._open(_index(event), object_of(event.get("content_block")))
            case "content_block_stop":
                return self._close(_index(event))
            case "message_start":
                message = object_of(event.get("message"))
                self.model = str(message.get("model") or self.model)
                self._count(message.get("usage"))
            case "message_delta":
                self._end(object_of(event.get("delta")).get("stop_reason"))
                self._count(event.get("usage"))
            case "message_stop":
                self.is_done = True
            case "error":
                raise fault_in_stream(event.get("error"))
        return ()  # pings, and kinds of event that are yet to be invented

    def _whole(self, document: Any) -> Iterable[Piece]:
        message = object_of(document)
        if message.get("type") == "error":
            raise fault_in_stream(message.get("error"))
        pieces: list[Piece] = []
        for index, block in enumerate(list_of(message.get("content"))):
            pieces += (*self._open(index, object_of(block)), *self._close(index))
        self.model = str(message.get("model") or self.model)
        self._end(message.get("stop_reason"))
        self._count(message.get("usage"))
        return pieces

    def _usage(self) -> TokenUsage:
        counts = self._counts
        cached = counts.get("cache_read_input_tokens", 0)
        prompt = counts.get("input_tokens")
        if prompt is not None:  # the API counts apart what was read from the cache and what was written to it
            prompt += cached + counts.get("cache_creation_input_tokens", 0)
        return TokenUsage(prompt, counts.get("output_tokens"), cached, counts.get("thinking_tokens", 0))

    def _open(self, index: int, block: Block) -> Sequence[Piece]:
        self._blocks[index] = block
        match block.get("type"):
            case "text":
                return _text(block.get("text"))
            case "thinking":
                return _thought(block.setdefault("thinking", ""))
            case "tool_use":
                return self._call(index, block)
        return ()

    def _call(self, index: int, block: Block) -> Sequence[Piece]:
        arguments = orjson.dumps(given).decode() if (given := block.get("input")) else ""
        if block.get("name") == self._answer_tool:
            self._spoken_by = index
            return _text(arguments)
        call = ToolCallDelta(len(self._calls), text_of(block.get("id")), text_of(block.get("name")), arguments)
        self._calls[index] = call
        if not arguments:
            self._without_arguments.add(index)
        return (call,)

    def _grow(self, event: dict[str, Any]) -> Sequence[Piece]:
        index, delta = _index(event), object_of(event.get("delta"))
        match delta.get("type"):
            case "text_delta":
                return _text(delta.get("text"))
            case "thinking_delta":
                self._thinking(index)["thinking"] += text_of(delta.get("thinking"))
                return _thought(delta.get("thinking"))
            case "signature_delta":
                self._thinking(index)["signature"] = text_of(delta.get("signature"))
            case "input_json_delta":
                return self._argue(index, text_of(delta.get("partial_json")))
        return ()

    def _thinking(self, index: int) -> Block:
        return self._blocks.setdefault(index, {"type": "thinking", "thinking": ""})

    def _argue(self, index: int, arguments: str) -> Sequence[Piece]:
        if index == self._spoken_by:
            return _text(arguments)
        if not arguments or index not in self._calls:  # the service's own tools are nobody's business
            return ()
        self._without_arguments.discard(index)
        return (ToolCallDelta(self._calls[index].index, arguments=arguments),)

    def _close(self, index: int) -> Sequence[Piece]:
        if index not in self._without_arguments:
            return ()
        self._without_arguments.discard(index)
        return (ToolCallDelta(self._calls[index].index, arguments="{}"),)

    def _end(self, reason: object) -> None:
        if reason is None:
            return
        self.reason = _REASONS.get(str(reason), FinishReason.STOP)
        if self.reason is FinishReason.TOOL_CALLS and not self._calls:
            self.reason = FinishReason.STOP
        thoughts = [block for block in self._blocks.values() if _is_signed(block)]
        for call in self._calls.values() if thoughts else ():
            self._thoughts.keep(call.id, thoughts)

    def _count(self, usage: object) -> None:
        if not isinstance(usage, dict):
            return
        details = usage.get("output_tokens_details")
        for name, value in (usage | (details if isinstance(details, dict) else {})).items():
            if (count := count_of(value)) is not None:
                self._counts[name] = count


def _index(event: dict[str, Any]) -> int:
    if (index := count_of(event.get("index"))) is None:
        raise TypeError
    return index


def _is_signed(block: Block) -> bool:
    kind = block.get("type")
    return kind == "redacted_thinking" or (kind == "thinking" and bool(block.get("signature")))


def _text(value: object) -> Sequence[Piece]:
    return (Delta(text),) if (text := text_of(value)) else ()


def _thought(value: object) -> Sequence[Piece]:
    return (Reasoning(text),) if (text := text_of(value)) else ()
