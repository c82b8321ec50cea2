"""Which IP addresses are public, and which host spellings are addresses in disguise. No I/O."""

from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

IPAddress = IPv4Address | IPv6Address

# IANA special-purpose registries (2024-12), all entries that no public service may be reached at. Our own list,
# because `ipaddress.is_global` changed its mind between Python releases (CVE-2024-4032).
_CLOSED_V4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; Alibaba's metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host agent: a public address that answers only inside
        "169.254.0.0/16",  # link-local; most clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# Everything outside 2000::/3 is closed already: loopback, ULA (fd00:ec2::254 too), link-local, multicast, reserved.
_OPEN_V6: Final = IPv6Network("2000::/3")
_CLOSED_V6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4 carries any IPv4 address, private ones too
        "3fff::/20",
    )
)
_MAPPED_V4: Final = IPv6Network("::ffff:0:0/96")
_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052: what DNS64 answers for every IPv4-only name
_V4_BITS: Final = 0xFFFF_FFFF


def is_public(address: IPAddress) -> bool:
    """Whether an address is reachable by everybody, so that a user may send us there.

    An address that carries another (IPv4-mapped, NAT64) is judged by the one it carries; 6to4 and Teredo are refused.
    """
    if isinstance(address, IPv6Address):
        if address in _MAPPED_V4 or address in _NAT64:
            return is_public(IPv4Address(int(address) & _V4_BITS))
        return address in _OPEN_V6 and address.scope_id is None and not any(address in net for net in _CLOSED_V6)
    return not any(address in network for network in _CLOSED_V4)


def literal_address(host: str) -> IPAddress | None:
    """The address that `host` spells in its one canonical way, or None."""
    try:
        return ip_address(host)
    except (AddressValueError, ValueError):
        return None


def is_disguised_address(host: str) -> bool:
    """Whether some resolver would read `host` as an IPv4 address although it is not spelled canonically.

    `2130706433`, `0177.0.0.1`, `0x7f.1`, `127.1`: the rule is the WHATWG URL standard's "ends in a number".
    """
    last = host.rstrip(".").rpartition(".")[2].lower()
    is_number = last.isdigit() or (last.startswith("0x") and all(digit in "0123456789abcdef" for digit in last[2:]))
    return is_number and literal_address(host) is None
