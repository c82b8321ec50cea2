"""SOCKS and CONNECT proxies: what they are told, what is checked first, and how they fail."""

import asyncio
import subprocess
import sys
import traceback
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.support.certificates import certificate_for
from tests.support.llm_upstream import LlmUpstream, hanging, replying
from tests.support.proxies import ConnectProxy, Manner, SocksProxy, TlsSite

from secretary.kernel.errors import SecretaryError
from secretary.kernel.http import DestinationKind, HttpClient, HttpRequest, HttpTimeouts, Proxy
from secretary.kernel.http.addresses import IPAddress

TRUSTED = DestinationKind.TRUSTED
OUTSIDE = "203.0.113.7"  # stands for a public address
PASSWORD = "proxy-password"
SCHEMES = pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4"])
AT_ONCE = HttpTimeouts(connect_s=0.15)


class Names:
    """A resolver that remembers what it was asked."""

    def __init__(self, **addresses: Sequence[str]) -> None:
        self.addresses = {name.replace("_", "."): texts for name, texts in addresses.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[IPAddress]:
        self.asked.append(host)
        return [ip_address(text) for text in self.addresses.get(host, ())]


@asynccontextmanager
async def client(names: Names | None = None) -> AsyncGenerator[HttpClient, None]:
    http = HttpClient(resolve=names or Names(), is_public=lambda address: str(address) == OUTSIDE)
    try:
        yield http
    finally:
        await http.aclose()


async def get(http: HttpClient, request: HttpRequest) -> bytes:
    async with http.request(request) as response:
        return await response.read(100_000)


async def failing(http: HttpClient, request: HttpRequest) -> SecretaryError:
    with pytest.raises(SecretaryError) as raised:
        await get(http, request)
    return raised.value


def via(scheme: str, proxy: SocksProxy | ConnectProxy, who: str = "", kind: DestinationKind = TRUSTED) -> Proxy:
    return Proxy(f"{scheme}://{who}127.0.0.1:{proxy.port}", kind)


def test_socks_is_imported_only_where_such_a_proxy_is_used() -> None:
    code = "import sys, secretary.kernel.http.connection; sys.exit('python_socks' in sys.modules)"
    path = ":".join(entry for entry in sys.path if entry)
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": path}, check=False).returncode == 0


@SCHEMES
async def test_trusted_request_goes_through_its_socks_proxy(scheme: str) -> None:
    names = Names(far_example=[OUTSIDE])
    async with client(names) as http, LlmUpstream(replying(200, b"far")) as site:
        async with SocksProxy({OUTSIDE: site.port, "far.example": site.port}) as proxy:
            request = HttpRequest("GET", "http://far.example/x", TRUSTED, proxy=via(scheme, proxy))
            for _ in range(2):
                assert await get(http, request) == b"far"
            told = "far.example" if scheme == "socks5h" else OUTSIDE
            assert proxy.asked == [(told, 80)], "the second request takes the kept connection"
            assert names.asked == ([] if scheme == "socks5h" else ["far.example"])
            assert site.received[0].path == "/x"
            assert site.received[0].headers["host"] == "far.example"
            await http.aclose()
            await proxy.until_all_left()


async def test_socks_4_takes_the_ipv4_address_of_a_name() -> None:
    names = Names(far_example=["2001:db8::7", OUTSIDE], six_example=["2001:db8::7"])
    async with client(names) as http, LlmUpstream(replying(200, b"far")) as site:
        async with SocksProxy({OUTSIDE: site.port}) as proxy:
            far = HttpRequest("GET", "http://far.example/", TRUSTED, proxy=via("socks4", proxy))
            assert await get(http, far) == b"far"
            six = HttpRequest("GET", "http://six.example/", TRUSTED, proxy=via("socks4", proxy))
            assert (await failing(http, six)).code == "http_unreachable"


async def test_ipv6_address_goes_through_socks_5() -> None:
    async with client() as http, LlmUpstream(replying(200, b"six")) as site:
        async with SocksProxy({"2001:db8::7": site.port}) as proxy:
            request = HttpRequest("GET", "http://[2001:db8::7]/", TRUSTED, proxy=via("socks5", proxy))
            assert await get(http, request) == b"six"


async def test_user_and_password_are_given_to_the_proxy_alone() -> None:
    async with client() as http, LlmUpstream(replying(200, b"far")) as site:
        async with SocksProxy({"far.example": site.port}, credentials=("me", "p@ss")) as proxy:
            request = HttpRequest("GET", "http://far.example/", TRUSTED, proxy=via("socks5h", proxy, "me:p%40ss@"))
            assert await get(http, request) == b"far"
            assert not any("p@ss" in value or "proxy" in name for name, value in site.received[0].headers.items())


async def test_proxies_do_not_share_connections() -> None:
    async with client() as http, LlmUpstream(replying(200, b"far")) as site:
        routes = {"far.example": site.port}
        async with SocksProxy(routes) as one, SocksProxy(routes, credentials=("me", "x")) as other:
            for proxy, who in ((one, ""), (other, "me:x@")):
                await get(http, HttpRequest("GET", "http://far.example/", TRUSTED, proxy=via("socks5h", proxy, who)))
            assert len(one.asked) == len(other.asked) == 1


@pytest.mark.parametrize("make", [SocksProxy, ConnectProxy])
async def test_typed_name_is_checked_here_and_proven_by_tls(
    make: Callable[..., SocksProxy | ConnectProxy], tmp_path: Path
) -> None:
    certificate, ca_file = certificate_for("far.example"), tmp_path / "authority.pem"
    ca_file.write_text(certificate.authority)
    names = Names(far_example=[OUTSIDE], other_example=[OUTSIDE])
    scheme = "socks5h" if make is SocksProxy else "http"
    async with client(names) as http, TlsSite(certificate) as site, make({OUTSIDE: site.port}) as proxy:
        far = HttpRequest("GET", "https://far.example/", proxy=via(scheme, proxy), ca_file=ca_file)
        assert await get(http, far) == b"ok"
        assert proxy.asked == [(OUTSIDE, 443)]
        assert (site.names, site.hosts) == (["far.example"], ["far.example"])
        for unproven in (replace(far, url="https://other.example/"), replace(far, ca_file=None)):
            assert (await failing(http, unproven)).code == "http_certificate"
        await http.aclose()
        await site.until_all_left()


@SCHEMES
@pytest.mark.parametrize("url", ["https://inner.example/", "http://far.example/", "https://127.0.0.1/"])
async def test_typed_destination_that_is_private_or_unproven_never_reaches_the_proxy(scheme: str, url: str) -> None:
    names = Names(inner_example=["127.0.0.1"], far_example=[OUTSIDE])
    async with client(names) as http, SocksProxy() as proxy:
        error = await failing(http, HttpRequest("GET", url, proxy=via(scheme, proxy)))
        assert error.code == "address_not_allowed"
        assert not proxy.heard.is_set()


@SCHEMES
@pytest.mark.parametrize("host", ["127.0.0.1", "inner.example", "2130706433"])
async def test_typed_socks_proxy_on_a_private_address_is_refused(scheme: str, host: str) -> None:
    names = Names(inner_example=["127.0.0.1"])
    async with client(names) as http, SocksProxy() as proxy:
        typed = Proxy(f"{scheme}://{host}:{proxy.port}")
        error = await failing(http, HttpRequest("GET", "http://8.8.8.8/", TRUSTED, proxy=typed))
        assert error.code == "address_not_allowed"
        assert not proxy.heard.is_set()


async def test_proxy_is_dialled_at_the_address_that_was_checked() -> None:
    names = Names(proxy_example=["127.0.0.1"])
    http = HttpClient(resolve=names, is_public=lambda _: True)
    async with LlmUpstream(replying(200, b"far")) as site, SocksProxy({"far.example": site.port}) as proxy:
        typed = Proxy(f"socks5h://proxy.example:{proxy.port}")
        assert await get(http, HttpRequest("GET", "http://far.example/", TRUSTED, proxy=typed)) == b"far"
        assert names.asked == ["proxy.example"]
        await http.aclose()


@pytest.mark.parametrize("url", ["ftp://127.0.0.1:1", "socks9://127.0.0.1:1", "socks5://", "socks5://a\\b", ""])
async def test_address_that_is_no_proxy_is_refused(url: str) -> None:
    async with client() as http:
        error = await failing(http, HttpRequest("GET", "http://8.8.8.8/", TRUSTED, proxy=Proxy(url, TRUSTED)))
        assert error.code == "address_not_allowed"


@SCHEMES
@pytest.mark.parametrize("manner", ["refuses", "hangs", "hangs up", "talks nonsense"])
async def test_proxy_that_fails_is_unreachable_and_left(scheme: str, manner: Manner) -> None:
    names = Names(far_example=[OUTSIDE])
    limits = AT_ONCE if manner == "hangs" else HttpTimeouts()
    async with client(names) as http, SocksProxy({OUTSIDE: 1}, manner=manner) as proxy:
        request = HttpRequest("GET", "http://far.example/", TRUSTED, proxy=via(scheme, proxy), timeouts=limits)
        assert (await failing(http, request)).code == "http_unreachable"
        await proxy.until_all_left()


async def test_http_proxy_is_told_who_asks_and_the_destination_is_not() -> None:
    async with client() as http, LlmUpstream(replying(403), replying(200, b"ok")) as proxy:
        through = Proxy(f"http://me:p%40ss@127.0.0.1:{proxy.port}", TRUSTED)
        await failing(http, HttpRequest("GET", f"https://{OUTSIDE}/", proxy=through))
        await get(http, HttpRequest("GET", f"http://{OUTSIDE}/", proxy=through))
        assert [got.headers["proxy-authorization"] for got in proxy.received] == ["Basic bWU6cEBzcw=="] * 2
        assert not any("authorization" in got.headers for got in proxy.received)


async def test_proxy_that_is_not_there_is_unreachable() -> None:
    async with client() as http:
        for url in ("socks5://127.0.0.1:1", "socks5://nowhere.example:1080", "http://127.0.0.1:1"):
            request = HttpRequest("GET", "http://8.8.8.8/", TRUSTED, proxy=Proxy(url, TRUSTED))
            assert (await failing(http, request)).code == "http_unreachable"


@pytest.mark.parametrize("manner", ["relays", "refuses", "hangs", "hangs up", "talks nonsense"])
@pytest.mark.parametrize("scheme", ["socks5", "socks4", "http"])
async def test_password_is_in_no_log_error_or_repr(scheme: str, manner: Manner) -> None:
    make = ConnectProxy if scheme == "http" else SocksProxy
    async with client() as http, make({}, manner=manner, credentials=("me", "another")) as proxy:
        through = via(scheme, proxy, f"me:{PASSWORD}@")
        request = HttpRequest("GET", f"https://{OUTSIDE}/", proxy=through, timeouts=AT_ONCE)
        with capture_logs() as logs:
            error = await failing(http, request)
        told = "".join(traceback.format_exception(error)) + repr(error) + error.en + error.ru
        assert PASSWORD not in told + repr(logs) + repr(request) + repr(through) + repr(http.__dict__)


async def test_cancelled_request_leaves_the_proxy_at_once() -> None:
    async with client() as http, SocksProxy(manner="hangs") as proxy:
        request = HttpRequest("GET", f"http://{OUTSIDE}/", TRUSTED, proxy=via("socks5", proxy))
        task = asyncio.create_task(get(http, request))
        await proxy.heard.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await proxy.until_all_left(0.5)


async def test_leaving_the_answer_early_cuts_the_tunnel() -> None:
    async with client() as http, LlmUpstream(hanging("once")) as site, SocksProxy({OUTSIDE: site.port}) as proxy:
        request = HttpRequest("GET", f"http://{OUTSIDE}/", TRUSTED, proxy=via("socks5", proxy))
        async with http.request(request) as response:
            await response.next_chunk()
        await proxy.until_all_left()
        await site.until_all_left()
