"""Clients that take their time, send too much, or hold what they do not use: bounded, and nobody else notices."""

import asyncio
import resource
import time
from contextlib import ExitStack, closing

import pytest

from tests.durability.impatient import Impatient
from tests.durability.raw import RawClient
from tests.support.llm_upstream import LlmUpstream, answering
from tests.support.process import Served
from tests.support.wire import WireVisitor, read_until

PRICE = "Сколько стоит доставка?"
STORY = "Расскажи про море"
WORDS = ["море "] * 10_000


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with Impatient(tmp_path_factory.mktemp("slow")) as running:
        yield running
        assert "Traceback" not in running.text


@pytest.fixture
def client(served):
    with RawClient(served.url) as connected:
        yield connected


def until(is_so, within_s=15.0):
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to that"


def is_answered_quickly(served):
    began = time.monotonic()
    with closing(WireVisitor(served.url)) as visitor:
        visitor.arrive()
        assert "300" in read_until(visitor.begin(PRICE, f"quick-{began}"), "[DONE]")
    return time.monotonic() - began < 2


def test_head_that_comes_byte_by_byte_is_given_up(served, client):
    client.send(b"GET /health HTTP/1.1\r\nx-slow: ")
    came = client.drip(b"a")
    assert came.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"too_slow"' in came
    assert is_answered_quickly(served)


def test_line_ends_alone_keep_no_connection(client):
    client.ask("GET", "/")
    client.until(b"}")
    assert client.drip(b"\r\n").startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("path", ["/widget/chat/session?instance=default", "/admin/auth/login"])
def test_body_that_never_ends_is_given_up(served, client, path):
    client.send(client.head("POST", path, content_length=100_000, accept_language="ru") + b'{"username": "')
    came = client.drip(b"a")
    assert came.startswith(b"HTTP/1.1 408 ")
    assert "слишком долго" in came.decode()
    assert is_answered_quickly(served)


def test_body_that_never_ends_holds_no_connection_after_its_refusal(client):
    client.send(client.head("POST", "/nowhere", content_length=100_000))
    assert client.until(b"no_such_path")
    assert client.drip(b"a") == b""


def test_body_that_comes_slowly_but_steadily_is_waited_for(client):
    """More than `body_s` of it, at more than `body_bytes_s`."""
    body = b'{"username": "nobody", "password": "' + b"x" * 120 + b'"' + b" " * 8_000 + b"}"
    client.send(client.head("POST", "/admin/auth/login", content_length=len(body), connection="close"))
    client.send_slowly(body, piece=400, pause_s=0.08)
    assert client.rest().startswith(b"HTTP/1.1 401 ")


def test_head_without_end_is_refused(client):
    client.send(b"GET /health HTTP/1.1\r\nx-large: ")
    came = client.drip(b"a" * 32_768, pause_s=0.01)
    assert came.startswith(b"HTTP/1.1 431 ")
    assert b'"code":"head_too_large"' in came


def test_too_large_a_body_is_refused_and_not_taken_in_for_ever(client):
    client.send(client.head("POST", "/admin/auth/login", content_length=1_000_000_000))
    assert b" 413 " in client.drip(b"a" * 100_000, pause_s=0.01, is_last=False)
    with pytest.raises(OSError):  # noqa: PT011 -- reset or broken pipe
        for _ in range(1_000):
            client.send(b"a" * 100_000)


def test_connections_that_say_nothing_are_closed_and_harm_nobody(served):
    before = served.sockets()
    with ExitStack() as held:
        idle = [held.enter_context(RawClient(served.url)) for _ in range(200)]
        assert is_answered_quickly(served)
        assert [client.rest() for client in idle] == [b""] * 200
    until(lambda: served.sockets() <= before)


def test_program_takes_as_many_descriptors_as_it_may_have(tmp_path):
    """Most systems begin with 1,024, one for each listener and some for files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1_024, before[1]))
    try:
        with Served(tmp_path) as served:
            assert resource.prlimit(served.process.pid, resource.RLIMIT_NOFILE)[0] == min(before[1], 65_536)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_server_out_of_descriptors_recovers(tmp_path):
    with Impatient(tmp_path) as served:
        limit = served.sockets() + 60
        resource.prlimit(served.process.pid, resource.RLIMIT_NOFILE, (limit, limit))
        with ExitStack() as held:
            for client in [held.enter_context(RawClient(served.url)) for _ in range(150)]:
                client.rest()
        assert is_answered_quickly(served)
        assert served.process.poll() is None


async def test_reader_who_does_not_read_holds_up_nobody(tmp_path):
    async with LlmUpstream(answering(WORDS)) as upstream:
        environment = {"VLLM_API_URL": upstream.base_url, "VLLM_MODEL": "test"}
        served = await asyncio.to_thread(Impatient, tmp_path, environment)
        with served:
            await asyncio.to_thread(_listen_without_reading, served)
            assert "Traceback" not in served.text


def _listen_without_reading(served):
    with closing(WireVisitor(served.url)) as visitor, ExitStack() as held:
        visitor.arrive()
        read_until(visitor.begin(PRICE, "message-0"), "[DONE]")
        before_mb, sockets = served.memory_mb(), served.sockets()
        path, headers = f"/widget/chat/session/{visitor.session_id}", {"authorization": f"Bearer {visitor.token}"}
        asking = held.enter_context(RawClient(served.url, receive_buffer=4096))
        asking.ask("POST", f"{path}/stream?instance=default", {"content": STORY, "message_id": "message-1"}, **headers)
        until(lambda: len(visitor.history()) == 4)
        answer_id = visitor.history()[-1]["id"]
        listeners = [held.enter_context(RawClient(served.url, receive_buffer=4096)) for _ in range(60)]
        for listener in listeners:
            listener.ask("GET", f"{path}/messages/{answer_id}/stream?instance=default", **headers)
        assert is_answered_quickly(served)
        until(lambda: visitor.history()[-1]["status"] == "complete")
        assert visitor.history()[-1]["content"] == "".join(WORDS)
        grown_mb = served.memory_mb() - before_mb
        until(lambda: served.sockets() <= sockets + 1)
        assert grown_mb < 45, "60 times 1 MB are kept for who does not read"
        assert b"[DONE]" not in asking.rest()
