"""The guard against addresses a user typed: what the URL may look like, and which addresses it may lead to.

A name is refused when ANY of its addresses is not public: an honest public service has no private address, and a
mixed answer is how a rebinding attack looks. The addresses that were checked are the ones that are connected to
(`connection`), so a name that changes its mind after the check gains nothing.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from secretary.kernel.http.addresses import IPAddress, is_disguised_address, is_public, literal_address
from secretary.kernel.http.errors import address_not_allowed, http_error
from secretary.kernel.http.request import SOCKS_SCHEMES, DestinationKind

if TYPE_CHECKING:
    from yarl import URL

Resolve = Callable[[str, int], Awaitable[Sequence[IPAddress]]]

_WEB: Final = frozenset({"http", "https"})
_HOST_NAME: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_UNSEEN: Final = re.compile(r"[\x00-\x20\x7f\\]")  # URL parsers disagree about control characters and backslashes


async def system_resolve(host: str, port: int) -> Sequence[IPAddress]:
    """Addresses of a name as the operating system knows them. Raises OSError where there are none."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except UnicodeError as error:
        raise OSError(socket.EAI_NONAME) from error
    return [ip_address(entry[4][0]) for entry in found]


def parse_url(url: str, schemes: frozenset[str] = _WEB) -> "URL":
    """The URL as the connecting library itself reads it. Raises Invalid for what is not plain http or https."""
    from yarl import URL  # noqa: PLC0415 - start-up must not pay for the HTTP client

    try:
        parsed = URL(url)
    except ValueError as error:
        raise address_not_allowed() from error
    if _UNSEEN.search(url) or parsed.scheme not in schemes or not parsed.raw_host:
        raise address_not_allowed()
    return parsed


def parse_proxy_url(url: str) -> "URL":
    """A proxy's URL, which may be one of SOCKS too. Raises Invalid."""
    return parse_url(url, _WEB | SOCKS_SCHEMES)


class Guard:
    """Decides about typed destinations. `allowed_private_hosts` are exempt by name or by literal address."""

    def __init__(
        self,
        allowed_private_hosts: frozenset[str] = frozenset(),
        *,
        resolve: Resolve = system_resolve,
        is_public: Callable[[IPAddress], bool] = is_public,
    ) -> None:
        self._allowed = frozenset(host.strip("[]").lower() for host in allowed_private_hosts)
        self._resolve = resolve
        self.is_public = is_public

    def kind_of(self, url: "URL", kind: DestinationKind, *, with_password: bool = False) -> DestinationKind:
        """How far `url` may be trusted after its spelling was checked. Raises Invalid("address_not_allowed").

        A typed host of ALLOWED_PRIVATE_HOSTS counts as trusted. `with_password` is for proxies, which carry one.
        """
        if kind is DestinationKind.TRUSTED:
            return kind
        host = url.raw_host or ""
        if not with_password and (url.raw_user or url.raw_password):
            raise address_not_allowed()
        if host in self._allowed:
            return DestinationKind.TRUSTED
        self._check_host(host)
        return kind

    async def addresses(self, host: str, port: int) -> Sequence[IPAddress]:
        """Addresses of any name. Raises OSError where there are none."""
        if found := await self._resolve(host, port):
            return found
        raise OSError(socket.EAI_NONAME)

    async def public_addresses(self, host: str, port: int) -> Sequence[IPAddress]:
        """Addresses of a typed name, all of them public. Raises Invalid, or OSError where there are none."""
        found = await self.addresses(host, port)
        if all(self.is_public(address) for address in found):
            return found
        raise address_not_allowed()

    async def check(self, url: str, kind: DestinationKind) -> None:
        """Refuse a URL now, with its name looked up, as a request to it would. Raises Invalid, Upstream."""
        parsed = parse_url(url)
        host = parsed.raw_host or ""
        if self.kind_of(parsed, kind) is DestinationKind.TRUSTED or literal_address(host):
            return
        try:
            await self.public_addresses(host, parsed.port or 0)
        except OSError as error:
            raise http_error("http_unreachable") from error

    def _check_host(self, host: str) -> None:
        address = literal_address(host)
        if address is not None:
            if not self.is_public(address):
                raise address_not_allowed()
        elif is_disguised_address(host) or not _HOST_NAME.fullmatch(host):
            raise address_not_allowed()
