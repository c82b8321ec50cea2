"""What Gemini has said so far: pieces out of the responses of a stream. No I/O.

The stream has no mark of its end: one that stops before a candidate gave its `finishReason` was cut off.
"""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson

from secretary.adapters.llm.events import EventAnswer, count_of, list_of, object_of, text_of
from secretary.adapters.llm.gemini_wire.faults import fault_in_stream
from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.llm.errors import llm_error
from secretary.llm.ports import Delta, FinishReason, Piece, Reasoning, TokenUsage, ToolCallDelta

_REASONS: Final = {
    "STOP": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.LENGTH,
    **dict.fromkeys(
        ("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "ESCALATION"),
        FinishReason.REFUSED,
    ),
    **dict.fromkeys(("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"), FinishReason.REFUSED),
}
# Reasons for which there is no answer: what was said until then is none, and another attempt may give one.
_FAULTS: Final = {
    "OTHER": "llm_truncated",
    "MALFORMED_FUNCTION_CALL": "llm_nonsense",
    "MALFORMED_RESPONSE": "llm_nonsense",
    "UNEXPECTED_TOOL_CALL": "llm_nonsense",
    "TOO_MANY_TOOL_CALLS": "llm_nonsense",
    "MISSING_THOUGHT_SIGNATURE": "llm_rejected",
}
_UNSAID: Final = frozenset({None, "", "FINISH_REASON_UNSPECIFIED", "BLOCK_REASON_UNSPECIFIED"})
_KNOWN: Final = frozenset({"candidates", "usageMetadata", "promptFeedback", "modelVersion"})


class ContentAnswer(EventAnswer):
    """One candidate's answer. Signatures of its calls are kept for the request that brings their results."""

    def __init__(self, model: str, signatures: Keepsakes[str]) -> None:
        super().__init__(model)
        self._signatures = signatures
        self._calls = 0
        self._counts: dict[str, int] = {}

    def _event(self, event: dict[str, Any]) -> Iterable[Piece]:
        if error := event.get("error"):
            raise fault_in_stream(error)
        if _KNOWN.isdisjoint(event):
            raise TypeError
        self.model = str(event.get("modelVersion") or self.model)
        for name, value in object_of(event.get("usageMetadata") or {}).items():
            if (count := count_of(value)) is not None:
                self._counts[name] = count
        if object_of(event.get("promptFeedback") or {}).get("blockReason") not in _UNSAID:
            raise llm_error("llm_refused")
        candidates = list_of(event.get("candidates"))
        return self._candidate(object_of(candidates[0])) if candidates else ()

    def _whole(self, document: Any) -> Iterable[Piece]:
        responses = document if isinstance(document, list) else [document]
        return [piece for response in responses for piece in self._event(object_of(response))]

    def _usage(self) -> TokenUsage:
        counts = self._counts
        thoughts, said = counts.get("thoughtsTokenCount", 0), counts.get("candidatesTokenCount")
        prompt = counts.get("promptTokenCount")
        completion = None if said is None and not thoughts else (said or 0) + thoughts
        return TokenUsage(prompt, completion, counts.get("cachedContentTokenCount", 0), thoughts)

    def _candidate(self, candidate: dict[str, Any]) -> Sequence[Piece]:
        parts = list_of(object_of(candidate.get("content") or {}).get("parts"))
        pieces = [piece for part in parts for piece in self._part(object_of(part))]
        if (reason := candidate.get("finishReason")) not in _UNSAID:
            self._end(str(reason))
        return pieces

    def _part(self, part: dict[str, Any]) -> Sequence[Piece]:
        if (call := part.get("functionCall")) is not None:
            return (self._call(object_of(call), part.get("thoughtSignature")),)
        text = text_of(part.get("text", ""))
        if not text:
            return ()
        return (Reasoning(text),) if part.get("thought") is True else (Delta(text),)

    def _call(self, call: dict[str, Any], signature: object) -> ToolCallDelta:
        """A call comes whole; older models give it no id."""
        call_id = str(call.get("id") or f"call_{secrets.token_hex(12)}")
        if isinstance(signature, str):
            self._signatures.keep(call_id, signature)
        arguments = orjson.dumps(object_of(call.get("args") or {})).decode()
        self._calls += 1
        return ToolCallDelta(self._calls - 1, call_id, text_of(call.get("name")), arguments)

    def _end(self, reason: str) -> None:
        if reason in _FAULTS:
            self.fault = llm_error(_FAULTS[reason])
            return
        self.reason = _REASONS.get(reason, FinishReason.STOP)
        if self.reason is FinishReason.STOP and self._calls:
            self.reason = FinishReason.TOOL_CALLS
