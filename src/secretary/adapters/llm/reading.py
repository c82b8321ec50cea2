"""Reading one answer off the wire, whatever it speaks: which body it is, and how long each next piece may take."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import Final, Protocol

from secretary.adapters.llm.sse import EventCutter
from secretary.kernel.clock import Clock
from secretary.kernel.errors import Upstream
from secretary.kernel.http import HttpResponse
from secretary.llm.errors import llm_error
from secretary.llm.ports import Finish, FinishReason, Piece, TimeLimits

_MAX_ERROR_BYTES: Final = 65_536
_MAX_ANSWER_BYTES: Final = 4_000_000
# After the finish reason only the token counts and [DONE] are missing: not worth a customer's wait.
_TAIL_S: Final = 2.0
# Waiting for the end of the body saves the next answer a TCP and TLS handshake.
_DRAIN_S: Final = 0.2


FaultOfStatus = Callable[[int, Mapping[str, str], bytes, datetime], Upstream]
"""The error for an answer whose status is not 200: its status, headers, body, and the time now."""


class Answer(Protocol):
    """What a service has said so far, as its wire understands it. No I/O.

    A fault found between pieces waits in `fault`, so that what was said before it is not lost.
    """

    reason: FinishReason | None
    fault: Upstream | None
    is_done: bool
    """Nothing more is to come."""
    has_begun: bool
    """Something of the answer has come, be it a thought."""

    def take(self, events: list[bytes]) -> Sequence[Piece]:
        """The pieces that these events carry: text, thoughts and tool calls, never the end."""
        ...

    def take_last(self, data: bytes | None) -> Sequence[Piece]:
        """Pieces of what stood unfinished at the end of the stream: half an event is no fault but a sign of the cut."""
        ...

    def take_whole(self, body: bytes) -> Sequence[Piece]:
        """Pieces of an answer that came as one JSON document. Raises Upstream."""
        ...

    def finish(self) -> Finish:
        """The end. Raises Upstream("llm_truncated") where there was none."""
        ...


class Reading:
    """An answer being read. Idle limits count from the moment somebody asks: a slow reader is no silent service."""

    def __init__(self, response: HttpResponse, answer: Answer, limits: TimeLimits, first_token_by: float) -> None:
        self._response = response
        self._answer = answer
        self._events = EventCutter()
        self._idle_s = limits.idle_s
        self._first_token_by = first_token_by
        self._now = asyncio.get_running_loop().time
        self._is_at_end = False

    async def next_pieces(self) -> Sequence[Piece]:
        """What has arrived, never nothing until the end. Raises Upstream."""
        answer = self._answer
        now = self._now()
        deadline = self._deadline(now)
        while answer.fault is None and not (answer.is_done or self._is_at_end):
            chunk = await self._next_chunk(deadline - now)
            events = self._events.feed(chunk) if chunk else []
            if pieces := answer.take(events) if chunk else self._last_pieces():
                return pieces
            now = self._now()
            if events:  # comments ("still working") are no progress
                deadline = self._deadline(now)
        if answer.fault is not None:
            raise answer.fault
        return ()

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

    def _last_pieces(self) -> Sequence[Piece]:
        self._is_at_end = True
        return self._answer.take_last(self._events.end())

    def _deadline(self, now: float) -> float:
        if self._answer.reason is not None:
            return now + min(self._idle_s, _TAIL_S)
        return now + self._idle_s if self._answer.has_begun else self._first_token_by


class WholeReading:
    """An answer that came as one JSON document, because the service ignored `stream`."""

    def __init__(self, answer: Answer, pieces: Sequence[Piece]) -> None:
        self._answer = answer
        self._pieces = pieces

    async def next_pieces(self) -> Sequence[Piece]:
        """All of it, then nothing."""
        pieces, self._pieces = self._pieces, ()
        return pieces

    def finish(self) -> Finish:
        """The end of the answer."""
        return self._answer.finish()

    async def drain(self) -> None:
        """Nothing follows."""


async def open_reading(
    response: HttpResponse,
    answer: Answer,
    limits: TimeLimits,
    first_token_by: float,
    fault_of_status: FaultOfStatus,
    now: Clock,
) -> Reading | WholeReading:
    """The reader for this answer's body. Raises Upstream for a status that is none, or a body that is no answer."""
    if response.status != HTTPStatus.OK:
        body = await _error_body(response)
        raise fault_of_status(response.status, response.headers, body, now())
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if content_type == "text/event-stream":
        return Reading(response, answer, limits, first_token_by)
    if content_type == "application/json":
        return WholeReading(answer, answer.take_whole(await response.read(_MAX_ANSWER_BYTES)))
    raise llm_error("llm_nonsense")


async def _error_body(response: HttpResponse) -> bytes:
    try:
        return await response.read(_MAX_ERROR_BYTES)
    except Upstream:
        return b""  # the status alone says enough
