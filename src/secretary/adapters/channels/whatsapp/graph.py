"""Meta's Graph API over the shared HTTP client: JSON calls, files up and down. Knows nothing of conversations."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from secretary.adapters.channels.whatsapp.faults import Refusal, fault, fault_of, network_fault, refused, too_large
from secretary.channels.messenger import OutFile
from secretary.kernel.errors import Invalid, Upstream
from secretary.kernel.http import HttpClient, HttpRequest, HttpTimeouts

_MAX_ANSWER: Final = 1_000_000
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_CALL: Final = HttpTimeouts(first_byte_s=20, total_s=30)
_TRANSFER: Final = HttpTimeouts(first_byte_s=30, total_s=120)


class Graph:
    """The API at one address with one access token. Every method raises Upstream with a code of the port."""

    def __init__(self, http: HttpClient, api_url: str, access_token: str) -> None:
        self._http = http
        self._url = api_url.rstrip("/")
        self._authorization = {"Authorization": f"Bearer {access_token}"}

    async def get(self, path: str) -> Mapping[str, Any]:
        return await self._call(self._request("GET", path))

    async def post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        headers = {"Content-Type": "application/json"}
        return await self._call(self._request("POST", path, orjson.dumps(body), headers))

    async def upload(self, phone_number_id: str, file: OutFile, media_type: str) -> str:
        """Bring a file to Meta, which keeps it for 30 days; its id there."""
        boundary = f"----{secrets.token_hex(16)}"
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        body = _form(boundary, file, media_type)
        answer = await self._call(self._request("POST", f"{phone_number_id}/media", body, headers, _TRANSFER))
        return _named(answer, "id")

    async def download(self, media_id: str, max_bytes: int) -> tuple[bytes, str]:
        """A file and its media type, in Meta's two steps: its address (good for five minutes), then the file.

        Raises Upstream("channel_file_gone") and Invalid("channel_file_too_large") as well.
        """
        about = await self._about(media_id)
        if _size(about.get("file_size")) > max_bytes:
            raise too_large(max_bytes)
        url = _named(about, "url")
        self._check(url)
        request = HttpRequest("GET", url, headers=self._authorization, timeouts=_TRANSFER)
        data = await self._bytes(request, max_bytes)
        return data, str(about.get("mime_type") or "application/octet-stream").partition(";")[0].strip()

    async def _about(self, media_id: str) -> Mapping[str, Any]:
        status, headers, body = await self._ask(self._request("GET", media_id))
        refusal = Refusal.of(status, headers, body)
        if status in _GONE or refusal.code == 100:  # noqa: PLR2004 - "unsupported get request": no such object
            raise fault("channel_file_gone")
        return _answer(refusal, body)

    async def _bytes(self, request: HttpRequest, max_bytes: int) -> bytes:
        try:
            async with self._http.request(request) as response:
                if response.status in _GONE:
                    raise fault("channel_file_gone")
                if response.status != HTTPStatus.OK:
                    raise fault_of(Refusal.of(response.status, response.headers, await response.read(_MAX_ANSWER)))
                return await response.read(max_bytes)
        except (Invalid, Upstream) as error:
            if error.code == "http_too_large":
                raise too_large(max_bytes) from error
            raise _as_fault(error) from error

    async def _call(self, request: HttpRequest) -> Mapping[str, Any]:
        status, headers, body = await self._ask(request)
        return _answer(Refusal.of(status, headers, body), body)

    async def _ask(self, request: HttpRequest) -> tuple[int, Mapping[str, str], bytes]:
        try:
            async with self._http.request(request) as response:
                return response.status, response.headers, await response.read(_MAX_ANSWER)
        except (Invalid, Upstream) as error:
            raise _as_fault(error) from error

    def _request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeouts: HttpTimeouts = _CALL,
    ) -> HttpRequest:
        return HttpRequest(
            method,
            f"{self._url}/{path}",
            headers={"Accept": "application/json", **self._authorization, **(headers or {})},
            body=body,
            timeouts=timeouts,
        )

    def _check(self, url: str) -> None:
        """The token goes nowhere unencrypted but to the API's own origin, which the owner chose."""
        asked, ours = urlsplit(url), urlsplit(self._url)
        if asked.scheme != "https" and (asked.scheme, asked.netloc) != (ours.scheme, ours.netloc):
            raise refused(
                "WhatsApp named an address for the file that is not encrypted.",
                "WhatsApp назвал для файла незашифрованный адрес.",
            )


def _answer(refusal: Refusal, body: bytes) -> Mapping[str, Any]:
    if refusal.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise fault_of(refusal)
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise fault("channel_unreachable", retryable=True) from error
    if not isinstance(document, dict):
        raise fault("channel_unreachable", retryable=True)
    return document


def _named(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise refused(f"WhatsApp's answer lacks “{name}”.", f"В ответе WhatsApp нет «{name}».")
    return value


def _as_fault(error: Invalid | Upstream) -> Invalid | Upstream:
    return error if error.code.startswith("channel_") else network_fault(error)


def _size(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else 0


def _form(boundary: str, file: OutFile, media_type: str) -> bytes:
    """The form of an upload (RFC 7578)."""
    name = "".join(one if one.isprintable() and one not in '"\\' else "_" for one in file.name) or "file"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="type"\r\n\r\n{media_type}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {media_type}\r\n\r\n"
    )
    return b"".join([head.encode(), file.data, f"\r\n--{boundary}--\r\n".encode()])
