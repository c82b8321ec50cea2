"""An ASGI client in the process: the whole program below the socket, streams included."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson

from secretary.app import App
from secretary.app.asgi import Asgi


@dataclass(slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        return orjson.loads(self.content)

    @property
    def text(self) -> str:
        return self.content.decode()

    def events(self) -> list[Any]:
        """The JSON of an event stream's events, without the closing mark."""
        blocks = [line[6:] for line in self.text.split("\n") if line.startswith("data: ")]
        return [orjson.loads(block) for block in blocks if block != "[DONE]"]


@dataclass(slots=True)
class Open:
    """An answer that is still coming."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


@dataclass
class Client:
    """Speaks to the program as a browser at `origin` would. `headers` go with every request."""

    app: App
    admin_api: Any
    origin: str = "http://testserver"
    headers: dict[str, str] = field(default_factory=dict)
    address: str = "203.0.113.7"

    def __post_init__(self) -> None:
        self._asgi = Asgi(self.app, self.admin_api)

    def signed_in(self, token: str) -> "Client":
        return Client(self.app, self.admin_api, self.origin, {**self.headers, "authorization": f"Bearer {token}"})

    async def get(self, url: str, **options: Any) -> Answer:
        return await self.request("GET", url, **options)

    async def post(self, url: str, json: Any = None, **options: Any) -> Answer:
        return await self.request("POST", url, json, **options)

    async def put(self, url: str, json: Any = None, **options: Any) -> Answer:
        return await self.request("PUT", url, json, **options)

    async def delete(self, url: str, **options: Any) -> Answer:
        return await self.request("DELETE", url, **options)

    async def request(
        self,
        method: str,
        url: str,
        json: Any = None,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        exchange = _Exchange(self._scope(method, url, headers), _body(json, content))
        await self._asgi(exchange.scope, exchange.receive, exchange.send)
        return Answer(exchange.status, exchange.headers, b"".join(exchange.chunks))

    async def open(
        self, method: str, url: str, json: Any = None, *, headers: Mapping[str, str] | None = None
    ) -> "Stream":
        """Begin a request and return once its answer has begun; `close` is the browser leaving."""
        exchange = _Exchange(self._scope(method, url, headers), _body(json, None))
        task = asyncio.create_task(self._asgi(exchange.scope, exchange.receive, exchange.send))
        begun = asyncio.create_task(exchange.begun.wait())
        await asyncio.wait((task, begun), return_when=asyncio.FIRST_COMPLETED)
        begun.cancel()
        return Stream(exchange, task)

    def _scope(self, method: str, url: str, headers: Mapping[str, str] | None) -> dict[str, Any]:
        parsed = urlsplit(url)
        every = {"host": "testserver", "content-type": "application/json", "origin": self.origin}
        every |= self.headers | {name.lower(): value for name, value in (headers or {}).items()}
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parsed.path,
            "raw_path": parsed.path.encode(),
            "root_path": "",
            "query_string": parsed.query.encode(),
            "headers": [
                (name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in every.items() if value
            ],
            "client": (self.address, 50000),
            "server": ("testserver", 80),
            "state": {},
        }


class Stream:
    """An answer as it comes."""

    def __init__(self, exchange: "_Exchange", task: asyncio.Task[None]) -> None:
        self._exchange = exchange
        self._task = task
        self._seen = 0

    @property
    def status(self) -> int:
        return self._exchange.status

    async def until(self, text: str) -> str:
        """Everything that came, once `text` is part of it or the answer is over."""
        while text not in (came := b"".join(self._exchange.chunks).decode(errors="ignore")) and not self._task.done():
            self._exchange.more.clear()
            more = asyncio.create_task(self._exchange.more.wait())
            await asyncio.wait((self._task, more), return_when=asyncio.FIRST_COMPLETED)
            more.cancel()
        return came

    async def settle(self) -> None:
        """Read to the end; an event stream, which may have none, is left."""
        if self._exchange.headers.get("content-type", "").startswith("text/event-stream"):
            await self.close()
        await asyncio.wait((self._task,))

    async def close(self) -> None:
        """Leave, as a browser does."""
        self._exchange.left.set()
        await asyncio.wait((self._task,))


class _Exchange:
    def __init__(self, scope: dict[str, Any], body: bytes) -> None:
        self.scope = scope
        self.status = 0
        self.headers: dict[str, str] = {}
        self.chunks: list[bytes] = []
        self.begun, self.more, self.left = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._body: bytes | None = body

    async def receive(self) -> dict[str, Any]:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            self.begun.set()
        else:
            self.chunks.append(message.get("body", b""))
            self.more.set()


def _body(json: Any, content: bytes | None) -> bytes:
    if content is not None:
        return content
    return b"" if json is None else orjson.dumps(json)
