"""The HTTP toolkit: dispatch, problems, the edge, event streams."""

import asyncio

import orjson
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from secretary.kernel import errors
from secretary.kernel.errors import NotFound, RateLimited, SecretaryError
from secretary.web import sse
from secretary.web.middleware import Edge
from secretary.web.problem import STATUS, language_of, problem
from secretary.web.routing import Lazy, PrefixDispatch, RouteIndex
from secretary.web.sse import EventStream, frame


def named(name):
    async def app(scope, receive, send):
        await PlainTextResponse(name)(scope, receive, send)

    return app


class Exchange:
    """One request in the raw."""

    def __init__(self, path="/", method="GET", headers=(), body=(b"",)):
        self.scope = {"type": "http", "path": path, "method": method, "headers": list(headers), "query_string": b""}
        self.sent = []
        self.left = asyncio.Event()
        self.parts = [{"type": "http.request", "body": part, "more_body": True} for part in body]

    async def receive(self):
        if self.parts:
            return self.parts.pop(0)
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.sent.append(message)

    async def through(self, app):
        await app(self.scope, self.receive, self.send)
        return self

    @property
    def status(self):
        return self.sent[0]["status"]

    @property
    def headers(self):
        return dict(self.sent[0]["headers"])

    @property
    def body(self):
        return b"".join(message.get("body", b"") for message in self.sent)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "root"),
        ("/a", "a"),
        ("/a/b", "a"),
        ("/a/bc", "a"),
        ("/a/b/c", "abc"),
        ("/a/b/c/d", "abc"),
        ("/ab", "root"),
    ],
)
async def test_longest_prefix_of_whole_segments_wins(path, name):
    dispatch = PrefixDispatch({"/": named("root"), "/a": named("a"), "/a/b/c": named("abc")})
    assert (await Exchange(path).through(dispatch)).body == name.encode()


async def test_lazy_application_is_built_once_for_many_requests():
    built = []
    lazy = Lazy(lambda: built.append(1) or named("late"))
    answers = await asyncio.gather(*(Exchange().through(lazy) for _ in range(5)))
    assert [answer.body for answer in answers] == [b"late"] * 5
    assert built == [1]


def endpoint(name):
    return lambda request: PlainTextResponse(f"{name} {dict(request.path_params)}")


ROUTES = [
    Route("/x/fixed", endpoint("fixed")),
    Route("/x/{id}", endpoint("one")),
    Route("/x/{id}", endpoint("put"), methods=["PUT"]),
    Route("/x/{id}/more", endpoint("more")),
    Route("/y/{rest:path}", endpoint("rest")),
]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/x/fixed", "fixed {}"),
        ("GET", "/x/7", "one {'id': '7'}"),
        ("PUT", "/x/7", "put {'id': '7'}"),
        ("GET", "/x/7/more", "more {'id': '7'}"),
        ("GET", "/y/a/b/c", "rest {'rest': 'a/b/c'}"),
    ],
)
async def test_index_finds_what_a_search_through_all_routes_would(method, path, expected):
    assert (await Exchange(path, method).through(RouteIndex(ROUTES))).body == expected.encode()


async def test_nothing_there_and_wrong_method():
    index = RouteIndex(ROUTES)
    assert (await Exchange("/z").through(index)).status == 404
    wrong = await Exchange("/x/7", "DELETE").through(index)
    assert (wrong.status, wrong.headers[b"allow"]) == (405, b"GET, HEAD, PUT")


@pytest.mark.parametrize(("kind", "status"), STATUS.items())
def test_every_kind_of_error_has_its_status(kind, status):
    extra = {errors.RateLimited: {"retry_after_s": 7}, errors.Upstream: {"retryable": True}}.get(kind, {})
    answer = problem(kind("some_code", en="English", ru="Русский", **extra), {"headers": [], "request_id": "r"})
    body = orjson.loads(answer.body)
    assert (answer.status_code, body["status"], body["code"]) == (status, status, "some_code")
    assert (body["detail"], body["request_id"]) == ("English", "r")
    assert answer.media_type == "application/problem+json"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("ru-RU,ru;q=0.9,en;q=0.8", "ru"), ("en-US,en;q=0.9,ru;q=0.8", "en"), ("de", "en"), ("", "en")],
)
def test_language_of_the_caller(accepted, language):
    assert language_of({"headers": [(b"accept-language", accepted.encode())]}) == language
    assert language_of({}) == "en"


async def raising(scope, receive, send):
    raise scope["error"]


async def test_nothing_that_is_raised_leaves_raw():
    for error, status in ((ValueError("secret"), 500), (NotFound("gone", en="", ru=""), 404)):
        exchange = Exchange()
        exchange.scope["error"] = error
        await exchange.through(Edge(raising, max_body_bytes=10))
        assert exchange.status == status
        assert b"secret" not in exchange.body


async def test_every_answer_carries_an_id_and_security_headers():
    answer = await Exchange().through(Edge(named("x"), max_body_bytes=10))
    for name in (
        b"x-request-id",
        b"content-security-policy",
        b"x-content-type-options",
        b"x-frame-options",
        b"referrer-policy",
    ):
        assert answer.headers[name]
    assert b"unsafe" not in answer.headers[b"content-security-policy"]


async def test_body_larger_than_allowed_is_refused_however_it_is_cut():
    async def reading(scope, receive, send):
        while (await receive())["type"] != "http.disconnect":
            pass

    answer = await Exchange(body=[b"x" * 6, b"x" * 6]).through(Edge(reading, max_body_bytes=10))
    assert answer.status == 413


async def frames(*parts, then=None):
    for part in parts:
        yield part
    if then:
        await then


async def test_stream_sends_its_frames_and_ends():
    exchange = await Exchange().through(EventStream(frames(b"one", b"two")))
    assert exchange.headers[b"content-type"] == b"text/event-stream; charset=utf-8"
    assert exchange.headers[b"x-accel-buffering"] == b"no"
    assert exchange.body == b"onetwo"
    assert exchange.sent[-1]["more_body"] is False


async def test_stream_ends_when_the_listener_leaves():
    exchange = Exchange()
    listening = asyncio.create_task(exchange.through(EventStream(frames(b"one", then=asyncio.Event().wait()))))
    while not exchange.body:
        await asyncio.sleep(0)
    exchange.left.set()
    await asyncio.wait_for(listening, 1)


async def test_quiet_stream_is_kept_awake(monkeypatch):
    monkeypatch.setattr(sse, "PING_S", 0.01)
    exchange = Exchange()
    listening = asyncio.create_task(exchange.through(EventStream(frames(then=asyncio.Event().wait()))))
    while exchange.body.count(sse.PING) < 2:
        await asyncio.sleep(0)
    exchange.left.set()
    await asyncio.wait_for(listening, 1)


async def test_fault_in_a_stream_is_not_swallowed():
    async def broken():
        yield b"one"
        raise SecretaryError("broken", en="", ru="")

    with pytest.raises(SecretaryError):
        await Exchange().through(EventStream(broken()))


def test_frames_have_an_id_and_one_line_of_json():
    assert frame({"a": "б\n"}, 3) == 'id: 3\ndata: {"a":"б\\n"}\n\n'.encode()
    assert frame([1]) == b"data: [1]\n\n"


def test_limits_say_when_to_come_back():
    answer = problem(RateLimited("slow", en="", ru="", retry_after_s=9), {})
    assert answer.headers["retry-after"] == "9"
