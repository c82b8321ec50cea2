"""The rims of `/v1`: sizes, methods, contradictions, pictures, and what an official client is told about retrying."""

import json
from base64 import b64encode

import pytest
from tests.support.llm_upstream import LlmUpstream, replying
from tests.support.models import ScriptedModel

from secretary.accounts import api_keys
from secretary.app import Ports
from secretary.kernel.unit import Actor
from secretary.llm.errors import llm_error
from secretary.llm.ports import ChatCapabilities

PATH = "/v1/chat/completions"
HI = [{"role": "user", "content": "Which planet is the largest?"}]
FAQ = [{"role": "user", "content": "Часы работы"}]
PNG = b"\x89PNG\r\n\x1a\n"


class Seeing(ScriptedModel):
    @property
    def capabilities(self):
        return ChatCapabilities("scripted-1", has_images=True)


@pytest.fixture
def model():
    return Seeing()


@pytest.fixture
def ports(database, model):
    return Ports(models={"scripted": model}, database=database)


@pytest.fixture
def program(app, client, people, run):
    async def key():
        async with app.units.write(Actor("user", people.admin.id, "admin")) as unit:
            return (await api_keys.create_key(unit, people.admin.id, "program", ["v1"]))[1].text

    return client.signed_in(run(key()))


async def complete(program, messages=HI, model="scripted/default", **more):
    return await program.post(PATH, {"model": model, "messages": messages, **more})


def picture(url):
    content = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": url}}]
    return [{"role": "user", "content": content}]


def in_line(data):
    return f"data:image/png;base64,{b64encode(data).decode()}"


async def test_pictures_make_requests_that_are_larger_than_elsewhere(program, model):
    large = PNG + b"x" * 3_000_000
    assert (await complete(program, picture(in_line(large)))).status == 200
    assert model.prompts[0].messages[0].images[0].data == large


async def test_more_than_that_is_too_large(program, app, monkeypatch):
    answer = await program.request("POST", PATH, content=b" " * (app.settings.max_v1_body_bytes + 1))
    assert (answer.status, answer.json()["error"]["code"]) == (413, "too_large")
    elsewhere = await program.request("POST", "/chat", content=b" " * (app.settings.max_body_bytes + 1))
    assert (elsewhere.status, elsewhere.json()["code"]) == (413, "too_large")


async def test_nobody_may_send_a_large_body_without_a_key(client, app):
    assert (await client.request("POST", PATH, content=b" " * (app.settings.max_v1_body_bytes + 1))).status == 401


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x.png", "http://169.254.169.254/latest", "http://[::1]/x.png", "http://10.0.0.1/x.png",
        "http://localhost/x.png", "file:///etc/passwd", "gopher://x/", "not an address", "data:image/png;base64,%%%",
        "data:image/png;base64,aGVsbG8=", "data:text/html;base64,iVBORw0KGgo=",
    ],
)  # fmt: skip
async def test_picture_that_may_not_be_fetched_or_is_none_is_a_bad_request(program, model, url):
    answer = await complete(program, picture(url))
    assert (answer.status, answer.json()["error"]["code"]) == (400, "bad_picture")
    assert model.prompts == []


async def test_picture_in_a_private_network_is_not_even_asked_for(program):
    async with LlmUpstream(replying(200, PNG, content_type="image/png")) as upstream:
        assert (await complete(program, picture(upstream.base_url))).status == 400
        assert upstream.received == []


async def test_too_many_pictures(program):
    content = [{"type": "image_url", "image_url": {"url": in_line(PNG)}}] * 21
    assert (await complete(program, [{"role": "user", "content": content}])).status == 400


async def test_head_and_options(program):
    head = await program.request("HEAD", "/v1/models")
    assert (head.status, head.headers["content-type"]) == (200, "application/json")
    options = await program.request("OPTIONS", "/v1/models")
    assert (options.status, options.headers["allow"]) == (405, "GET, HEAD")
    assert not [name for name in {**head.headers, **options.headers} if name.startswith("access-control")]


async def test_content_types_and_ids(program):
    whole, stream = await complete(program), await complete(program, stream=True)
    assert whole.headers["content-type"] == "application/json"
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.headers["cache-control"] == "no-store"
    for answer in (whole, stream):
        assert answer.headers["x-request-id"] in answer.text
        assert "x-secretary-overhead-ms" in answer.headers


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"seed": 10**30}, "seed"),
        ({"max_tokens": 10**30}, "max_tokens"),
        ({"max_completion_tokens": 0}, "max_completion_tokens"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"stop": ["x"] * 17}, "stop"),
        ({"tools": [{"type": "function", "function": {"name": "f", "parameters": {"x": 10**40}}}]}, "tools.0."),
        ({"response_format": {"type": "json_schema", "json_schema": {"schema": {"x": 10**40}}}}, "response_format."),
        ({"metadata": {"session_id": "a\x00b"}, "model": "secretary"}, "metadata"),
        ({"metadata": {"session_id": "new"}, "model": "secretary", "max_tokens": 40_000}, "max_tokens"),
        ({"messages": []}, "messages"),
    ],
)
async def test_what_cannot_be_honoured_is_refused_by_its_name(program, model, body, param):
    whole = json.dumps({"model": "scripted/default", "messages": HI, **body}).encode()
    answer = await program.request("POST", PATH, content=whole)
    assert answer.status in {400, 404}, answer.text
    assert (answer.json()["error"]["param"] or "metadata").startswith(param)
    assert model.prompts == []


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"x"', b"\xff", b'{"model": "\\ud800"}', b"[" * 100_000])
async def test_broken_bodies_are_bad_requests(program, body):
    for path in (PATH, "/v1/embeddings"):
        assert (await program.request("POST", path, content=body)).status == 400


async def test_faq_never_answers_where_a_form_is_asked_for_or_a_tool_has_spoken(program, model):
    tool = {"type": "function", "function": {"name": "hours", "parameters": {}}}
    called = {"id": "c1", "type": "function", "function": {"name": "hours", "arguments": "{}"}}
    after_a_tool = [
        *FAQ,
        {"role": "assistant", "tool_calls": [called]},
        {"role": "tool", "tool_call_id": "c1", "content": "open"},
    ]
    for messages, more in (
        (FAQ, {"response_format": {"type": "json_object"}}),
        (FAQ, {"tools": [tool], "tool_choice": "required"}),
        (after_a_tool, {"tools": [tool]}),
    ):
        answer = await complete(program, messages, "secretary", **more)
        assert answer.json()["choices"][0]["message"]["content"] == "Hello, world"
    assert len(model.prompts) == 3
    assert "9:00" in (await complete(program, FAQ, "secretary")).text


async def test_unknown_is_no_answer_in_a_form(program, model):
    model.script = ("[UNKNOWN]",)
    answer = await complete(program, FAQ, "secretary", response_format={"type": "json_object"})
    assert (answer.status, answer.json()["error"]["code"]) == (400, "content_filter")


async def test_client_is_told_not_to_retry_what_will_not_get_better(program, model):
    told = {}
    for code in ("llm_bad_key", "llm_no_money", "llm_overloaded", "llm_timeout"):
        model.script = (llm_error(code, retry_after_s=30),)
        program.app.backends.named()["scripted"].breaker.succeeded()
        told[code] = (await complete(program)).headers.get("x-should-retry")
    assert told == {"llm_bad_key": "false", "llm_no_money": "false", "llm_overloaded": None, "llm_timeout": None}


async def test_message_that_no_database_takes_is_no_fault_of_ours(program):
    for more in ({}, {"metadata": {"session_id": "new"}}):
        for text in ("a\x00b", "", " ", "\ufffe"):
            answer = await complete(program, [{"role": "user", "content": text}], "secretary", **more)
            assert answer.status in {200, 400}, answer.text
    assert (await complete(program, model="scr\x00ipted/x")).status == 404
    assert (await program.get("/v1/models/%00")).status == 404


async def test_embeddings_of_what_makes_none(program):
    for model in ("scripted/default", "secretary", "nobody/x"):
        answer = await program.post("/v1/embeddings", {"model": model, "input": "x"})
        assert (answer.status, answer.json()["error"]["code"]) == (404, "model_not_found")
    for wrong in ([], "", [1, 2], [[1]], {"a": 1}, None):
        answer = await program.post("/v1/embeddings", {"model": "x/y", "input": wrong})
        assert (answer.status, answer.json()["error"]["param"].partition(".")[0]) == (400, "input")
