"""Two web processes and a worker on one PostgreSQL, with and without Redis: they act as one."""

import asyncio
import json
import re
import time
import urllib.error
import urllib.request
from contextlib import AsyncExitStack, closing

import pytest

from tests.durability.test_process import sign_in, until_stored
from tests.support.databases import drop, empty_postgresql
from tests.support.llm_upstream import LlmUpstream, answering, chunk
from tests.support.process import Served
from tests.support.servers import Redis
from tests.support.wire import WireVisitor, read_until

pytestmark = pytest.mark.xdist_group("several")


class House:
    """An installation of several processes."""

    def __init__(self, one, two, upstream, redis):
        self.one, self.two, self.upstream, self.redis = one, two, upstream, redis

    def visitor(self, served, known=None):
        session = (known.session_id, known.token) if known else ("", "")
        return closing(WireVisitor(served.url, *session))


def gated(gate, *words):
    """A model that says its first word, waits, and says the rest."""

    async def play(exchange):
        await exchange.start()
        await exchange.events([chunk(words[0])])
        waiting = asyncio.ensure_future(gate.wait())
        leaving = asyncio.ensure_future(exchange.until_client_left())
        await asyncio.wait((waiting, leaving), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        leaving.cancel()
        if gate.is_set():
            await exchange.events([*map(chunk, words[1:]), chunk(finish="stop"), "[DONE]"])
            await exchange.finish()

    return play


@pytest.fixture(params=["without-redis", "with-redis"])
def house(request, run, tmp_path):
    gates = []
    stack = AsyncExitStack()

    async def build():
        redis = stack.enter_context(Redis()) if request.param == "with-redis" else None
        database = await empty_postgresql(f"several_{request.param}_{time.time_ns()}")
        stack.push_async_callback(drop, database)
        gate = asyncio.Event()
        gates.append(gate)
        upstream = await stack.enter_async_context(
            LlmUpstream(gated(gate, "Море ", "большое"), answering(["Второй ответ"]))
        )
        environment = {
            "DATABASE_URL": database.url.replace("+asyncpg", ""),
            "SECRETARY_SECRET_KEY": "k" * 43,
            "VLLM_API_URL": upstream.base_url,
            "VLLM_MODEL": "test",
            **({"REDIS_URL": redis.url} if redis else {}),
        }
        (tmp_path / "one").mkdir()
        (tmp_path / "two").mkdir()
        one = await asyncio.to_thread(Served, tmp_path / "one", environment)
        stack.push(one.__exit__)
        two = await asyncio.to_thread(Served, tmp_path / "two", {**environment, "SECRETARY_ROLES": "web"})
        stack.push(two.__exit__)
        return House(one, two, upstream, redis)

    built = run(build())
    built.gate = gates[0]
    yield built
    run(stack.aclose())


async def begin(house):
    """A visitor of the first process whose answer has begun there; what was heard and the answer's id."""
    visitor = WireVisitor(house.one.url)
    await asyncio.to_thread(visitor.arrive)
    stream = await asyncio.to_thread(visitor.begin, "Расскажи про море", "first-message")
    heard = await asyncio.to_thread(read_until, stream, "Море ")
    return visitor, stream, re.search(r'"answer_id":"([^"]+)"', heard)[1]


def statuses(visitor):
    return [(message["content"], message["status"]) for message in visitor.history()]


async def test_answer_of_one_process_is_heard_in_the_other(house):
    visitor, stream, answer_id = await begin(house)
    with closing(visitor), house.visitor(house.two, visitor) as far:
        path = f"/widget/chat/session/{visitor.session_id}/messages/{answer_id}/stream"
        resumed = await asyncio.to_thread(far.call, "GET", path)
        await asyncio.to_thread(read_until, resumed, "Море ")
        house.gate.set()
        assert "большое" in await asyncio.to_thread(read_until, resumed, "[DONE]")
        assert "большое" in await asyncio.to_thread(read_until, stream, "[DONE]")
        assert await asyncio.to_thread(statuses, far) == [
            ("Расскажи про море", "complete"),
            ("Море большое", "complete"),
        ]


async def test_stop_in_one_process_stops_the_other(house):
    visitor, stream, answer_id = await begin(house)
    with closing(visitor), house.visitor(house.two, visitor) as far:
        if house.redis:
            await asyncio.to_thread(house.redis.stop)  # news is lost: the stop must come through all the same
        path = f"/widget/chat/session/{visitor.session_id}/messages/{answer_id}/cancel"
        assert (await asyncio.to_thread(far.call, "POST", path)).status == 202
        await asyncio.to_thread(read_until, stream, "[DONE]")
        await house.upstream.until_all_left(within_s=5)
        assert (await asyncio.to_thread(statuses, far))[-1][1] == "cancelled"
        if house.redis:
            await asyncio.to_thread(house.redis.start)


async def test_messages_to_two_processes_are_answered_in_their_order(house):
    visitor, stream, _ = await begin(house)
    with closing(visitor), house.visitor(house.two, visitor) as far:
        second = await asyncio.to_thread(far.begin, "А ещё?", "second-message")
        await asyncio.to_thread(read_until, second, "user_message")
        assert (await asyncio.to_thread(statuses, far))[-1] == ("", "queued")
        house.gate.set()
        assert "Второй ответ" in await asyncio.to_thread(read_until, second, "[DONE]")
        await asyncio.to_thread(read_until, stream, "[DONE]")
        contents = [content for content, _ in await asyncio.to_thread(statuses, far)]
        assert contents == ["Расскажи про море", "Море большое", "А ещё?", "Второй ответ"]


async def test_death_of_one_process_is_mended_by_the_other(house):
    visitor, _, _ = await begin(house)
    with closing(visitor), house.visitor(house.two, visitor) as far:
        waiting = await asyncio.to_thread(visitor.begin, "А ещё?", "second-message")
        await asyncio.to_thread(read_until, waiting, "user_message")
        await asyncio.to_thread(until_stored, visitor, "Море")
        await asyncio.to_thread(house.one.kill)
        repeated = await asyncio.to_thread(far.begin, "А ещё?", "second-message")
        assert "Второй ответ" in await asyncio.to_thread(read_until, repeated, "[DONE]")
        first = (await asyncio.to_thread(statuses, far))[1]
        assert first[1] == "interrupted"


def whoami(url, token):
    request = urllib.request.Request(f"{url}/admin/auth/me", headers={"authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)["username"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def sign_out(url, token):
    request = urllib.request.Request(
        f"{url}/admin/auth/logout", b"{}", {"authorization": f"Bearer {token}"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=20):
        return time.monotonic()


def test_sign_in_and_sign_out_count_everywhere_within_a_second(house):
    password = house.one.text.split("password")[-1].split()[0]
    token = sign_in(house.one.url, "admin", password)
    assert whoami(house.two.url, token) == "admin"
    left_at = sign_out(house.one.url, token)
    assert whoami(house.one.url, token) == 401
    while whoami(house.two.url, token) != 401:
        assert time.monotonic() - left_at < 2, "a second, and one for a slow machine"
