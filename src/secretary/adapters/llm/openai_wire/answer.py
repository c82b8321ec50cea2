"""What a service has said so far: pieces out of events, and how the answer ended. No I/O."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.adapters.llm.openai_wire.calls import CalledTools
from secretary.adapters.llm.openai_wire.counts import usage_of
from secretary.adapters.llm.openai_wire.endpoint import Dialect
from secretary.adapters.llm.openai_wire.faults import fault_in_stream
from secretary.adapters.llm.openai_wire.spoken import spoken_for
from secretary.kernel.errors import Upstream
from secretary.llm.errors import llm_error
from secretary.llm.ports import Delta, Finish, FinishReason, JsonObject, Piece, Prompt, Reasoning, TokenUsage

_DONE: Final = b"[DONE]"
_REASONS: Final = {
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "model_length": FinishReason.LENGTH,  # Mistral
    "content_filter": FinishReason.REFUSED,
    "blacklist": FinishReason.REFUSED,  # GigaChat
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
}
_FAULTS: Final = {
    "error": "llm_truncated",  # OpenRouter: the backend died in mid-answer
    "insufficient_system_resource": "llm_overloaded",  # DeepSeek
}


class Completion:
    """Accumulates one answer: the wire's `Answer`. What it says is text until its `Delta` is made, once a chunk."""

    def __init__(
        self,
        model: str,
        prompt: Prompt | None = None,
        dialect: Dialect | None = None,
        thoughts: Keepsakes[str] | None = None,
    ) -> None:
        self.model = model
        self.reason: FinishReason | None = None
        self.fault: Upstream | None = None
        self.is_done = False
        self.has_begun = False
        self._usage = TokenUsage()
        self._called = CalledTools()
        self._spoken = spoken_for(prompt, dialect, self._called) if prompt and dialect else None
        self._logprobs: tuple[JsonObject, ...] = ()
        self._keepsakes = thoughts
        self._thoughts: list[str] = []

    def take(self, events: list[bytes]) -> Sequence[Piece]:
        """The pieces of these events: text of neighbours is one piece."""
        told: list[str | Piece] = []
        for data in events:
            if data == _DONE:
                self.is_done = True
                break
            try:
                self._event(orjson.loads(data), told)
            except Upstream as fault:
                self.fault = fault
                break
            except (ValueError, TypeError, AttributeError):
                self.fault = llm_error("llm_nonsense")
                break
        if self._spoken is not None and (self.is_done or self.reason or self.fault):
            told += self._spoken.end()
        return _pieces(told) if told else ()

    def take_last(self, data: bytes | None) -> Sequence[Piece]:
        """What stood unfinished at the end of the stream: half an event is no fault but a sign of the cut."""
        pieces = self.take([data] if data else [])
        if self.fault is not None and self.fault.code == "llm_nonsense":
            self.fault = None
        held = self._spoken.end() if self._spoken else ()
        return (*pieces, *_pieces(held)) if held else pieces

    def take_whole(self, body: bytes) -> Sequence[Piece]:
        """A whole `chat.completion`, as services send that ignore `stream`. Raises Upstream."""
        pieces = self.take([body])
        if self.fault is not None:
            raise self.fault
        if not self.has_begun and self.reason is None:
            raise llm_error("llm_nonsense")
        self.is_done = True
        return (*pieces, *_pieces(self._spoken.end())) if self._spoken else pieces

    def finish(self) -> Finish:
        """The end. Raises Upstream("llm_truncated") where the service neither gave a reason nor said [DONE]."""
        if self.reason is None and not (self.is_done and self.has_begun):
            raise llm_error("llm_truncated")
        reason = self.reason or FinishReason.STOP
        if reason is FinishReason.STOP and self._called.has_called:
            reason = FinishReason.TOOL_CALLS  # Ollama and others say "stop"
        if self._keepsakes is not None:
            thoughts = "".join(self._thoughts)
            for call_id in self._called.ids:
                self._keepsakes.keep(call_id, thoughts)
        return Finish(reason, self.model, self._usage)

    def _event(self, event: Mapping[str, Any], told: list[str | Piece]) -> None:
        if error := event.get("error"):
            raise fault_in_stream(error)
        choices = event.get("choices")
        if isinstance(choices, list) and choices:
            self._choice(choices[0], event, told)
            return
        if choices is None and "usage" not in event:
            raise TypeError
        self._count(event.get("usage"))

    def _choice(self, choice: Mapping[str, Any], event: Mapping[str, Any], told: list[str | Piece]) -> None:
        part = choice.get("delta") or choice.get("message") or {}
        text = part.get("content")
        if text and len(part) == 1 and self._spoken is None and not choice.get("logprobs"):
            self.has_begun = True
            told.append(_text(text))  # the hot path: a token and nothing else
        else:
            self._part(part, choice, told)
        if (reason := choice.get("finish_reason")) is not None:
            self._end(reason, choice, event)

    def _part(self, part: Mapping[str, Any], choice: Mapping[str, Any], told: list[str | Piece]) -> None:
        if thought := part.get("reasoning_content") or part.get("reasoning"):
            self.has_begun = True  # it thinks aloud: alive, but nothing for a customer
            told.append(Reasoning(_text(thought)))
            if self._keepsakes is not None:
                self._thoughts.append(thought)
        if text := part.get("content"):
            self.has_begun = True
            self._say(_text(text), choice, told)
        if part.get("tool_calls"):
            self.has_begun = True
            told += self._called.take(part["tool_calls"])
        elif part.get("function_call"):
            self.has_begun = True
            told += self._called.take_function(part["function_call"])
        if part.get("refusal"):
            self.reason = FinishReason.REFUSED

    def _say(self, text: str, choice: Mapping[str, Any], told: list[str | Piece]) -> None:
        said: Sequence[str | Piece] = (text,)
        if self._spoken is not None:
            said = self._spoken.feed(text)
            if self._spoken.is_plain:
                self._spoken = None
        self._logprobs += _logprobs(choice)
        for piece in said:
            if isinstance(piece, str) and self._logprobs:
                told.append(Delta(piece, self._logprobs))
            else:
                told.append(piece)
            self._logprobs = ()

    def _end(self, reason: object, choice: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        if code := _FAULTS.get(str(reason)):
            raise llm_error(code)
        if self.reason is not FinishReason.REFUSED:
            self.reason = _REASONS.get(str(reason), FinishReason.STOP)
        if isinstance(model := event.get("model"), str):
            self.model = model
        self._count(event.get("usage") or choice.get("usage"))  # Kimi counts inside the choice

    def _count(self, usage: object) -> None:
        if isinstance(usage, dict):
            self._usage = usage_of(usage)


def _pieces(told: Sequence[str | Piece]) -> Sequence[Piece]:
    """The same with text joined to one `Delta` a run."""
    if len(told) == 1:
        return (Delta(told[0]),) if isinstance(told[0], str) else (told[0],)
    pieces: list[Piece] = []
    text: list[str] = []
    for part in told:
        if isinstance(part, str):
            text.append(part)
            continue
        if text:
            pieces.append(Delta("".join(text)))
            text.clear()
        pieces.append(part)
    return [*pieces, Delta("".join(text))] if text else pieces


def _logprobs(choice: Mapping[str, Any]) -> tuple[JsonObject, ...]:
    """One object a token, as OpenAI has them."""
    logprobs = choice.get("logprobs")
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    return tuple(_object(token) for token in content) if isinstance(content, list) else ()


def _object(value: object) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise TypeError


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError
