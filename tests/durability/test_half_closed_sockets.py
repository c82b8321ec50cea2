"""Clients that send no more but still read, that leave without a word, and that cut the line."""

import asyncio
import json
import time
from contextlib import closing

import uvicorn
from uvicorn.server import ServerState

from secretary.web.patient import Patience, patient
from tests.durability.impatient import Impatient
from tests.durability.raw import RawClient
from tests.support.llm_upstream import LlmUpstream, answering, chunk, hanging
from tests.support.wire import WireVisitor, read_until

STORY = "Расскажи про море"


def until(is_so, within_s=15.0):
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to that"


async def in_process(tmp_path, use, *scripts):
    """Run `use(served, upstream)` in a thread, with a program whose model says what the scripts tell."""
    async with LlmUpstream(*scripts) as upstream:
        environment = {"VLLM_API_URL": upstream.base_url, "VLLM_MODEL": "test"}
        with await asyncio.to_thread(Impatient, tmp_path, environment) as served:
            await asyncio.to_thread(use, served)
            await upstream.until_idle()
            assert "Traceback" not in served.text
            assert await asyncio.to_thread(served.stop) == 0
            assert "Traceback" not in served.text


def ask(served, visitor, message_id):
    """A message of `visitor` on a connection of its own."""
    client = RawClient(served.url)
    path = f"/widget/chat/session/{visitor.session_id}/stream?instance=default"
    body = {"content": STORY, "message_id": message_id}
    client.ask("POST", path, body, authorization=f"Bearer {visitor.token}")
    return client


def running_turns(served):
    with RawClient(served.url) as client:
        client.ask("GET", "/metrics", connection="close")
        [line] = [line for line in client.rest().decode().splitlines() if line.startswith("secretary_turns_running ")]
    return float(line.split()[1])


async def test_client_that_sends_no_more_hears_its_whole_answer(tmp_path):
    def use(served):
        with closing(WireVisitor(served.url)) as visitor:
            visitor.arrive()
            with ask(served, visitor, "message-1") as client:
                client.shut_sending()
                came = client.rest().decode()
        assert "Море " in came
        assert "большое" in came
        assert "[DONE]" in came
        assert came.endswith("0\r\n\r\n"), "the answer has no proper end"

    await in_process(tmp_path, use, answering(["Море ", "большое"]))


async def test_short_answers_reach_who_sends_no_more(tmp_path):
    def use(served):
        for path in ("/health", "/", "/nowhere"):
            with RawClient(served.url) as client:
                client.ask("GET", path)
                client.shut_sending()
                came = client.rest()
                assert came.startswith(b"HTTP/1.1 ")
                assert json.loads(came.split(b"\r\n\r\n", 1)[1])

    await in_process(tmp_path, use, answering(["unused"]))


async def test_half_a_request_and_an_end_is_let_go(tmp_path):
    def use(served):
        before = served.sockets()
        for half in (b"GET /hea", b"POST /admin/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{"):
            with RawClient(served.url) as client:
                client.send(half)
                client.shut_sending()
                client.rest()
        until(lambda: served.sockets() <= before)

    await in_process(tmp_path, use, answering(["unused"]))


async def test_resets_in_mid_stream_leave_no_trace_and_the_answer_goes_on(tmp_path):
    def use(served):
        with closing(WireVisitor(served.url)) as visitor:
            visitor.arrive()
            before = served.sockets()
            client = ask(served, visitor, "message-1")
            client.until("большое".encode())
            answer_id = visitor.history()[-1]["id"]
            path = f"/widget/chat/session/{visitor.session_id}/messages/{answer_id}/stream?instance=default"
            listeners = [RawClient(served.url) for _ in range(20)]
            for listener in listeners:
                listener.ask("GET", path, authorization=f"Bearer {visitor.token}")
                listener.until("большое".encode())
            for listener in (client, *listeners):
                listener.reset()
            until(lambda: served.sockets() <= before + 1, within_s=20)
            assert running_turns(served) == 1, "nobody listens, but the answer goes on"
            visitor.call("POST", path.replace("/stream?instance=default", "/cancel")).read()
            until(lambda: running_turns(served) == 0)
            assert visitor.history()[-1]["content"] == "Море большое"

    await in_process(tmp_path, use, hanging(chunk("Море "), chunk("большое")))


async def test_resets_in_mid_request_leave_no_trace(tmp_path):
    def use(served):
        before = served.sockets()
        for path in ("/widget/chat/session?instance=default", "/admin/auth/login", "/admin/faq", "/chat"):
            for part in (b"", b'{"username": "a'):
                client = RawClient(served.url)
                client.send(client.head("POST", path, content_length=1_000, expect="100-continue") + part)
                client.until(b"HTTP/1.1 ")
                client.reset()
        until(lambda: served.sockets() <= before)
        with closing(WireVisitor(served.url)) as visitor:
            visitor.arrive()
            assert "300" in read_until(visitor.begin("Сколько стоит доставка?", "message-1"), "[DONE]")

    await in_process(tmp_path, use, answering(["unused"]))


async def test_who_sends_no_more_and_is_not_answered_is_let_go_in_the_end():
    """He may have left; where nothing is written, nothing tells."""
    left = asyncio.Event()

    async def silent(scope, receive, send):
        await receive()
        while (await receive())["type"] != "http.disconnect":
            """The body."""
        left.set()

    config = uvicorn.Config(silent, log_config=None)
    protocol = patient(Patience(half_closed_s=0.1))
    server = await asyncio.get_running_loop().create_server(
        lambda: protocol(config=config, server_state=ServerState(), app_state={}), "127.0.0.1", 0
    )
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        writer.write_eof()
        async with asyncio.timeout(10):
            assert await reader.read() == b""
            await left.wait()
        writer.close()
