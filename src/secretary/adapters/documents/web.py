"""Fetching what a user's address leads to, through the guard of `kernel.http`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from secretary.kernel.errors import Invalid, Upstream
from secretary.kernel.http import HttpClient, HttpRequest, HttpTimeouts
from secretary.kernel.http.redirects import MAX_REDIRECTS
from secretary.knowledge.documents.faults import Unread
from secretary.knowledge.documents.ports import Fetched, Stamp

_TIMEOUTS: Final = HttpTimeouts(connect_s=10.0, first_byte_s=20.0, idle_s=15.0, total_s=90.0)
_ACCEPT: Final = {
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/*;q=0.9,*/*;q=0.5",
    "Accept-Language": "ru,en;q=0.8",
}
_FAULTS: Final[Mapping[str, str]] = {
    "http_too_large": "too_large",
    "http_redirected": "not_allowed",
    "http_certificate": "refused",
}
_STAMP_LENGTH: Final = 200
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class HttpWeb:
    """Every address is a typed one, wherever it was found: on a page it was typed by a stranger."""

    def __init__(self, http: HttpClient, timeouts: HttpTimeouts = _TIMEOUTS) -> None:
        self._http = http
        self._timeouts = timeouts

    async def fetch(self, url: str, limit_bytes: int, known: Stamp | None = None) -> Fetched:
        """As the port says (RFC 9110, 13.1)."""
        asked = {"If-None-Match": known.etag, "If-Modified-Since": known.modified} if known else {}
        headers = {**_ACCEPT, **{name: value for name, value in asked.items() if value}}
        request = HttpRequest("GET", url, headers=headers, timeouts=self._timeouts, max_redirects=MAX_REDIRECTS)
        try:
            async with self._http.request(request) as response:
                stamp = _stamp(response.headers)
                if known is not None and response.status == HTTPStatus.NOT_MODIFIED:
                    return Fetched(response.url, "", "", b"", known, is_unchanged=True)
                _refuse(response.status)
                body = await response.read(limit_bytes)
                kind, charset = _content_type(response.headers.get("Content-Type", ""))
                return Fetched(response.url, kind, charset, body, stamp)
        except Invalid as error:
            if isinstance(error, Unread):
                raise
            raise Unread("not_allowed") from error
        except Upstream as error:
            raise Unread(_FAULTS.get(error.code, "not_reachable")) from error


def _stamp(headers: Mapping[str, str]) -> Stamp:
    """What may be sent back: nothing that no header can carry."""
    said = [headers.get(name, "").strip() for name in ("ETag", "Last-Modified")]
    etag, modified = (one if one.isascii() and one.isprintable() and len(one) <= _STAMP_LENGTH else "" for one in said)
    return Stamp(etag, modified)


def _refuse(status: int) -> None:
    if status in _GONE:
        raise Unread("not_there")
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unread("site_failed")
    if status != HTTPStatus.OK:
        raise Unread("refused")


def _content_type(header: str) -> tuple[str, str]:
    kind, _, rest = header.partition(";")
    charset = next((part.partition("=")[2] for part in rest.split(";") if "charset=" in part.lower()), "")
    return kind.strip().lower(), charset.strip(" \"'").lower()[:40]
