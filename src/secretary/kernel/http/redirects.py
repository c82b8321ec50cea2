"""Where a redirect leads, and what of the request may go there. No I/O."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from secretary.kernel.http.errors import http_error
from secretary.kernel.http.guard import parse_url
from secretary.kernel.http.request import DestinationKind, HttpRequest

if TYPE_CHECKING:
    from yarl import URL

MAX_REDIRECTS: Final = 5
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
# Another origin gets these of the caller's headers and no others: keys travel under many names.
_HARMLESS: Final = frozenset({"accept", "accept-language", "content-type", "user-agent"})
_OF_BODY: Final = frozenset({"content-type", "content-length"})


def redirected(request: HttpRequest, status: int, location: str) -> HttpRequest:
    """The next hop. Raises Upstream("http_redirected") for a step down to plain http or away from a unix socket.

    Another origin is a typed address whoever named the first one: the service chose it, not the installation.
    """
    here = parse_url(request.url)
    there = _target(here, location)
    is_same_origin = here.origin() == there.origin()
    if (here.scheme == "https" and there.scheme == "http") or (request.unix_socket and not is_same_origin):
        raise http_error("http_redirected")
    hop = replace(request, url=str(there))
    if status not in {307, 308} and request.method not in {"GET", "HEAD"}:
        hop = replace(hop, method="GET", body=None, headers=_without(hop.headers, _OF_BODY))
    if not is_same_origin:
        kept = {name: value for name, value in hop.headers.items() if name.lower() in _HARMLESS}
        hop = replace(hop, kind=DestinationKind.TYPED, headers=kept, ca_file=None)
    return hop


def _target(here: "URL", location: str) -> "URL":
    try:
        return parse_url(str(here.join(type(here)(location))))
    except ValueError as error:
        raise http_error("http_redirected") from error


def _without(headers: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in names}
