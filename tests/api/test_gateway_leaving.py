"""Programs that leave `/v1`: nobody works for them any more, and nothing of theirs stays behind."""

import asyncio

import pytest
from tests.support.models import ScriptedModel

from secretary.accounts import api_keys
from secretary.app import Ports
from secretary.kernel.unit import Actor
from secretary.llm.errors import llm_error
from secretary.llm.routing.backends import PLACES_OF_OWN

PATH = "/v1/chat/completions"
HI = [{"role": "user", "content": "Which planet is the largest?"}]


@pytest.fixture
def model():
    return ScriptedModel()


@pytest.fixture
def ports(database, model):
    return Ports(models={"scripted": model}, database=database)


@pytest.fixture
def program(app, client, people, run):
    async def key():
        async with app.units.write(Actor("user", people.admin.id, "admin")) as unit:
            return (await api_keys.create_key(unit, people.admin.id, "program", ["v1"]))[1].text

    return client.signed_in(run(key()))


def asked(model="scripted/default", **more):
    return {"model": model, "messages": HI, **more}


async def reached(condition):
    async with asyncio.timeout(3):
        while not condition():
            await asyncio.sleep(0)


def assert_nothing_is_held(app):
    backend = app.backends.named()["scripted"]
    assert (backend.gate.waiting, backend.gate._free) == (0, PLACES_OF_OWN)
    assert backend.breaker._probed_at is None
    assert not app.ledger._entries


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("name", ["scripted/default", "secretary"])
async def test_leaving_before_the_first_word_stops_the_call_at_once(app, program, model, name, stream):
    model.script = (asyncio.Event(),)
    asking = asyncio.create_task(program.open("POST", PATH, asked(name, stream=stream)))
    await reached(lambda: model.prompts)
    opened = await leave(asking, program)
    assert model.cancelled == 1
    assert opened.status == 0
    assert_nothing_is_held(app)


async def leave(asking, program):
    """`open` waits for the answer's beginning, which never comes: the exchange is found among its locals."""
    exchange = asking.get_coro().cr_frame.f_locals["exchange"]
    exchange.left.set()
    async with asyncio.timeout(3):
        return await asking


async def test_leaving_in_mid_answer_of_a_whole_one_stops_the_call(app, program, model):
    model.script = ("Half", asyncio.Event())
    asking = asyncio.create_task(program.open("POST", PATH, asked()))
    await reached(lambda: model.prompts)
    await leave(asking, program)
    assert model.cancelled == 1
    assert_nothing_is_held(app)


async def test_leaving_in_mid_stream_stops_the_call(app, program, model):
    model.script = ("Once", asyncio.Event())
    stream = await program.open("POST", PATH, asked(stream=True))
    await stream.until("Once")
    await stream.close()
    assert model.cancelled == 1
    assert_nothing_is_held(app)


async def test_leaving_while_waiting_in_line_leaves_the_line(app, program, model):
    gate = app.backends.named()["scripted"].gate
    gate._free = 0
    asking = asyncio.create_task(program.open("POST", PATH, asked()))
    await reached(lambda: gate.waiting)
    await leave(asking, program)
    gate._free = PLACES_OF_OWN
    assert model.prompts == []
    assert_nothing_is_held(app)


async def test_leaving_while_a_breaker_tries_gives_the_try_back(app, program, model):
    breaker = app.backends.named()["scripted"].breaker
    breaker.failed(llm_error("llm_bad_key"))
    breaker._open_until = breaker._now()
    model.script = (asyncio.Event(),)
    asking = asyncio.create_task(program.open("POST", PATH, asked()))
    await reached(lambda: model.prompts)
    await leave(asking, program)
    assert breaker.let_through()


async def test_fault_of_ours_before_the_call_gives_the_try_back(app, program, monkeypatch):
    breaker = app.backends.named()["scripted"].breaker
    breaker.failed(llm_error("llm_bad_key"))
    breaker._open_until = breaker._now()

    async def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(app.ledger, "open", broken)
    assert (await program.post(PATH, asked())).status == 500
    assert breaker.let_through()
    assert app.backends.named()["scripted"].gate._free == PLACES_OF_OWN


async def test_whole_answer_is_asked_for_again_where_the_first_broke_off(app, program, model):
    gone = []
    original = model.stream

    async def stream(prompt):
        async for piece in original(prompt):
            yield piece
            if not gone:
                gone.append(1)
                raise llm_error("llm_truncated")

    model.stream = stream
    answer = await program.post(PATH, asked())
    assert answer.json()["choices"][0]["message"]["content"] == "Hello, world"
    gone.clear()
    events = (await program.post(PATH, asked(stream=True))).events()
    assert events[-1]["error"]["code"] == "llm_truncated"
    assert_nothing_is_held(app)
