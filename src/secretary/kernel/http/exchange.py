"""One request put on the wire, until the headers of its answer; what aiohttp raises becomes ours here."""

import asyncio
from base64 import b64encode
from typing import Any

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientError,
    ClientHttpProxyError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
)
from aiohttp.http_exceptions import HttpProcessingError

from secretary.kernel.errors import Upstream
from secretary.kernel.http.authorities import trusting
from secretary.kernel.http.errors import http_error
from secretary.kernel.http.guard import parse_proxy_url
from secretary.kernel.http.request import HttpRequest, Proxy, Target

BODY_BREAKS = (ClientError, HttpProcessingError, OSError)


async def exchange(session: ClientSession, request: HttpRequest, target: Target, ends_at: float) -> ClientResponse:
    """Send and wait for the headers, within the request's limits and not past `ends_at`. Raises Upstream."""
    limit = min(ends_at, asyncio.get_running_loop().time() + request.timeouts.first_byte_s)
    try:
        async with asyncio.timeout_at(limit):
            return await _send(session, request, target)
    except (ClientError, TimeoutError, OSError) as error:
        raise _mapped(error) from error


async def _send(session: ClientSession, request: HttpRequest, target: Target) -> ClientResponse:
    connect_s = request.timeouts.connect_s
    headers = dict(request.headers)
    if target.host_header is not None:
        headers["Host"] = target.host_header
    return await session.request(
        request.method,
        target.url,
        data=request.body,
        headers=headers,
        timeout=ClientTimeout(total=None, connect=connect_s, sock_connect=connect_s),
        server_hostname=target.tls_name,
        ssl=True if request.ca_file is None else await trusting(request.ca_file),
        allow_redirects=False,
        **_through(request.proxy),
    )


def _through(proxy: Proxy | None) -> dict[str, Any]:
    """The HTTP proxy as aiohttp wants it, its password out of the URL, which aiohttp shows in its errors.

    aiohttp makes `Proxy-Authorization` out of the proxy's `Authorization`, for CONNECT and for plain requests alike.
    """
    if proxy is None or proxy.is_socks:
        return {}
    url = parse_proxy_url(proxy.url)
    if url.user is None:
        return {"proxy": url}
    who = b64encode(f"{url.user}:{url.password or ''}".encode()).decode()
    return {"proxy": url.with_user(None), "proxy_headers": {"Authorization": f"Basic {who}"}}


def _mapped(error: Exception) -> Upstream:
    match error:
        case ClientConnectorCertificateError() | ClientConnectorSSLError():
            return http_error("http_certificate")
        case ConnectionTimeoutError() | ClientConnectorError() | ClientHttpProxyError():
            return http_error("http_unreachable")
        case TimeoutError():
            return http_error("http_timeout")
        case ClientResponseError():
            return http_error("http_nonsense")
        case _:
            return http_error("http_unreachable")
