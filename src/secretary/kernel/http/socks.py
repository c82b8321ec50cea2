"""Connections through a SOCKS proxy: the proxy is dialled at a checked address and told where to connect.

A typed destination comes here as a checked address already (`HttpClient`), so the proxy resolves nothing that a user
typed. A trusted name is looked up here, or by the proxy where its scheme is `socks5h`, as curl has it.
"""

import socket
from collections.abc import Sequence
from typing import Any, Final

from aiohttp import AddrInfoType, ClientProxyConnectionError, ClientRequest, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError, ProxyType
from python_socks.async_.asyncio import Proxy as Tunnel
from yarl import URL

from secretary.kernel.http.addresses import IPAddress, literal_address
from secretary.kernel.http.guard import Guard, parse_proxy_url
from secretary.kernel.http.request import DestinationKind, SocksLane

_PORT: Final = 1080  # RFC 1928


class NameKeeper(AbstractResolver):
    """Leaves a name as it is, for a proxy that looks it up."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        del family
        return [ResolveResult(hostname=host, host=host, port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is held."""


class SocksConnector(TCPConnector):
    """An aiohttp connector whose sockets come out of one proxy. TLS is spoken with the destination, through it."""

    def __init__(self, guard: Guard, lane: SocksLane, resolver: AbstractResolver) -> None:
        self._proxy = parse_proxy_url(lane.proxy_url)
        self._guard = guard
        self._kind = lane.kind
        super().__init__(resolver=NameKeeper() if self._proxy.scheme == "socks5h" else resolver, limit=0)

    async def _wrap_create_connection(  # aiohttp's one place where a socket is opened
        self,
        *args: Any,
        addr_infos: list[AddrInfoType],
        req: ClientRequest,
        timeout: ClientTimeout,  # noqa: ASYNC109 - aiohttp's own name
        **options: Any,
    ) -> tuple[Any, ResponseHandler]:
        try:
            sock = await self._socket(addr_infos, timeout.sock_connect)
        except ProxyTimeoutError as error:
            raise TimeoutError from error
        except (ProxyError, OSError, ValueError) as error:
            raise ClientProxyConnectionError(req.connection_key, OSError("SOCKS")) from error
        return await self._wrap_existing_connection(*args, sock=sock, req=req, timeout=timeout, **options)

    async def _socket(self, addr_infos: Sequence[AddrInfoType], within_s: float | None) -> socket.socket:
        host, port = _destination(self._proxy, addr_infos)
        failure: OSError = ProxyConnectionError()
        for address in await self._addresses():
            try:
                return await _tunnel(self._proxy, address).connect(host, port, timeout=within_s)
            except ProxyConnectionError as error:
                failure = error
        raise failure

    async def _addresses(self) -> Sequence[IPAddress]:
        host, port = self._proxy.raw_host or "", self._proxy.port or _PORT
        if (address := literal_address(host)) is not None:
            return [address]
        if self._kind is DestinationKind.TRUSTED:
            return await self._guard.addresses(host, port)
        return await self._guard.public_addresses(host, port)


def _destination(proxy: URL, addr_infos: Sequence[AddrInfoType]) -> tuple[str, int]:
    """What the proxy is told. Raises OSError where SOCKS 4 would need an IPv6 address."""
    for family, *_, address in addr_infos:
        if family == socket.AF_INET or proxy.scheme != "socks4":
            return str(address[0]), int(address[1])
    raise OSError


def _tunnel(proxy: URL, address: IPAddress) -> Tunnel:
    kind = ProxyType.SOCKS4 if proxy.scheme == "socks4" else ProxyType.SOCKS5
    return Tunnel(kind, str(address), proxy.port or _PORT, proxy.user, proxy.password, rdns=True)
