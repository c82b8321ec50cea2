"""Reading one answer off the wire: which body it is, and how long each next piece may take."""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Final

from secretary.adapters.llm.openai_wire.answer import Answer
from secretary.adapters.llm.openai_wire.faults import fault_of_status
from secretary.adapters.llm.sse import EventCutter
from secretary.kernel.clock import Clock
from secretary.kernel.errors import Upstream
from secretary.kernel.http import HttpResponse
from secretary.llm.errors import llm_error
from secretary.llm.ports import Finish, TimeLimits

_MAX_ERROR_BYTES: Final = 65_536
_MAX_ANSWER_BYTES: Final = 4_000_000
# After the finish reason only the token counts and [DONE] are missing: not worth a customer's wait.
_TAIL_S: Final = 2.0
# Waiting for the end of the body saves the next answer a TCP and TLS handshake.
_DRAIN_S: Final = 0.2


class Reading:
    """An answer being read. Idle limits count from the moment somebody asks: a slow reader is no silent service."""

    def __init__(self, response: HttpResponse, model: str, limits: TimeLimits, first_token_by: float) -> None:
        self._response = response
        self._answer = Answer(model)
        self._events = EventCutter()
        self._idle_s = limits.idle_s
        self._first_token_by = first_token_by
        self._now = asyncio.get_running_loop().time
        self._is_at_end = False

    async def next_text(self) -> str:
        """The next piece, never empty; "" at the end. Raises Upstream."""
        answer = self._answer
        now = self._now()
        deadline = self._deadline(now)
        while answer.fault is None and not (answer.is_done or self._is_at_end):
            chunk = await self._next_chunk(deadline - now)
            events = self._events.feed(chunk) if chunk else []
            if text := answer.take(events) if chunk else self._last_text():
                return text
            now = self._now()
            if events:  # comments ("still working") are no progress
                deadline = self._deadline(now)
        if answer.fault is not None:
            raise answer.fault
        return ""

    def finish(self) -> Finish:
        """The end of the answer. Raises Upstream("llm_truncated") where it was cut off."""
        return self._answer.finish()

    async def drain(self) -> None:
        """Read what follows the end, so that the connection can serve again; a service that dawdles is cut."""
        until = self._now() + _DRAIN_S
        with suppress(Upstream):  # the answer is complete: whatever happens here is nobody's loss
            while await self._response.next_chunk(until - self._now()):
                pass

    async def _next_chunk(self, within_s: float) -> bytes:
        try:
            return await self._response.next_chunk(within_s)
        except Upstream:
            if self._answer.reason is None:
                raise
            return b""  # the answer is complete, only its trimmings are missing

    def _last_text(self) -> str:
        self._is_at_end = True
        return self._answer.take_last(self._events.end())

    def _deadline(self, now: float) -> float:
        if self._answer.reason is not None:
            return now + min(self._idle_s, _TAIL_S)
        return now + self._idle_s if self._answer.has_begun else self._first_token_by


class WholeReading:
    """An answer that came as one JSON document, because the service ignored `stream`."""

    def __init__(self, answer: Answer, text: str) -> None:
        self._answer = answer
        self._text = text

    async def next_text(self) -> str:
        """The whole text, then ""."""
        text, self._text = self._text, ""
        return text

    def finish(self) -> Finish:
        """The end of the answer."""
        return self._answer.finish()

    async def drain(self) -> None:
        """Nothing follows."""


async def open_reading(
    response: HttpResponse, model: str, limits: TimeLimits, first_token_by: float, now: Clock
) -> Reading | WholeReading:
    """The reader for this answer's body. Raises Upstream for a status that is none, or a body that is no answer."""
    if response.status != HTTPStatus.OK:
        body = await _error_body(response)
        raise fault_of_status(response.status, response.headers, body, now())
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if content_type == "text/event-stream":
        return Reading(response, model, limits, first_token_by)
    if content_type == "application/json":
        answer = Answer(model)
        return WholeReading(answer, answer.take_completion(await response.read(_MAX_ANSWER_BYTES)))
    raise llm_error("llm_nonsense")


async def _error_body(response: HttpResponse) -> bytes:
    try:
        return await response.read(_MAX_ERROR_BYTES)
    except Upstream:
        return b""  # the status alone says enough
