"""The end of an answer that could not be stored: told at once, and stored as soon as that is possible again."""

import asyncio

from secretary.conversations.ports import UNFINISHED
from secretary.kernel.db import Fault
from secretary.kernel.errors import Upstream
from tests.durability.own_database import FREE, LONG, set_pragma, until


async def fill_disk(app):
    """No page more than there are now."""
    pages = await set_pragma(app, "page_count")
    await set_pragma(app, f"max_page_count = {pages}")


async def ended(visitor):
    [*_, answer] = await visitor.history()
    return answer if answer["status"] not in UNFINISHED else None


async def test_end_is_stored_when_the_disk_has_room_again(app, client, visitor, gate):
    stream = await visitor.begin(FREE)
    await stream.until("большое")
    await fill_disk(app)
    gate.set()
    came = await stream.until("[DONE]")
    assert "storage_failed" in came
    assert await ended(visitor) is None
    assert app.database.fault is Fault.FULL
    assert (await client.get("/health")).status == 503
    await set_pragma(app, "max_page_count = 1000000")
    answer = await until(lambda: ended(visitor))
    assert answer["status"] == "complete"
    assert answer["content"] == "Море большое. " + LONG
    assert app.database.fault is None
    assert (await client.get("/health")).status == 200


async def test_next_answer_of_the_conversation_builds_on_what_is_owed(app, visitor, model, gate):
    """What the secretary has offered goes with the answer that could not be stored."""
    model.script = [gate, Upstream("away", en="", ru="", retryable=True)]
    stream = await visitor.begin(FREE)
    await until(lambda: asyncio.sleep(0, model.prompts))
    await set_pragma(app, "query_only = 1")
    gate.set()
    assert "storage_read_only" in await stream.until("[DONE]")
    await set_pragma(app, "query_only = 0")
    assert "reach you" in await visitor.say("да")


async def test_effect_that_always_fails_leaves_an_answer_with_an_end(app, visitor, monkeypatch):
    async def broken(unit, entry_id):
        raise KeyError(entry_id)

    monkeypatch.setattr(app.faq, "record_hit", broken)
    answer = await visitor.post("сколько стоит доставка")
    assert answer.events()[-2]["code"] == "storage_failed"
    assert (await until(lambda: ended(visitor)))["status"] == "interrupted"


async def test_what_is_owed_is_stored_at_the_end_of_the_process(app, visitor, gate):
    stream = await visitor.begin(FREE)
    await stream.until("большое")
    await fill_disk(app)
    gate.set()
    await stream.until("[DONE]")
    await set_pragma(app, "max_page_count = 1000000")
    await app.turns.stop()
    assert (await ended(visitor))["status"] == "complete"
