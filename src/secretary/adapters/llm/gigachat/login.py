"""GigaChat's login: an access token of thirty minutes for the authorisation key (developers.sber.ru, "POST /oauth").

One request serves all who wait for it, and a failed one fails them all.
"""

import asyncio
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import orjson

from secretary.adapters.llm.faults import http_faults_mapped
from secretary.adapters.llm.openai_wire.endpoint import sendable_key
from secretary.adapters.llm.openai_wire.faults import fault_of_status
from secretary.kernel.clock import Clock
from secretary.kernel.errors import Upstream
from secretary.kernel.http import DestinationKind, HttpClient, HttpRequest, HttpTimeouts, Proxy
from secretary.llm.errors import llm_error

OAUTH_URL: Final = "https://ngw.devices.sberbank.ru:9443/api/v2/oauth"
PERSONAL: Final = "GIGACHAT_API_PERS"
_OK: Final = 200
_MAX_BYTES: Final = 65_536
_EARLY: Final = timedelta(seconds=60)  # renewed before it runs out in mid-answer


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in and where. `scope` is GIGACHAT_API_PERS, GIGACHAT_API_B2B or GIGACHAT_API_CORP."""

    key: str = field(repr=False)
    url: str = OAUTH_URL
    scope: str = PERSONAL
    kind: DestinationKind = DestinationKind.TYPED
    proxy: Proxy | None = None
    ca_file: Path | None = None


class Login:
    """The token as long as it is good."""

    def __init__(self, http: HttpClient, account: Account, now: Clock) -> None:
        self._http = http
        self._account = account
        self._now = now
        self._lock = asyncio.Lock()
        self._token = ""
        self._good_until = datetime.min.replace(tzinfo=UTC)
        self._attempts = 0
        self._failure: str | None = None

    async def token(self, timeouts: HttpTimeouts) -> str:
        """The token, fetched where there is no good one. Raises Upstream."""
        if self._is_good:
            return self._token
        seen = self._attempts
        async with self._lock:
            if self._is_good:
                return self._token
            if self._failure is not None and self._attempts > seen:
                raise llm_error(self._failure)  # somebody has just been told no in our place
            return await self._fetched(timeouts)

    def forget(self, token: str) -> None:
        """The service does not take this token any more."""
        if token == self._token:
            self._token = ""

    @property
    def _is_good(self) -> bool:
        return bool(self._token) and self._now() < self._good_until

    async def _fetched(self, timeouts: HttpTimeouts) -> str:
        try:
            self._token, self._good_until = await self._ask(timeouts)
        except Upstream as error:
            self._attempts, self._failure = self._attempts + 1, error.code
            raise
        self._attempts, self._failure = self._attempts + 1, None
        return self._token

    async def _ask(self, timeouts: HttpTimeouts) -> tuple[str, datetime]:
        with http_faults_mapped():
            return await self._asked(timeouts)

    async def _asked(self, timeouts: HttpTimeouts) -> tuple[str, datetime]:
        async with self._http.request(self._request(timeouts)) as response:
            body = await response.read(_MAX_BYTES)
            if response.status != _OK:
                fault = fault_of_status(response.status, response.headers, body, self._now())
                # A key that is no key at all is a bad request here.
                raise llm_error("llm_bad_key") if fault.code == "llm_rejected" else fault
        return _token_in(body)

    def _request(self, timeouts: HttpTimeouts) -> HttpRequest:
        account = self._account
        return HttpRequest(
            "POST",
            account.url,
            kind=account.kind,
            headers={
                "Authorization": f"Basic {sendable_key(account.key)}",
                "RqUID": str(uuid.uuid4()),
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            body=f"scope={account.scope}".encode(),
            timeouts=timeouts,
            proxy=account.proxy,
            ca_file=account.ca_file,
        )


def _token_in(body: bytes) -> tuple[str, datetime]:
    """The token and when it is no longer to be used; `expires_at` counts milliseconds."""
    try:
        document = orjson.loads(body)
        token, expires_ms = document["access_token"], document["expires_at"]
        expires = datetime.fromtimestamp(float(expires_ms) / 1000, UTC)
    except (ValueError, TypeError, KeyError, OverflowError, OSError) as error:
        raise llm_error("llm_nonsense") from error
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise llm_error("llm_nonsense")
    return token, expires - _EARLY
