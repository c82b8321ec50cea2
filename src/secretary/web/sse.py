"""Server-sent events (WHATWG HTML, 9.2): frames, and a response that writes them as they come."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson
from starlette.datastructures import MutableHeaders
from starlette.types import Receive, Scope, Send

HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
}
PING_S = 15.0
DONE = b"data: [DONE]\n\n"
PING = b": ping\n\n"


def frame(data: object, event_id: int | None = None) -> bytes:
    """One event with a JSON body."""
    head = b"" if event_id is None else b"id: %d\n" % event_id
    return head + b"data: " + orjson.dumps(data) + b"\n\n"


class EventStream:
    """An ASGI response that sends frames until they end or the listener leaves, and a ping where it is quiet.

    Leaving only stops the listening: what produces the frames is somebody else's task.
    """

    def __init__(self, frames: AsyncGenerator[bytes, None]) -> None:
        self._frames = frames
        self.headers = MutableHeaders(HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        await send({"type": "http.response.start", "status": 200, "headers": self.headers.raw})
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
