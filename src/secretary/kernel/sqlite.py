"""Connections to SQLite that cost one hop to their thread a statement. Knows the driver, not SQLAlchemy above it.

aiosqlite, which SQLAlchemy knows, makes four hops of it (open a cursor, execute, fetch, close), and to begin and to end
a transaction cost another five; each wakes two threads. A chat turn has a dozen statements in four transactions.
"""

import asyncio
import sqlite3
from asyncio import Future
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, Self, TypeVar
from urllib.parse import quote

Result = TypeVar("Result")

INSTRUCTIONS_BETWEEN_LOOKS = 100_000  # of SQLite's virtual machine: some milliseconds


class OneHopConnection:
    """A connection in a thread of its own, whose transaction begins with its first statement, by `begin_with` if set.

    It offers what SQLAlchemy's adapter for aiosqlite asks of its driver (`_connection` is None once it is closed), and
    nothing of aiosqlite's own.
    """

    def __init__(self) -> None:
        self._jobs: _Jobs = SimpleQueue()
        self._connection: sqlite3.Connection | None = None
        self.begin_with: str | None = None
        self._latest: Future[Any] | None = None

    async def open(self, database: str, **options: Any) -> None:
        """Open a file. Raises sqlite3.Error."""
        # not joined at exit: a statement that hangs must not hold the process
        Thread(target=_work, args=(self._jobs,), name="sqlite", daemon=True).start()
        try:
            self._connection = await self._hop(partial(sqlite3.connect, database, **options))
        except BaseException:
            self._jobs.put(None)
            raise

    def _hop(self, function: Callable[[], Result]) -> "Future[Result]":
        """Do it in the thread, after what was asked for before."""
        future: Future[Result] = asyncio.get_running_loop().create_future()
        self._jobs.put((future, function))
        self._latest = future
        return future

    @property
    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise sqlite3.OperationalError("connection closed")
        return self._connection

    def cursor(self) -> "OneHopCursor":
        return OneHopCursor(self)

    async def run(self, method: str, sql: str, parameters: Sequence[Any]) -> "_Outcome":
        """Execute a statement, after what begins the transaction where that has not been done."""
        begin, self.begin_with = self.begin_with, None
        return await self._hop(partial(_run, self._open, begin, method, sql, parameters))

    async def create_function(self, *arguments: Any, **options: Any) -> None:
        await self._hop(partial(self._open.create_function, *arguments, **options))

    async def commit(self) -> None:
        self.begin_with = None
        if self._open.in_transaction:
            await self._hop(self._open.commit)

    async def rollback(self) -> None:
        """Nobody waits for it: whatever comes next on this connection comes after it."""
        self.begin_with = None
        is_abandoned = self._latest is not None and self._latest.cancelled()  # it may still be on its way, and begin
        if self._open.in_transaction or is_abandoned:
            self._jobs.put((None, self._open.rollback))

    async def close(self) -> None:
        """Close it after what is under way. Repeatable."""
        connection, self._connection = self._connection, None
        if connection is not None:
            closed = self._hop(connection.close)
            self._jobs.put(None)
            await closed

    def stop(self) -> None:
        """Close it without waiting: the task that had it was cancelled."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._jobs.put((None, connection.close))
            self._jobs.put(None)


_Jobs = SimpleQueue[tuple["Future[Any] | None", Callable[[], Any]] | None]


def _work(jobs: _Jobs) -> None:
    """Do the jobs of a connection one after the other, until there comes None. What is raised is handed over, too."""
    while (job := jobs.get()) is not None:
        future, function = job
        result, error = None, None
        try:
            result = function()
        except BaseException as raised:  # noqa: BLE001 -- not swallowed: it is raised where the result is awaited
            error = raised
        if future is not None:
            with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
                future.get_loop().call_soon_threadsafe(_hand_over, future, result, error)


def _hand_over(future: "Future[Any]", result: object, error: BaseException | None) -> None:
    if future.done():
        return  # whoever waited was cancelled
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


class OneHopCursor:
    """All rows of one statement, already fetched; it holds nothing open. There are no server-side cursors here."""

    def __init__(self, connection: OneHopConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.arraysize = 1
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        return await self._run("execute", sql, parameters)

    async def executemany(self, sql: str, parameters: Sequence[Any]) -> Self:
        return await self._run("executemany", sql, parameters)

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open."""

    async def _run(self, method: str, sql: str, parameters: Sequence[Any]) -> Self:
        outcome = await self._connection.run(method, sql, parameters)
        self._rows, self.description, self.rowcount, self.lastrowid = outcome
        return self


_Outcome = tuple[list[Any], Any, int, int | None]


def _run(connection: sqlite3.Connection, begin: str | None, method: str, sql: str, parameters: Any) -> _Outcome:
    cursor = connection.cursor()
    try:
        if begin is not None:
            cursor.execute(begin)
        getattr(cursor, method)(sql, parameters)
        rows = cursor.fetchall() if cursor.description else []
    except (OverflowError, UnicodeEncodeError) as error:  # an integer of more than 64 bits, half a surrogate pair
        raise sqlite3.DataError(str(error)) from error
    else:
        return rows, cursor.description, cursor.rowcount, cursor.lastrowid
    finally:
        cursor.close()


async def connect(database: str, pragmas: Sequence[str], **options: Any) -> OneHopConnection:
    """A connection to a file with its pragmas set; transactions are begun by hand. Raises sqlite3.Error."""
    connection = OneHopConnection()
    # The driver's own BEGIN would come too late and deferred.
    await connection.open(database, isolation_level=None, **options)
    try:
        for pragma in pragmas:
            await connection.run("execute", pragma, ())
    except BaseException:
        await connection.close()
        raise
    return connection


class Check:
    """Looks through a database file for damage, on a connection of its own. `stop` ends it early."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stopped = Event()

    def run(self) -> str:
        """What is wrong, the first that is found; empty if nothing is, or if it was stopped. Blocks."""
        try:
            with closing(sqlite3.connect(f"file:{quote(str(self._file))}?mode=ro", uri=True)) as connection:
                connection.set_progress_handler(self._stopped.is_set, INSTRUCTIONS_BETWEEN_LOOKS)
                found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.OperationalError:
            return ""  # stopped, or not to be opened: who opens it for work will tell
        except sqlite3.DatabaseError as error:
            return str(error)
        return "" if found == "ok" else str(found).replace("\n", ": ")

    def stop(self) -> None:
        self._stopped.set()


def was_left_open(file: Path) -> bool:
    """Whether the process that had it did not close it: the last one to do so removes the write-ahead log."""
    log = file.with_name(f"{file.name}-wal")
    return log.exists() and log.stat().st_size > 0
