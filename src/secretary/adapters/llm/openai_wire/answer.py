"""What a service has said so far: text out of events, and how the answer ended. No I/O."""

from collections.abc import Sequence
from typing import Final

import orjson

from secretary.adapters.llm.openai_wire.faults import fault_in_stream
from secretary.kernel.errors import Upstream
from secretary.llm.errors import llm_error
from secretary.llm.ports import Delta, Finish, FinishReason, Piece, TokenUsage

_DONE: Final = b"[DONE]"
_REASONS: Final = {
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "model_length": FinishReason.LENGTH,  # Mistral
    "content_filter": FinishReason.REFUSED,
}
_CUT_OFF: Final = "error"  # OpenRouter's finish reason for a backend that died in mid-answer


class Completion:
    """Accumulates one answer: the wire's `Answer`."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.reason: FinishReason | None = None
        self.fault: Upstream | None = None
        self.is_done = False
        self.has_begun = False
        self._usage = TokenUsage()

    def take(self, events: list[bytes]) -> Sequence[Piece]:
        """One piece with the text of these events, or none."""
        text = self._text_of(events)
        return (Delta(text),) if text else ()

    def take_last(self, data: bytes | None) -> Sequence[Piece]:
        """What stood unfinished at the end of the stream: half an event is no fault but a sign of the cut."""
        pieces = self.take([data]) if data else ()
        if self.fault is not None and self.fault.code == "llm_nonsense":
            self.fault = None
        return pieces

    def take_whole(self, body: bytes) -> Sequence[Piece]:
        """A whole `chat.completion`, as services send that ignore `stream`. Raises Upstream."""
        pieces = self.take([body])
        if self.fault is not None:
            raise self.fault
        if not self.has_begun and self.reason is None:
            raise llm_error("llm_nonsense")
        self.is_done = True
        return pieces

    def finish(self) -> Finish:
        """The end. Raises Upstream("llm_truncated") where the service neither gave a reason nor said [DONE]."""
        if self.reason is None and not (self.is_done and self.has_begun):
            raise llm_error("llm_truncated")
        return Finish(self.reason or FinishReason.STOP, self.model, self._usage)

    def _text_of(self, events: list[bytes]) -> str:
        pieces: list[str] = []
        for data in events:
            if data == _DONE:
                self.is_done = True
                break
            try:
                pieces.append(self._event(_object(orjson.loads(data))))
            except Upstream as fault:
                self.fault = fault
                break
            except (ValueError, TypeError):
                self.fault = llm_error("llm_nonsense")
                break
        return "".join(pieces)

    def _event(self, event: dict[str, object]) -> str:
        if error := event.get("error"):
            raise fault_in_stream(error)
        choices = event.get("choices")
        if isinstance(choices, list) and choices:
            return self._choice(_object(choices[0]), event)
        if choices is None and "usage" not in event:
            raise TypeError
        self._count(event.get("usage"))
        return ""

    def _choice(self, choice: dict[str, object], event: dict[str, object]) -> str:
        part = _object(choice.get("delta") or choice.get("message") or {})
        if (reason := choice.get("finish_reason")) is not None:
            self._end(reason, event)
        if text := part.get("content"):
            self.has_begun = True
            return _text(text)
        if part.get("reasoning_content") or part.get("reasoning"):
            self.has_begun = True  # it thinks aloud: alive, but nothing for a customer
        if part.get("refusal"):
            self.reason = FinishReason.REFUSED
        return ""

    def _end(self, reason: object, event: dict[str, object]) -> None:
        if reason == _CUT_OFF:
            raise llm_error("llm_truncated")
        if self.reason is not FinishReason.REFUSED:
            self.reason = _REASONS.get(str(reason), FinishReason.STOP)
        if isinstance(model := event.get("model"), str):
            self.model = model
        self._count(event.get("usage"))

    def _count(self, usage: object) -> None:
        if isinstance(usage, dict):
            prompt, completion = usage.get("prompt_tokens"), usage.get("completion_tokens")
            self._usage = TokenUsage(
                prompt if isinstance(prompt, int) else None, completion if isinstance(completion, int) else None
            )


def _object(value: object) -> dict[str, object]:
    if isinstance(value, dict):
        return value
    raise TypeError


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError
