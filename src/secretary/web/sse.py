"""Server-sent events (WHATWG HTML, 9.2): frames, and a response that writes them as they come."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
}
PING_S = 5.0  # also how soon it shows that a listener of a silent stream has left
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

    Leaving only stops the listening: what produces the frames is somebody else's task.
    """

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncGenerator[bytes, None], status_code: int = 200) -> None:
        self._frames = frames
        self.status_code = status_code
        self.background = None
        self.raw_headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        sending = asyncio.create_task(self._send_all(send))
        watching = asyncio.create_task(_watch(receive, send))
        try:
            await asyncio.wait((sending, watching), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            watching.cancel()
            results = await asyncio.gather(sending, watching, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _send_all(self, send: Send) -> None:
        async with aclosing(self._frames) as frames:
            async for data in frames:
                await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _watch(receive: Receive, send: Send) -> None:
    """Return once the listener has left; meanwhile keep the line from looking dead."""
    while True:
        try:
            async with asyncio.timeout(PING_S):
                if (await receive())["type"] == "http.disconnect":
                    return
        except TimeoutError:
            await send({"type": "http.response.body", "body": PING, "more_body": True})
