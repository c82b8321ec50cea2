"""A database that somebody else writes to for longer than anybody waits."""

import sqlite3
from contextlib import closing

import pytest

from secretary.conversations.ports import UNFINISHED
from secretary.kernel.db import Fault
from tests.durability.own_database import FREE, LONG, PRICE, set_pragma, until
from tests.support.process import Served, start


@pytest.fixture
def other(app, tmp_path):
    """Another program on the same file."""
    with closing(sqlite3.connect(tmp_path / "own.db", isolation_level=None)) as connection:
        yield connection


async def test_lock_that_does_not_end_is_told_and_reading_goes_on(app, visitor, other):
    await visitor.ask(PRICE, "message-before")
    before = await visitor.history()
    await set_pragma(app, "busy_timeout = 50")
    other.execute("begin immediate")
    refused = await visitor.post(PRICE, "message-meanwhile")
    assert (refused.status, refused.json()["code"]) == (503, "storage_busy")
    assert app.database.fault is Fault.BUSY
    assert await visitor.history() == before
    other.execute("rollback")
    assert "300" in (await visitor.ask(PRICE, "message-meanwhile"))["content"]
    assert len(await visitor.history()) == len(before) + 2


async def test_answer_that_ends_while_it_is_locked_is_stored_afterwards(app, visitor, gate, other):
    stream = await visitor.begin(FREE)
    await stream.until("большое")
    await set_pragma(app, "busy_timeout = 50")
    other.execute("begin immediate")
    gate.set()
    assert "storage_busy" in await stream.until("[DONE]")
    other.execute("rollback")

    async def is_over():
        return (await visitor.history())[-1]["status"] not in UNFINISHED

    await until(is_over)
    assert (await visitor.history())[-1]["content"] == "Море большое. " + LONG


def test_lock_that_does_not_end_is_told_at_the_start(tmp_path):
    with Served(tmp_path) as served:
        served.stop()
    with closing(sqlite3.connect(tmp_path / "secretary.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        failed = start(tmp_path)
        output, _ = failed.communicate(timeout=40)
    assert failed.returncode == 1
    assert "busy" in output
    assert "занята" in output
    assert "Traceback" not in output
