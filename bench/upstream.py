"""A scripted model service on OpenAI's wire, a process of its own: `python -m bench.upstream TOKENS PER_S TOGETHER`.

Each token says its number and when it was written: `17:81234567;`, microseconds of the machine's clock, cut short.
Answers begin once TOGETHER of them have been asked for, each with its own phase; one timer serves them all, so that
writing costs as little as it can.
"""

import asyncio
import heapq
import sys
import time
from collections.abc import Iterator
from itertools import count
from typing import cast

import uvloop

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
EVENT = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"scripted","choices":'
    b'[{"index":0,"delta":%b,"finish_reason":%b}]}\n\n'
)
TICK_S = 0.001
WRAP_US = 100_000_000


def clock_us() -> int:
    """The same for all processes of a machine; begins anew every 100 seconds."""
    return time.monotonic_ns() // 1000 % WRAP_US


def framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST = framed(EVENT % (b"{}", b'"stop"')) + framed(b"data: [DONE]\n\n") + b"0\r\n\r\n"


class Script:
    """Writes the next token of every stream that is due."""

    def __init__(self, tokens: int, per_s: int, together: int) -> None:
        self._tokens = tokens
        self._gap_s = 1 / per_s
        self._together = together
        self._waiting: list[asyncio.Transport] = []
        self._due: list[tuple[float, int, asyncio.Transport, Iterator[int]]] = []
        self._order = count()

    def begin(self, transport: asyncio.Transport) -> None:
        transport.write(HEAD)
        self._waiting.append(transport)
        if len(self._waiting) < self._together:
            return
        first = time.monotonic() + self._gap_s
        for phase, waiting in enumerate(self._waiting):
            self._push(first + self._gap_s * phase / self._together, waiting, iter(range(self._tokens)))
        self._waiting.clear()

    def _push(self, due: float, transport: asyncio.Transport, numbers: Iterator[int]) -> None:
        heapq.heappush(self._due, (due, next(self._order), transport, numbers))

    async def run(self) -> None:
        while True:
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                due, _, transport, numbers = heapq.heappop(self._due)
                if transport.is_closing():
                    continue
                if (number := next(numbers, None)) is None:
                    transport.write(LAST)
                    continue
                token = b'{"content":"%d:%d;"}' % (number, clock_us())
                transport.write(framed(EVENT % (token, b"null")))
                self._push(due + self._gap_s, transport, numbers)
            await asyncio.sleep(TICK_S)


class Connection(asyncio.Protocol):
    """Answers every request with the script; a request's end is seen by its length."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._received = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, gap, body = self._received.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
        if gap and len(body) >= length:
            self._received = body[length:]
            self._script.begin(self._transport)


async def main(tokens: int, per_s: int, together: int) -> None:
    script = Script(tokens, per_s, together)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(script), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await script.run()


if __name__ == "__main__":
    uvloop.run(main(*map(int, sys.argv[1:])))
