"""The shared client against loopback servers and a scripted resolver: lanes, limits, redirects, proxies."""

import asyncio
import gzip
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, ip_address
from pathlib import Path

import pytest
from tests.support.llm_upstream import Exchange, LlmUpstream, Script, hanging, replying, resetting

from secretary.kernel.errors import Internal, Invalid, SecretaryError, Upstream
from secretary.kernel.http import DestinationKind, HttpClient, HttpRequest, HttpTimeouts, Proxy
from secretary.kernel.http.addresses import IPAddress

TRUSTED, TYPED = DestinationKind.TRUSTED, DestinationKind.TYPED
OUTSIDE = "127.0.0.2"  # stands for a public address; 127.0.0.1 stays private
# Only what is meant to run out is short: the machine that runs the tests may be busy.
AT_ONCE = HttpTimeouts(first_byte_s=0.15)
IDLE = HttpTimeouts(idle_s=0.15)


class Names:
    """A resolver that answers each lookup of a name with the next list; the last one repeats."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(lists) for name, lists in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[IPAddress]:
        del port
        self.asked.append(host)
        lists = self.answers.get(host, [[]])
        return [ip_address(text) for text in (lists.pop(0) if len(lists) > 1 else lists[0])]


@asynccontextmanager
async def client(names: Names | None = None, *allowed: str) -> AsyncGenerator[HttpClient, None]:
    http = HttpClient(
        frozenset(allowed), resolve=names or Names(), is_public=lambda address: address == IPv4Address(OUTSIDE)
    )
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


def test_importing_the_client_does_not_import_aiohttp() -> None:
    code = "import sys, secretary.kernel.http; sys.exit('aiohttp' in sys.modules or 'yarl' in sys.modules)"
    path = ":".join(entry for entry in sys.path if entry)
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, env={"PYTHONPATH": path}, check=False).returncode == 0


async def test_typed_literal_of_a_private_address_is_refused_before_connecting() -> None:
    async with client() as http, LlmUpstream(replying(200)) as server:
        error = await failing(http, HttpRequest("GET", server.base_url))
        assert isinstance(error, Invalid)
        assert error.code == "address_not_allowed"
        assert not server.received


async def test_trusted_address_may_be_private() -> None:
    async with client() as http, LlmUpstream(replying(200, b"ok")) as server:
        assert await get(http, HttpRequest("GET", server.base_url, TRUSTED)) == b"ok"


async def test_typed_name_with_any_private_address_is_refused() -> None:
    names = Names(mixed_example=[[OUTSIDE, "127.0.0.1"]])
    async with client(names) as http, LlmUpstream(replying(200), host=OUTSIDE) as server:
        error = await failing(http, HttpRequest("GET", f"http://mixed.example:{server.port}/"))
        assert error.code == "address_not_allowed"
        assert not server.received


async def test_name_that_turns_private_after_the_check_is_never_connected_to() -> None:
    names = Names(rebinding_example=[[OUTSIDE], ["127.0.0.1"]])
    async with client(names) as http, LlmUpstream(replying(200)) as inside:
        url = f"http://rebinding.example:{inside.port}/"
        await http.check(url)
        assert (await failing(http, HttpRequest("GET", url))).code == "address_not_allowed"
        assert not inside.received


async def test_connection_goes_to_the_address_that_was_checked() -> None:
    names = Names(steady_example=[[OUTSIDE], ["127.0.0.1"]])
    async with client(names) as http, LlmUpstream(replying(200, b"outside"), host=OUTSIDE) as server:
        assert await get(http, HttpRequest("GET", f"http://steady.example:{server.port}/")) == b"outside"
        assert names.asked == ["steady.example"]
        assert server.received[0].headers["host"] == f"steady.example:{server.port}"


async def test_typed_request_does_not_ride_on_a_trusted_connection() -> None:
    names = Names(inner_example=[["127.0.0.1"]])
    async with client(names) as http, LlmUpstream(replying(200, b"ok")) as server:
        url = f"http://inner.example:{server.port}/"
        assert await get(http, HttpRequest("GET", url, TRUSTED)) == b"ok"
        assert (await failing(http, HttpRequest("GET", url))).code == "address_not_allowed"


@pytest.mark.parametrize("host", ["127.0.0.1", "inner.example"])
async def test_allowed_private_host_may_be_typed(host: str) -> None:
    names = Names(inner_example=[["127.0.0.1"]])
    async with client(names, "127.0.0.1", "Inner.Example") as http, LlmUpstream(replying(200, b"ok")) as server:
        assert await get(http, HttpRequest("GET", f"http://{host}:{server.port}/")) == b"ok"


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    async with client() as http, LlmUpstream(replying(200, b"direct")) as server, LlmUpstream(replying(200)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        assert await get(http, HttpRequest("GET", server.base_url, TRUSTED)) == b"direct"
        assert not proxy.received


async def test_trusted_request_goes_through_its_proxy() -> None:
    async with client() as http, LlmUpstream(replying(200, b"proxied")) as proxy:
        via = Proxy(f"http://me:secret@127.0.0.1:{proxy.port}", TRUSTED)
        assert await get(http, HttpRequest("GET", "http://far.example/x", TRUSTED, proxy=via)) == b"proxied"
        assert proxy.received[0].path == "http://far.example/x"
        assert proxy.received[0].headers["proxy-authorization"].startswith("Basic ")


async def test_typed_proxy_on_a_private_address_is_refused() -> None:
    async with client() as http, LlmUpstream(replying(200)) as proxy:
        via = Proxy(f"http://127.0.0.1:{proxy.port}")
        error = await failing(http, HttpRequest("GET", "http://far.example/", TRUSTED, proxy=via))
        assert error.code == "address_not_allowed"


async def test_proxy_is_told_the_checked_address_of_a_typed_name() -> None:
    names = Names(far_example=[[OUTSIDE]])
    async with client(names) as http, LlmUpstream(replying(403)) as proxy:
        via = Proxy(f"http://127.0.0.1:{proxy.port}", TRUSTED)
        error = await failing(http, HttpRequest("GET", "https://far.example/", proxy=via))
        assert error.code == "http_unreachable"
        assert (proxy.received[0].method, proxy.received[0].path) == ("CONNECT", f"{OUTSIDE}:443")


@pytest.mark.parametrize("url", ["https://inner.example/", "http://far.example/"])
async def test_typed_name_behind_a_proxy_is_refused_where_it_cannot_be_pinned(url: str) -> None:
    names = Names(inner_example=[["127.0.0.1"]], far_example=[[OUTSIDE]])
    async with client(names) as http, LlmUpstream(replying(200)) as proxy:
        error = await failing(http, HttpRequest("GET", url, proxy=Proxy(f"http://127.0.0.1:{proxy.port}", TRUSTED)))
        assert error.code == "address_not_allowed"
        assert not proxy.received


async def test_unix_socket_is_for_trusted_requests_only(tmp_path: Path) -> None:
    path = tmp_path / "child.sock"
    async with client() as http, LlmUpstream(replying(200, b"child"), unix_socket=path):
        assert await get(http, HttpRequest("GET", "http://localhost/", TRUSTED, unix_socket=path)) == b"child"
        error = await failing(http, HttpRequest("GET", "https://1.1.1.1/", TYPED, unix_socket=path))
        assert error.code == "address_not_allowed"


async def test_redirect_is_an_answer_unless_following_was_asked_for() -> None:
    async with (
        client() as http,
        LlmUpstream(replying(302, location="http://127.0.0.1:1/")) as server,
        http.request(HttpRequest("GET", server.base_url, TRUSTED)) as response,
    ):
        assert response.status == 302


async def test_redirect_to_a_private_address_is_refused_even_from_a_trusted_one() -> None:
    async with client() as http, LlmUpstream(replying(200)) as inside:
        async with LlmUpstream(replying(307, location=inside.base_url)) as server:
            error = await failing(http, HttpRequest("GET", server.base_url, TRUSTED, max_redirects=5))
        assert error.code == "address_not_allowed"
        assert not inside.received


async def test_redirect_to_another_origin_drops_keys_and_keeps_harmless_headers() -> None:
    headers = {"Authorization": "Bearer k", "X-Api-Key": "k", "Cookie": "a=b", "Accept": "text/plain"}
    async with client() as http, LlmUpstream(replying(200, b"there"), host=OUTSIDE) as there:
        async with LlmUpstream(replying(302, location=there.base_url), host=OUTSIDE) as here:
            request = HttpRequest("POST", here.base_url, headers=headers, body=b"{}", max_redirects=5)
            assert await get(http, request) == b"there"
        assert here.received[0].headers["authorization"] == "Bearer k"
        got = there.received[0]
        assert (got.method, got.body, got.headers["accept"]) == ("GET", b"", "text/plain")
        assert not {"authorization", "x-api-key", "cookie"} & got.headers.keys()


async def test_redirect_within_an_origin_keeps_the_request() -> None:
    async with client() as http, LlmUpstream(replying(308, location="/moved"), replying(200, b"ok")) as server:
        request = HttpRequest("POST", server.base_url, TRUSTED, {"Authorization": "k"}, b"{}", max_redirects=1)
        assert await get(http, request) == b"ok"
        assert (server.received[1].method, server.received[1].path, server.received[1].body) == (
            "POST",
            "/moved",
            b"{}",
        )
        assert server.received[1].headers["authorization"] == "k"


async def test_endless_redirects_end() -> None:
    async with client() as http, LlmUpstream(replying(302, location="/again")) as server:
        error = await failing(http, HttpRequest("GET", server.base_url, TRUSTED, max_redirects=99))
        assert error.code == "http_redirected"
        assert len(server.received) == 6


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://[::1", "gopher://x/"])
async def test_redirect_to_another_scheme_is_refused(location: str) -> None:
    async with client() as http, LlmUpstream(replying(302, location=location)) as server:
        error = await failing(http, HttpRequest("GET", server.base_url, TRUSTED, max_redirects=5))
        assert error.code in {"address_not_allowed", "http_redirected"}


async def test_cookies_are_not_kept() -> None:
    async with client() as http, LlmUpstream(replying(200, set_cookie="a=b")) as server:
        for _ in range(2):
            await get(http, HttpRequest("GET", server.base_url, TRUSTED))
        assert "cookie" not in server.received[1].headers


async def test_body_past_the_limit_is_not_read() -> None:
    async with client() as http, LlmUpstream(replying(200, b"x" * 200_000)) as server:
        error = await failing(http, HttpRequest("GET", server.base_url, TRUSTED))
        assert error.code == "http_too_large"
        await server.until_all_left()


async def test_packed_bomb_is_unpacked_no_further_than_the_limit() -> None:
    bomb = gzip.compress(b"\0" * 200_000_000, 1)
    async with client() as http, LlmUpstream(replying(200, bomb, content_encoding="gzip")) as server:
        error = await failing(http, HttpRequest("GET", server.base_url, TRUSTED))
        assert error.code == "http_too_large"
        assert server.received[0].headers["accept-encoding"] == "identity"


async def _half(exchange: Exchange) -> None:
    await exchange.start(content_type="text/plain")
    await exchange.send(b"half")


async def _garbage(exchange: Exchange) -> None:
    await exchange.raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


@pytest.mark.parametrize(
    ("script", "timeouts", "code"),
    [
        (resetting(), IDLE, "http_unreachable"),
        (_half, IDLE, "http_cut_off"),
        (_garbage, IDLE, "http_nonsense"),
        (hanging(with_headers=False), AT_ONCE, "http_timeout"),
        (hanging("once"), IDLE, "http_timeout"),
    ],
)
async def test_fault_is_mapped_and_leaves_no_connection(script: Script, timeouts: HttpTimeouts, code: str) -> None:
    async with client() as http, LlmUpstream(script) as server:
        error = await failing(http, HttpRequest("GET", server.base_url, TRUSTED, timeouts=timeouts))
        assert isinstance(error, Upstream)
        assert error.code == code
        await server.until_all_left()


async def test_total_limit_holds_however_busy_the_answer_is() -> None:
    async def drip(exchange: Exchange) -> None:
        await exchange.start()
        while True:
            await exchange.send(b"x")

    async with client() as http, LlmUpstream(drip) as server:
        limits = HttpTimeouts(total_s=0.1)
        async with http.request(HttpRequest("GET", server.base_url, TRUSTED, timeouts=limits)) as response:
            with pytest.raises(Upstream, match="http_timeout"):
                async for _ in response.chunks():
                    pass
        await server.until_all_left()


async def test_slow_reader_is_not_mistaken_for_a_silent_service() -> None:
    async def two(exchange: Exchange) -> None:
        await exchange.start()
        await exchange.send(b"one")
        await asyncio.sleep(0.02)
        await exchange.send(b"two")
        await exchange.finish()

    async with client() as http, LlmUpstream(two) as server:
        limits = HttpTimeouts(idle_s=0.1)
        async with http.request(HttpRequest("GET", server.base_url, TRUSTED, timeouts=limits)) as response:
            assert await response.next_chunk() == b"one"
            await asyncio.sleep(0.15)
            assert [chunk async for chunk in response.chunks()] == [b"two"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://nowhere.example/"])
async def test_refused_connection_and_unknown_name_are_unreachable(url: str) -> None:
    async with client() as http:
        assert (await failing(http, HttpRequest("GET", url, TRUSTED))).code == "http_unreachable"


async def test_leaving_the_block_early_cuts_the_connection() -> None:
    async with client() as http, LlmUpstream(hanging("once")) as server:
        async with http.request(HttpRequest("GET", server.base_url, TRUSTED)) as response:
            await response.next_chunk()
        await server.until_all_left()


async def test_closed_client_refuses_and_may_be_closed_again() -> None:
    async with client() as http:
        await http.aclose()
        assert isinstance(await failing(http, HttpRequest("GET", "http://127.0.0.1:1/", TRUSTED)), Internal)
