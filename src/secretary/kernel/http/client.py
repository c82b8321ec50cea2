"""The shared client: checks where a request goes, picks its lane, follows redirects under guard.

A lane is a session with a connection pool of its own: trusted addresses, typed ones, one for each unix socket and one
for each SOCKS proxy.
They never share a pool: a typed address must not ride on a connection that was opened for a trusted one.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from secretary.kernel.http.addresses import IPAddress, is_public, literal_address
from secretary.kernel.http.errors import address_not_allowed, client_closed, http_error
from secretary.kernel.http.guard import Guard, Resolve, parse_proxy_url, parse_url, system_resolve
from secretary.kernel.http.redirects import MAX_REDIRECTS, REDIRECTS, redirected
from secretary.kernel.http.request import DestinationKind, HttpRequest, Lane, SocksLane, Target
from secretary.kernel.http.response import HttpResponse

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession
    from yarl import URL


class HttpClient:
    """Everything the product sends over HTTP goes through one of these; it belongs to one event loop.

    `resolve` and `is_public` are the network as tests script it.
    """

    def __init__(
        self,
        allowed_private_hosts: frozenset[str] = frozenset(),
        *,
        resolve: Resolve = system_resolve,
        is_public: Callable[[IPAddress], bool] = is_public,
    ) -> None:
        self._guard = Guard(allowed_private_hosts, resolve=resolve, is_public=is_public)
        self._sessions: dict[Lane, ClientSession] = {}
        self._is_closed = False

    @asynccontextmanager
    async def request(self, request: HttpRequest) -> AsyncGenerator[HttpResponse, None]:
        """Send, and yield the answer once its headers are here; leaving the block early cuts the connection.

        Any status is an answer. Raises Invalid("address_not_allowed") and Upstream: http_unreachable,
        http_certificate, http_timeout, http_cut_off, http_nonsense, http_redirected.
        """
        from secretary.kernel.http.exchange import BODY_BREAKS  # noqa: PLC0415 - imports aiohttp

        ends_at = asyncio.get_running_loop().time() + request.timeouts.total_s
        raw = await self._follow(request, ends_at)
        response = HttpResponse(raw, request.timeouts, ends_at, BODY_BREAKS)
        try:
            yield response
        finally:
            response.close()

    async def check(self, url: str, kind: DestinationKind = DestinationKind.TYPED) -> None:
        """Refuse now what a request to `url` would refuse: for a form that saves an address.

        Raises Invalid("address_not_allowed"), Upstream("http_unreachable") for a name without an address.
        """
        await self._guard.check(url, kind)

    async def aclose(self) -> None:
        """Cut every connection. May be called again; requests after it raise Internal."""
        self._is_closed = True
        while self._sessions:
            await self._sessions.popitem()[1].close()

    async def _follow(self, request: HttpRequest, ends_at: float) -> "ClientResponse":
        for _ in range(min(request.max_redirects, MAX_REDIRECTS) + 1):
            raw = await self._send(request, ends_at)
            location = raw.headers.get("Location")
            if not request.max_redirects or raw.status not in REDIRECTS or location is None:
                return raw
            raw.close()
            request = redirected(request, raw.status, location)
        raise http_error("http_redirected")

    async def _send(self, request: HttpRequest, ends_at: float) -> "ClientResponse":
        from secretary.kernel.http.exchange import exchange  # noqa: PLC0415 - imports aiohttp

        url = parse_url(request.url)
        kind = self._guard.kind_of(url, request.kind)
        if request.unix_socket is not None and kind is not DestinationKind.TRUSTED:
            raise address_not_allowed()
        lane = request.unix_socket or self._lane(request, kind)
        target = await self._target(request, url, kind)
        return await exchange(self._session(lane), request, target, ends_at)

    def _lane(self, request: HttpRequest, kind: DestinationKind) -> Lane:
        """Who named the address that we dial ourselves: behind a proxy that is the proxy's."""
        if request.proxy is None:
            return kind
        url = parse_proxy_url(request.proxy.url)
        kind = self._guard.kind_of(url, request.proxy.kind, with_password=True)
        return SocksLane(str(url), kind) if request.proxy.is_socks else kind

    async def _target(self, request: HttpRequest, url: "URL", kind: DestinationKind) -> Target:
        """Behind a proxy a typed name is looked up here and the proxy is told the checked address, not the name.

        That needs TLS (the certificate proves the name); a typed http address is refused behind a proxy.
        """
        host = url.raw_host or ""
        if request.proxy is None or kind is DestinationKind.TRUSTED or literal_address(host):
            return Target(str(url))
        if url.scheme != "https":
            raise address_not_allowed()
        try:
            found = await self._guard.public_addresses(host, url.port or 0)
        except OSError as error:
            raise http_error("http_unreachable") from error
        address = next((one for one in found if one.version == 4), found[0])  # noqa: PLR2004 - every proxy has it
        return Target(str(url.with_host(str(address))), host_header=url.raw_authority, tls_name=host)

    def _session(self, lane: Lane) -> "ClientSession":
        from secretary.kernel.http.connection import open_session  # noqa: PLC0415 - imports aiohttp

        if self._is_closed:
            raise client_closed()
        if lane not in self._sessions:
            self._sessions[lane] = open_session(self._guard, lane)
        return self._sessions[lane]
