"""Requests to a Bot API server. The token is in their addresses, so no address leaves this module."""

from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import quote

import orjson
from pydantic import JsonValue

from secretary.adapters.channels.telegram.faults import answered_fault, fault, http_fault, too_large
from secretary.adapters.channels.telegram.multipart import form
from secretary.adapters.channels.telegram.settings import API_URL
from secretary.channels.messenger import OutFile
from secretary.kernel.errors import Invalid, Upstream
from secretary.kernel.http import DestinationKind, HttpClient, HttpRequest, HttpResponse, HttpTimeouts, Proxy

POLL_S: Final = 25
_LARGEST_ANSWER: Final = 16 << 20
_TALK: Final = HttpTimeouts(connect_s=10, first_byte_s=20, idle_s=20, total_s=40)
_POLL: Final = HttpTimeouts(connect_s=10, first_byte_s=POLL_S + 15, idle_s=20, total_s=POLL_S + 40)
_FILE: Final = HttpTimeouts(connect_s=10, first_byte_s=60, idle_s=30, total_s=300)
_OK: Final = 200
_GONE: Final = frozenset({400, 404, 410})

FileField = Literal["photo", "document", "voice"]


class BotApi:
    """One bot at one server. An address that an owner typed is guarded; Telegram's own is trusted."""

    def __init__(self, http: HttpClient, token: str, api_url: str = "", proxy: str = "") -> None:
        self._http = http
        self._token = token
        self._server = api_url or API_URL
        self._kind = DestinationKind.TYPED if api_url else DestinationKind.TRUSTED
        self._proxy = Proxy(proxy) if proxy else None

    async def call(
        self, method: str, body: Mapping[str, JsonValue] | None = None, file: tuple[FileField, OutFile] | None = None
    ) -> Any:
        """The result of a method. Raises Upstream with the codes of `faults`."""
        if file is None:
            data, kind = orjson.dumps(body or {}), "application/json"
        else:
            data, kind = form(body or {}, *file)
        timeouts = _FILE if file else _POLL if method == "getUpdates" else _TALK
        request = self._request("POST", f"/bot{self._token}/{method}", timeouts, data, {"Content-Type": kind})
        status, said = await self._ask(request)
        if status == _OK and said.get("ok") is True:
            return said.get("result")
        code = said.get("error_code")
        raise answered_fault(code if isinstance(code, int) else status, said)

    async def download(self, path: str, max_bytes: int) -> bytes:
        """A file by the path that getFile gave. Raises Upstream, Invalid("channel_file_too_large")."""
        if path.startswith("/") or ".." in path.split("/"):
            raise fault("channel_file_gone")  # a local server names its own disk
        request = self._request("GET", f"/file/bot{self._token}/{quote(path)}", _FILE)
        try:
            async with self._http.request(request) as answer:
                if answer.status == _OK:
                    return await answer.read(max_bytes)
                failed: Exception = _file_fault(answer.status)
        except (Invalid, Upstream) as error:
            failed = too_large() if error.code == "http_too_large" else http_fault(error)
        raise failed  # out here it has no context: that would show the address

    def _request(
        self,
        method: str,
        path: str,
        timeouts: HttpTimeouts,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpRequest:
        url = self._server + path
        return HttpRequest(method, url, self._kind, headers or {}, body, timeouts=timeouts, proxy=self._proxy)

    async def _ask(self, request: HttpRequest) -> tuple[int, Mapping[str, Any]]:
        try:
            async with self._http.request(request) as answer:
                return answer.status, await _read(answer)
        except (Invalid, Upstream) as error:
            failed = http_fault(error)
        raise failed  # out here it has no context: that would show the address


async def _read(answer: HttpResponse) -> Mapping[str, Any]:
    """The answer's JSON; empty where a proxy or a broken server says something else."""
    raw = await answer.read(_LARGEST_ANSWER)
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError:
        said = None
    return said if isinstance(said, dict) else {"error_code": max(answer.status, 500)}


def _file_fault(status: int) -> Upstream:
    return fault("channel_file_gone") if status in _GONE else answered_fault(status, {})
