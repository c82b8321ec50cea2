"""Connections to SQLite that cost one hop to their thread a statement. Knows the driver, not SQLAlchemy above it.

aiosqlite makes four hops of it (open a cursor, execute, fetch, close), and beginning and ending a transaction cost
another five; each wakes two threads. A chat turn has a dozen statements in four transactions.
"""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

from aiosqlite import Connection


class OneHopConnection(Connection):
    """A connection whose transaction begins with its first statement, by `begin_with` if that is set."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connect, iter_chunk_size=0)
        self._thread.daemon = True
        self.begin_with: str | None = None

    def cursor(self) -> "OneHopCursor":  # type: ignore[override]  # what SQLAlchemy needs of a cursor
        return OneHopCursor(self)

    async def run(self, method: str, sql: str, parameters: Sequence[Any]) -> "_Outcome":
        """Execute a statement, after what begins the transaction where that has not been done."""
        begin, self.begin_with = self.begin_with, None
        outcome: _Outcome = await self._execute(  # type: ignore[no-untyped-call]
            _run, self._conn, begin, method, sql, parameters
        )
        return outcome

    async def commit(self) -> None:
        self.begin_with = None
        if self.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        """Nobody waits for it: whatever comes next on this connection comes after it."""
        self.begin_with = None
        if self.in_transaction:
            self._tx.put_nowait((None, self._conn.rollback))


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
        return rows, cursor.description, cursor.rowcount, cursor.lastrowid
    finally:
        cursor.close()


async def connect(database: str, pragmas: Sequence[str], **options: Any) -> OneHopConnection:
    """A connection to a file with its pragmas set; transactions are begun by hand. Raises sqlite3.Error."""
    # The driver's own BEGIN would come too late and deferred.
    connection = OneHopConnection(partial(sqlite3.connect, database, isolation_level=None, **options))
    await connection
    try:
        for pragma in pragmas:
            await connection.run("execute", pragma, ())
    except BaseException:
        await connection.close()
        raise
    return connection
