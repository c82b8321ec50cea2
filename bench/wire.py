"""A keep-alive HTTP client that costs little: what measures must not be what is measured."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, cast

import httptools
import orjson


class Connection(asyncio.Protocol):
    """One connection, one request at a time. `on_piece` sees the body as it arrives."""

    def __init__(self) -> None:
        self._parser: httptools.HttpResponseParser | None = None
        self._done: asyncio.Future[bytes] | None = None
        self._body: list[bytes] = []
        self._on_piece: Callable[[bytes], None] = self._body.append
        self.transport: asyncio.Transport

    @classmethod
    async def to(cls, port: int) -> "Connection":
        _, protocol = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return protocol

    async def request(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        on_piece: Callable[[bytes], None] | None = None,
    ) -> bytes:
        """The whole body. Raises RuntimeError for an answer that is none of 2xx."""
        content = b"" if body is None else orjson.dumps(body)
        lines = {"host": "127.0.0.1", "content-type": "application/json", "content-length": str(len(content))}
        head = "".join(f"{name}: {value}\r\n" for name, value in (lines | dict(headers or {})).items())
        self._body = []
        self._on_piece = on_piece or self._body.append
        self._done = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self.transport.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + content)
        return await self._done

    async def json(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Any:
        return orjson.loads(await self.request(method, path, body, headers))

    def close(self) -> None:
        self.transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._parser is not None:
            self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(exc or RuntimeError("the server hung up"))

    def on_body(self, piece: bytes) -> None:
        self._on_piece(piece)

    def on_message_complete(self) -> None:
        assert self._done is not None
        assert self._parser is not None
        status = self._parser.get_status_code()
        if status // 100 == 2:
            self._done.set_result(b"".join(self._body))
        else:
            self._done.set_exception(RuntimeError(f"{status}: {b''.join(self._body)[:300]!r}"))
