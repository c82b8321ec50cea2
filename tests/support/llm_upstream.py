"""A scripted model service on loopback that speaks OpenAI's chat wire, well or badly, exactly as told.

Each request plays the next script (the last one repeats). Scripts write through an `Exchange`; waiting is for
events or for the client to hang up, never for a clock. `paced` alone keeps time: it is for benchmarks.
"""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, cast

Framing = Literal["chunked", "close"]


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it arrived; header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class _Connection(asyncio.Protocol):
    """One client connection: parses requests (Content-Length bodies only) and plays a script for each in turn."""

    def __init__(self, upstream: "LlmUpstream") -> None:
        self._upstream = upstream
        self._buffer = b""
        self._task: asyncio.Task[None] | None = None
        self._may_write = asyncio.Event()
        self._may_write.set()
        self.transport: asyncio.Transport
        self.lost = asyncio.Event()

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass
        self._upstream.connected(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._play_next()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()
        self._may_write.set()
        if self._task is not None:
            self._task.cancel()
        self._upstream.disconnected(self)

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    async def write(self, data: bytes) -> None:
        """Write, and let the client's side of this loop read it before the next piece."""
        self.transport.write(data)
        await asyncio.sleep(0)
        await self._may_write.wait()

    def _play_next(self) -> None:
        head, gap, rest = self._buffer.partition(b"\r\n\r\n")
        if not gap or self._task is not None:
            return
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        method, path, _ = lines[0].split(" ", 2)
        exchange = Exchange(self, Received(method, path, headers, rest[:length]))
        self._task = asyncio.get_running_loop().create_task(self._play(exchange))

    async def _play(self, exchange: "Exchange") -> None:
        await self._upstream.script_for(exchange.received)(exchange)
        self._task = None
        self._upstream.changed.set()
        if not exchange.is_finished:
            self.transport.close()
        self._play_next()


class Exchange:
    """One request and the answer being written to it. A script that returns before `finish` hangs up on the client."""

    def __init__(self, connection: _Connection, received: Received) -> None:
        self._connection = connection
        self._framing: Framing = "chunked"
        self.received = received
        self.is_finished = False

    async def start(
        self, *, content_type: str | None = "text/event-stream", framing: Framing = "chunked", status: int = 200
    ) -> None:
        """Write the headers. `close` framing leaves the client no way to see a body cut off but its content."""
        self._framing = framing
        head = f"HTTP/1.1 {status} Scripted\r\n"
        head += f"Content-Type: {content_type}\r\n" if content_type else ""
        head += "Transfer-Encoding: chunked\r\n" if framing == "chunked" else "Connection: close\r\n"
        await self._connection.write(head.encode() + b"\r\n")

    async def raw(self, data: bytes) -> None:
        """Write bytes past all framing."""
        await self._connection.write(data)

    async def send(self, data: bytes) -> None:
        await self._connection.write(framed(data) if self._framing == "chunked" else data)

    async def events(self, payloads: Iterable[object]) -> None:
        for payload in payloads:
            await self.send(event(payload))

    async def finish(self) -> None:
        """End the body properly; the connection stays open for the next request where the framing allows it."""
        if self._framing == "chunked":
            await self._connection.write(b"0\r\n\r\n")
            self.is_finished = True

    async def until_client_left(self) -> None:
        await self._connection.lost.wait()

    def reset(self) -> None:
        """Cut the connection with a TCP reset."""
        sock = self._connection.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.transport.abort()


Script = Callable[[Exchange], Awaitable[None]]


class LlmUpstream:
    """The server. `async with LlmUpstream(answering(["Hi"])) as upstream: … upstream.base_url`."""

    def __init__(self, *scripts: Script, unix_socket: Path | None = None, host: str = "127.0.0.1") -> None:
        self._scripts = list(scripts)
        self._unix_socket = unix_socket
        self._host = host
        self._server: asyncio.Server
        self._connections: set[_Connection] = set()
        self.changed = asyncio.Event()
        self.received: list[Received] = []

    @property
    def base_url(self) -> str:
        if self._unix_socket is not None:
            return "http://localhost/v1"
        return f"http://{self._host}:{self.port}/v1"

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def open_connections(self) -> int:
        return len(self._connections)

    async def until_all_left(self, within_s: float = 2.0) -> None:
        """Wait for every client to hang up. Raises TimeoutError where one stays."""
        async with asyncio.timeout(within_s):
            while self._connections:
                self.changed.clear()
                await self.changed.wait()

    async def until_idle(self, within_s: float = 2.0) -> None:
        """Wait until no answer is being written: each was finished, or its client hung up. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while any(connection.is_busy for connection in self._connections):
                self.changed.clear()
                await self.changed.wait()

    def script_for(self, received: Received) -> Script:
        self.received.append(received)
        return self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]

    def connected(self, connection: _Connection) -> None:
        self._connections.add(connection)

    def disconnected(self, connection: _Connection) -> None:
        self._connections.discard(connection)
        self.changed.set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        if self._unix_socket is not None:
            self._server = await loop.create_unix_server(lambda: _Connection(self), str(self._unix_socket))
        else:
            self._server = await loop.create_server(lambda: _Connection(self), self._host, 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for connection in list(self._connections):
            connection.transport.abort()
        await self.until_all_left()


def framed(data: bytes) -> bytes:
    """One chunk of HTTP/1.1 chunked encoding."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def event(payload: object) -> bytes:
    """One server-sent event; text goes as it is, anything else as JSON."""
    data = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    return f"data: {data}\n\n".encode()


def chunk(text: str | None = None, *, finish: str | None = None, **delta: object) -> dict[str, object]:
    """A `chat.completion.chunk` with a piece of text, a finish reason or other fields of the delta."""
    content = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": {**content, **delta}, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": [choice],
    }


def usage(prompt: int, completion: int) -> dict[str, object]:
    """The last chunk of a stream that was asked to count."""
    tokens = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "scripted", "choices": [], "usage": tokens}


def conversation(tokens: Sequence[str], *, finish: str | None = "stop") -> list[object]:
    """The events of a complete answer, `[DONE]` included."""
    end = [chunk(finish=finish)] if finish else []
    return [chunk(role="assistant"), *map(chunk, tokens), *end, usage(7, len(tokens)), "[DONE]"]


def answering(tokens: Sequence[str], *, finish: str = "stop", framing: Framing = "chunked") -> Script:
    """A complete, well-behaved answer."""
    return sending(*conversation(tokens, finish=finish), framing=framing)


def sending(*payloads: object, framing: Framing = "chunked") -> Script:
    """These events and a proper end."""

    async def play(exchange: Exchange) -> None:
        await exchange.start(framing=framing)
        await exchange.events(payloads)
        await exchange.finish()

    return play


def split(data: bytes, size: int = 1, *, framing: Framing = "chunked") -> Script:
    """These bytes in network chunks of `size`, whatever they cut through, and a proper end."""

    async def play(exchange: Exchange) -> None:
        await exchange.start(framing=framing)
        for start in range(0, len(data), size):
            await exchange.send(data[start : start + size])
        await exchange.finish()

    return play


def breaking_off(*payloads: object, framing: Framing = "chunked", with_reset: bool = False) -> Script:
    """These events, then the connection goes: closed, or reset."""

    async def play(exchange: Exchange) -> None:
        await exchange.start(framing=framing)
        await exchange.events(payloads)
        if with_reset:
            exchange.reset()

    return play


def hanging(*payloads: object, with_headers: bool = True, sent: asyncio.Event | None = None) -> Script:
    """These events (`sent` is set after them), then silence until the client hangs up."""

    async def play(exchange: Exchange) -> None:
        if with_headers:
            await exchange.start()
            await exchange.events(payloads)
        if sent is not None:
            sent.set()
        await exchange.until_client_left()

    return play


def endless(payload: object) -> Script:
    """The same event for ever."""

    async def play(exchange: Exchange) -> None:
        await exchange.start()
        while True:
            await exchange.send(event(payload))

    return play


def replying(
    status: int, body: bytes | str | object = b"", *, content_type: str = "application/json", **headers: str
) -> Script:
    """A plain answer; `retry_after="3"` becomes the header Retry-After."""
    data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    lines = {"Content-Type": content_type, "Content-Length": str(len(data))}
    lines |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    head = f"HTTP/1.1 {status} Scripted\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())

    async def play(exchange: Exchange) -> None:
        await exchange.raw(head.encode() + b"\r\n" + data)
        exchange.is_finished = True

    return play


def resetting() -> Script:
    """A reset instead of any answer."""

    async def play(exchange: Exchange) -> None:
        exchange.reset()

    return play


def paced(tokens: Sequence[str], per_s: float) -> Script:
    """A complete answer at a steady rate, each token in a network chunk of its own (for benchmarks)."""
    frames = [framed(event(payload)) for payload in conversation(tokens)]

    async def play(exchange: Exchange) -> None:
        await exchange.start()
        started = asyncio.get_running_loop().time()
        for count, frame in enumerate(frames):
            await asyncio.sleep(started + count / per_s - asyncio.get_running_loop().time())
            await exchange.raw(frame)
        await exchange.finish()

    return play
