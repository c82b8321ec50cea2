"""The aiohttp side: connectors that connect to checked addresses only, and sessions that remember nothing.

Imported by the first request, never at start: it pulls aiohttp in.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from pathlib import Path

from aiohttp import (
    AddrInfoType,
    BaseConnector,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    UnixConnector,
)
from aiohttp.abc import AbstractResolver, ResolveResult

from secretary import __version__
from secretary.kernel.http.addresses import IPAddress
from secretary.kernel.http.errors import address_not_allowed
from secretary.kernel.http.guard import Guard
from secretary.kernel.http.request import DestinationKind, Lane, SocksLane

# A compressed answer is not asked for: streams would arrive in lumps, and a bomb has nothing to hide in. A server
# that compresses all the same is unpacked piece by piece (64 KiB at a time) under the reader's own size limit.
_HEADERS = {"User-Agent": f"AI-Secretary/{__version__}", "Accept-Encoding": "identity"}


class CheckedResolver(AbstractResolver):
    """Hands aiohttp the addresses that `lookup` let through; aiohttp connects to exactly these."""

    def __init__(self, lookup: Callable[[str, int], Awaitable[Sequence[IPAddress]]]) -> None:
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        del family
        return [_result(host, port, address) for address in await self._lookup(host, port)]

    async def close(self) -> None:
        """Nothing is held."""


def _result(host: str, port: int, address: IPAddress) -> ResolveResult:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004 - the protocol's own name
    return ResolveResult(
        hostname=host, host=str(address), port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
    )


def _public_sockets(guard: Guard) -> Callable[[AddrInfoType], socket.socket]:
    def open_socket(target: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = target
        if not guard.is_public(ip_address(address[0])):  # the last look: this is the address that is dialled
            raise address_not_allowed()
        return socket.socket(family, kind, protocol)

    return open_socket


def _connector(guard: Guard, lane: Lane) -> BaseConnector:
    if isinstance(lane, SocksLane):
        from secretary.kernel.http.socks import SocksConnector  # noqa: PLC0415 - few installations have such a proxy

        return SocksConnector(guard, lane, CheckedResolver(guard.addresses))
    if isinstance(lane, Path):
        # Not kept: connecting costs microseconds here, and llama.cpp hangs up on kept connections unannounced.
        return UnixConnector(str(lane), force_close=True, limit=0)
    if lane is DestinationKind.TRUSTED:
        return TCPConnector(resolver=CheckedResolver(guard.addresses), limit=0)
    resolver = CheckedResolver(guard.public_addresses)
    return TCPConnector(resolver=resolver, limit=0, socket_factory=_public_sockets(guard))


def open_session(guard: Guard, lane: Lane) -> ClientSession:
    """A session without cookies, environment proxies, redirects or time limits of its own (ours are per request)."""
    return ClientSession(
        connector=_connector(guard, lane),
        cookie_jar=DummyCookieJar(loop=asyncio.get_running_loop()),
        headers=_HEADERS,
        timeout=ClientTimeout(total=None, sock_connect=None),
        trust_env=False,
    )
