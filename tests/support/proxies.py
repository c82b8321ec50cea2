"""Real proxies on loopback: SOCKS 4 and 5, and HTTP's CONNECT; and a site behind TLS that they can lead to.

They connect wherever `routes` says an address leads, so that a test may name any address it likes.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal, Self

from tests.support.certificates import Certificate

Manner = Literal["relays", "refuses", "hangs", "hangs up", "talks nonsense"]
Asked = tuple[str, int]


class _Server:
    """Counts who is connected."""

    def __init__(self, ssl_context: ssl.SSLContext | None = None) -> None:
        self._ssl = ssl_context
        self._server: asyncio.Server
        self._tasks: set[asyncio.Task[None]] = set()
        self._left = asyncio.Event()

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    async def until_all_left(self, within_s: float = 2.0) -> None:
        """Raises TimeoutError where a client stays."""
        async with asyncio.timeout(within_s):
            while self._tasks:
                self._left.clear()
                await self._left.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self.serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)
            self._left.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self._ssl)
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@dataclass
class _Behaviour:
    routes: dict[str, int] = field(default_factory=dict)
    credentials: tuple[str, str] | None = None
    manner: Manner = "relays"


class _Proxy(_Server):
    def __init__(
        self,
        routes: dict[str, int] | None = None,
        *,
        credentials: tuple[str, str] | None = None,
        manner: Manner = "relays",
    ) -> None:
        super().__init__()
        self.behaviour = _Behaviour(routes or {}, credentials, manner)
        self.asked: list[Asked] = []
        self.heard = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.set()
        match self.behaviour.manner:
            case "hangs":
                await reader.read()
                while await reader.read(1000):
                    pass
            case "hangs up":
                await reader.read(1)
            case "talks nonsense":
                await reader.read(1)
                writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                await writer.drain()
            case _:
                await self._speak(reader, writer)

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError

    async def _open(
        self, asked: Asked, answer: Callable[[bool], Awaitable[None]]
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        self.asked.append(asked)
        port = self.behaviour.routes.get(asked[0])
        if self.behaviour.manner == "refuses" or port is None:
            await answer(False)
            return None
        far = await asyncio.open_connection("127.0.0.1", port)
        await answer(True)
        return far


class SocksProxy(_Proxy):
    """RFC 1928 and 1929, and SOCKS 4 with names (4a)."""

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        version = (await reader.readexactly(1))[0]
        if version == 4:
            asked = await self._asked_by_4(reader)
        elif await self._is_known(reader, writer):
            asked = await self._asked_by_5(reader)
        else:
            return

        async def answer(is_open: bool) -> None:
            if version == 4:
                writer.write(bytes([0, 90 if is_open else 91]) + bytes(6))
            else:
                writer.write(bytes([5, 0 if is_open else 5, 0, 1]) + bytes(6))
            await writer.drain()

        if far := await self._open(asked, answer):
            await relayed((reader, writer), far)

    async def _asked_by_4(self, reader: asyncio.StreamReader) -> Asked:
        await reader.readexactly(1)
        port = int.from_bytes(await reader.readexactly(2), "big")
        address = await reader.readexactly(4)
        self.user = (await reader.readuntil(b"\0"))[:-1].decode()
        if address[:3] == b"\0\0\0":
            return (await reader.readuntil(b"\0"))[:-1].decode(), port
        return str(ip_address(address)), port

    async def _is_known(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        methods = await reader.readexactly((await reader.readexactly(1))[0])
        wanted = 0 if self.behaviour.credentials is None else 2
        writer.write(bytes([5, wanted if wanted in methods else 255]))
        if wanted not in methods or not wanted:
            return wanted in methods
        await reader.readexactly(1)
        said = [(await reader.readexactly((await reader.readexactly(1))[0])).decode() for _ in range(2)]
        is_known = tuple(said) == self.behaviour.credentials
        writer.write(bytes([1, 0 if is_known else 1]))
        await writer.drain()
        return is_known

    async def _asked_by_5(self, reader: asyncio.StreamReader) -> Asked:
        kind = (await reader.readexactly(4))[3]
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = str(ip_address(await reader.readexactly(4 if kind == 1 else 16)))
        return host, int.from_bytes(await reader.readexactly(2), "big")


class ConnectProxy(_Proxy):
    """HTTP's CONNECT and nothing else."""

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        host, _, port = head.split(" ")[1].rpartition(":")

        async def answer(is_open: bool) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n" if is_open else b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()

        if far := await self._open((host.strip("[]"), int(port)), answer):
            await relayed((reader, writer), far)


class TlsSite(_Server):
    """Answers every request with "ok"; remembers the name asked for in TLS and the Host header."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__(certificate.server_context(self._named))
        self.names: list[str | None] = []
        self.hosts: list[str] = []

    def _named(self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        self.names.append(name)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line)
            self.hosts.append(lines["Host"])
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def relayed(near: Ends, far: Ends) -> None:
    """Bytes both ways until either side leaves."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()

    ways = {asyncio.create_task(pump(near[0], far[1])), asyncio.create_task(pump(far[0], near[1]))}
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        far[1].close()
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
