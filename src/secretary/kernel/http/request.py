"""What one outbound request says: where to, trusted how far, within which limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

SOCKS_SCHEMES: Final = frozenset({"socks5", "socks5h", "socks4"})


class DestinationKind(StrEnum):
    """Who named the address: the environment of the installation (trusted) or somebody at a keyboard (typed)."""

    TRUSTED = "trusted"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class HttpTimeouts:
    """Seconds for connecting (name lookup and TLS included), for the first byte, between bytes, and for everything."""

    connect_s: float = 5.0
    first_byte_s: float = 30.0
    idle_s: float = 30.0
    total_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, `scheme://[user:password@]host:port`. A typed one is guarded as any typed address is.

    Schemes: `http`, `https`; `socks5` and `socks4` are told addresses, `socks5h` looks up trusted names itself.
    """

    url: str = field(repr=False)
    kind: DestinationKind = DestinationKind.TYPED

    @property
    def is_socks(self) -> bool:
        return self.url.partition(":")[0].lower() in SOCKS_SCHEMES


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request. `unix_socket` is for our own child processes: the URL's host is then only a name.

    `max_redirects` is 0 (a redirect is an answer like any other) to 5 (one more is a fault). Every hop is checked
    again, and another origin gets none of the caller's headers but the harmless ones. `ca_file` (PEM) holds
    certificate authorities that are trusted for this origin besides the system's; nothing is ever left unverified.
    """

    method: str
    url: str
    kind: DestinationKind = DestinationKind.TYPED
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    timeouts: HttpTimeouts = field(default_factory=HttpTimeouts)
    proxy: Proxy | None = None
    unix_socket: Path | None = None
    max_redirects: int = 0
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class SocksLane:
    """The connections through one SOCKS proxy, which is trusted as far as `kind` says."""

    proxy_url: str = field(repr=False)
    kind: DestinationKind


Lane = DestinationKind | Path | SocksLane
"""Whose connection pool a request uses."""


@dataclass(frozen=True, slots=True)
class Target:
    """The URL as it is dialled, and the names to use where its host was replaced by a checked address."""

    url: str
    host_header: str | None = None
    tls_name: str | None = None
