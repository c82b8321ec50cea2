"""Our connection to SQLite under SQLAlchemy's adapter: what that asks of it, and that nothing hangs or leaks."""

import asyncio
import inspect
import re
import sqlite3
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor

from secretary.kernel import sqlite
from secretary.kernel.db import Database

# `isolation_level`, `_conn` and `_tx` serve the setting of an isolation level, which we never do: SQLite has one.
UNUSED = {"isolation_level", "_conn", "_tx"}


def asked_of(adapter, name):
    source = "".join(inspect.getsource(kind) for kind in adapter.__mro__ if kind.__module__.startswith("sqlalchemy"))
    return set(re.findall(rf"\bself\.{name}\.(\w+)", source)) - UNUSED


def test_sqlalchemy_asks_nothing_of_a_connection_that_ours_does_not_have():
    """A new SQLAlchemy may ask for more: then it belongs into `OneHopConnection`."""
    asked = asked_of(AsyncAdapt_aiosqlite_connection, "_connection")
    assert asked >= {"close", "commit", "create_function", "rollback", "stop"}, "the adapter has another shape"
    assert {name for name in asked if not hasattr(sqlite.OneHopConnection(), name)} == set()


def test_sqlalchemy_asks_nothing_of_a_cursor_that_ours_does_not_have():
    asked = asked_of(AsyncAdapt_aiosqlite_cursor, "_cursor")
    assert asked >= {"execute", "executemany", "description", "rowcount"}, "the adapter has another shape"
    unused = {"fetchone", "fetchmany", "nextset", "setinputsizes"}  # of server-side cursors and other databases
    cursor = sqlite.OneHopCursor(sqlite.OneHopConnection())
    assert {name for name in asked - unused if not hasattr(cursor, name)} == set()


def threads(but=frozenset()):
    """Those of connections; those of the tests before may still be ending."""
    return {thread for thread in threading.enumerate() if thread.name == "sqlite"} - but


async def until(is_so):
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0)


async def test_closing_ends_its_thread_and_may_be_repeated(tmp_path):
    before = threads()
    connection = await sqlite.connect(str(tmp_path / "x.db"), ["PRAGMA journal_mode=WAL"])
    assert len(threads(before)) == 1
    await connection.close()
    await connection.close()
    await until(lambda: not threads(before))
    with pytest.raises(sqlite3.OperationalError, match="closed"):
        await connection.run("execute", "select 1", ())


@pytest.mark.parametrize("pragma", ["PRAGMA journal_mode=WAL", "nonsense"])
async def test_file_that_cannot_be_opened_leaves_no_thread(tmp_path, pragma):
    before = threads()
    file = tmp_path if pragma != "nonsense" else tmp_path / "x.db"
    with pytest.raises(sqlite3.OperationalError):
        await sqlite.connect(str(file), [pragma])
    await until(lambda: not threads(before))


async def test_error_of_any_kind_comes_to_who_waits_and_the_thread_goes_on(tmp_path):
    connection = await sqlite.connect(str(tmp_path / "x.db"), [])
    for value in (2**70, "\ud800"):
        with pytest.raises(sqlite3.DataError):
            await connection.run("execute", "select ?", (value,))
    with pytest.raises(sqlite3.ProgrammingError):
        await connection.run("execute", "select ?", (object(),))
    with pytest.raises(sqlite3.OperationalError):
        await connection.run("execute", "select from", ())
    assert (await connection.run("execute", "select 1", ()))[0] == [(1,)]
    await connection.close()


async def test_statement_whose_waiter_was_cancelled_is_done_and_the_next_comes_after_it(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    slow = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 300000) select count(*) from n"

    async def ask():
        async with database.session(write=True) as session:
            await session.execute(text("create table if not exists t (i)"))
            await session.execute(text(slow))
            await session.commit()

    before = threads()
    asking = asyncio.create_task(ask())
    await until(lambda: threads(before))
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await ask()
    async with database.session(write=False) as session:
        assert (await session.execute(text("select count(*) from t"))).scalar_one() == 0
    await database.close()


async def test_stopping_closes_without_waiting(tmp_path):
    before = threads()
    connection = await sqlite.connect(str(tmp_path / "x.db"), [])
    connection.stop()
    connection.stop()
    await until(lambda: not threads(before))


async def test_what_begins_after_its_task_was_cancelled_is_rolled_back(tmp_path):
    connection = await sqlite.connect(str(tmp_path / "x.db"), ())
    is_held = threading.Event()
    connection._jobs.put((None, is_held.wait))  # the thread is busy: the statement waits for it
    connection.begin_with = "BEGIN IMMEDIATE"
    asking = asyncio.create_task(connection.run("execute", "CREATE TABLE gone (id)", ()))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await connection.rollback()
    is_held.set()
    connection.begin_with = "BEGIN IMMEDIATE"
    rows, *_ = await connection.run("execute", "SELECT name FROM sqlite_master", ())
    assert rows == []
    await connection.close()
