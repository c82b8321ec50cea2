"""Where notifications may be sent: the push services of browsers, and no other address that a browser may name."""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from secretary.operations.push.errors import bad_address

# As named by their makers in 2026: Chrome and Edge for Android, Firefox, Edge, Safari.
KNOWN = ("fcm.googleapis.com", "*.push.services.mozilla.com", "*.notify.windows.com", "web.push.apple.com")
LONGEST = 1_000


def host_of(endpoint: str, more: Collection[str] = ()) -> str:
    """The host of an allowed address. `more` are hosts besides the known ones; `*.` allows what is below one.

    TLS on its own port always, except on this machine. Raises Invalid("bad_push_address").
    """
    try:
        parts = urlsplit(endpoint)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise bad_address() from error
    is_plain = endpoint.isascii() and endpoint.isprintable() and len(endpoint) <= LONGEST and " " not in endpoint
    is_safe = _is_here(host) if parts.scheme == "http" else parts.scheme == "https" and port in (None, 443)
    if not (is_plain and is_safe and "@" not in parts.netloc and not parts.fragment and _is_allowed(host, more)):
        raise bad_address()
    return host


def _is_allowed(host: str, more: Collection[str]) -> bool:
    allowed = [*KNOWN, *(each.lower() for each in more)]
    return any(host.endswith(each[1:]) if each.startswith("*.") else host == each for each in allowed)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
