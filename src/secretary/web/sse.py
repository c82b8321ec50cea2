"""Server-sent events (WHATWG HTML, 9.2): frames, and a response that writes them as they come."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import orjson
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from secretary.web.listener import WhileListened

HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
}
RAW_HEADERS = tuple((name.encode(), value.encode()) for name, value in HEADERS.items())
PING_S = 5.0  # also how soon writing to a silent listener shows that he has left
LONGEST_EVENT_ID = 9
DONE = b"data: [DONE]\n\n"
PING = b": ping\n\n"


def resume_from(last_event_id: str) -> int:
    """Where a listener stands who says what he heard last; at the beginning if that is nonsense."""
    return int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) <= LONGEST_EVENT_ID else 0


def frame(data: object, event_id: int | None = None) -> bytes:
    """One event with a JSON body."""
    head = b"" if event_id is None else b"id: %d\n" % event_id
    return head + b"data: " + orjson.dumps(data) + b"\n\n"


class EventStream(Response):
    """A response that sends frames until they end or the listener leaves, and a ping where it is quiet.

    Leaving only stops the listening: what produces the frames is somebody else's task. `first` is sent before them.
    """

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncGenerator[bytes, None], status_code: int = 200, first: bytes = b"") -> None:
        self._frames = frames
        self._first = first
        self.status_code = status_code
        self.background = None
        self.raw_headers = list(RAW_HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope

        async def write(data: bytes) -> None:
            await send({"type": "http.response.body", "body": data, "more_body": True})

        with suppress(ClientDisconnect):
            async with aclosing(self._frames) as frames:
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                async with WhileListened(receive, after_s=0, quiet_s=PING_S, on_quiet=lambda: write(PING)):
                    if self._first:
                        await write(self._first)
                    async for data in frames:
                        await write(data)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
