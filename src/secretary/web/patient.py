"""HTTP/1.1 for clients that take their time: how long each step may last, and what becomes of who takes longer.

uvicorn waits for ever for the head and the body of a request and for a reader who does not read, bounds no head, and
hangs up on who shuts down his sending side before he has his answer.
"""

import asyncio
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from secretary.kernel.errors import Invalid, SecretaryError
from secretary.web.problem import problem, status_of


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client may take, and how large the head of a request may be.

    `body_s` is what every body gets, and a second more for each `body_bytes_s` that have come. `stalled_s`: how long
    nothing of an answer may be taken. `half_closed_s`: how long an answer may not begin for a client that sends no
    more; most of those have left, which only writing to them can tell, and a model may be working for nobody.
    `unwanted_bytes` of a body are taken in that was refused already: who hangs up earlier keeps most clients from
    reading why.
    """

    head_s: float = 20.0
    body_s: float = 20.0
    body_bytes_s: int = 2_000
    stalled_s: float = 60.0
    half_closed_s: float = 2.0
    head_bytes: int = 64 * 1024
    unwanted_bytes: int = 10_000_000


class _Expected(Enum):
    HEAD = auto()
    BODY = auto()
    NOTHING = auto()


class PatientHttp(HttpToolsProtocol):
    """One connection. Only one timer runs at a time for what is received: it looks at the clock when it fires."""

    patience = Patience()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._expected = _Expected.NOTHING
        self._received = 0
        self._since = 0.0
        self._receiving: asyncio.TimerHandle | None = None
        self._sending: asyncio.TimerHandle | None = None

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._expect(_Expected.HEAD)
        self._look_again(self.patience.head_s)

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_receiving()
        self.resume_writing()
        super().connection_lost(exc)

    # what is received

    def _expect(self, expected: _Expected) -> None:
        self._expected, self._received, self._since = expected, 0, self.loop.time()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._expected is not _Expected.HEAD:
            self._expect(_Expected.HEAD)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._expect(_Expected.BODY)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._expected = _Expected.NOTHING

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._expected is _Expected.NOTHING:
            if self._is_answering:
                self._cancel_receiving()
                return
            self._expect(_Expected.HEAD)  # something came that began no request, and stopped uvicorn's own timer
        self._received += len(data)
        if self._expected is _Expected.HEAD and self._received > self.patience.head_bytes:
            self._refuse(_head_too_large())
        elif self._is_unwanted():
            self.transport.close()
        elif self._receiving is None:
            self._look_again(self._left_s())

    def _is_unwanted(self) -> bool:
        return (
            self._expected is _Expected.BODY
            and not self._is_answering
            and self._received > self.patience.unwanted_bytes
        )

    def _left_s(self) -> float:
        allowed = self.patience.head_s
        if self._expected is _Expected.BODY:
            allowed = self.patience.body_s + self._received / self.patience.body_bytes_s
        return self._since + allowed - self.loop.time()

    def _look_again(self, after_s: float) -> None:
        self._receiving = self.loop.call_later(after_s, self._look)

    def _look(self) -> None:
        self._receiving = None
        if self._expected is _Expected.NOTHING or self.transport.is_closing():
            return
        if self._expected is _Expected.HEAD and self._is_answering:
            self._look_again(self.patience.head_s)  # the next request may wait for the answer to this one
        elif (left_s := self._left_s()) > 0:
            self._look_again(left_s)
        elif self._received:
            self._refuse(_too_slow())
        else:
            self.transport.close()

    def _cancel_receiving(self) -> None:
        if self._receiving is not None:
            self._receiving.cancel()
            self._receiving = None

    def _refuse(self, error: SecretaryError) -> None:
        """Say what was wrong, unless an answer has begun, and hang up."""
        begun = self.cycle is not None and self._expected is _Expected.BODY and self.cycle.response_started
        if not begun and not self._is_answering_earlier():
            response = problem(error, dict(self.scope or {}))
            status = HTTPStatus(status_of(error))
            headers = [*response.raw_headers, (b"connection", b"close")]
            head = b"".join(b"%b: %b\r\n" % header for header in headers)
            self.transport.write(
                b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (status, status.phrase.encode(), head, bytes(response.body))
            )
        self.transport.close()

    def _is_answering_earlier(self) -> bool:
        return bool(self.pipeline) or (self._expected is _Expected.HEAD and self._is_answering)

    def eof_received(self) -> bool:  # type: ignore[override]  # uvicorn hangs up
        """A client that sends no more may still read: the answer that is being given is its last one."""
        if not self._is_answering or self.cycle.more_body:
            return False
        self.cycle.keep_alive = False
        self.loop.call_later(self.patience.half_closed_s, self._leave, self.cycle)
        return True

    def _leave(self, cycle: Any) -> None:
        if not cycle.response_started and not self.transport.is_closing():
            self.transport.close()

    # what is sent

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._sending is None:
            self._sending = self.loop.call_later(self.patience.stalled_s, self.transport.abort)

    def resume_writing(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None
        super().resume_writing()


def patient(patience: Patience) -> type[PatientHttp]:
    """The protocol with limits of one's own: uvicorn takes a class."""
    return type("PatientHttp", (PatientHttp,), {"patience": patience})


def _too_slow() -> Invalid:
    return Invalid("too_slow", en="The request took too long to arrive.", ru="Запрос приходил слишком долго.")


def _head_too_large() -> Invalid:
    return Invalid(
        "head_too_large", en="The headers of the request are too large.", ru="Заголовки запроса слишком велики."
    )
