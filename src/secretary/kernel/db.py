"""The database: engines, column types and the declarative base. Knows SQLite and PostgreSQL and nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import DateTime, Dialect, Enum, MetaData, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine

from secretary.kernel import sqlite

__all__ = ["Base", "Database", "Fault", "JsonOf", "UtcDateTime", "async_url", "blames_value", "fault_of", "text_enum"]

T = TypeVar("T")

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
    "PRAGMA mmap_size=134217728",
)


class Base(DeclarativeBase):
    """Every table hangs here; names of constraints are fixed so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. Refuses naive values with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


class JsonOf(TypeDecorator[T]):
    """A JSON column (JSONB on PostgreSQL) that pydantic validates on its way out: `JsonOf(list[Source])`."""

    impl = JSON
    cache_ok = True

    def __init__(self, python_type: Any) -> None:
        super().__init__(none_as_null=True)
        self.shape = python_type
        self.adapter: TypeAdapter[T] = TypeAdapter(python_type)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(
            JSONB(none_as_null=True) if dialect.name == "postgresql" else JSON(none_as_null=True)
        )

    def process_bind_param(self, value: T | None, dialect: Dialect) -> Any:
        del dialect
        return None if value is None else self.adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> T | None:
        del dialect
        return None if value is None else self.adapter.validate_python(value)

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        return self.impl_instance.coerce_compared_value(op, value)


def text_enum(values: type[StrEnum], length: int) -> Enum:
    """A closed set stored as its text, the same on both engines; checks in the schema are the table's own."""
    return Enum(values, native_enum=False, length=length, values_callable=lambda kind: [each.value for each in kind])


class Fault(StrEnum):
    """What keeps a database from storing; the same may succeed later."""

    FULL = "full"
    READ_ONLY = "read_only"
    BUSY = "busy"
    DAMAGED = "damaged"
    AWAY = "away"


# Primary result codes (sqlite.org/rescode.html): BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB.
_SQLITE = {
    5: Fault.BUSY, 6: Fault.BUSY, 8: Fault.READ_ONLY, 10: Fault.AWAY,
    11: Fault.DAMAGED, 13: Fault.FULL, 14: Fault.AWAY, 26: Fault.DAMAGED,
}  # fmt: skip
# SQLSTATE (PostgreSQL, appendix A): disk_full, read_only_sql_transaction, lock_not_available, data_corrupted.
_POSTGRESQL = {"53100": Fault.FULL, "25006": Fault.READ_ONLY, "55P03": Fault.BUSY, "XX001": Fault.DAMAGED}


def fault_of(error: SQLAlchemyError) -> Fault | None:
    """What is wrong with the database where `error` comes from; None where the statement itself is to blame."""
    if isinstance(error, NoConnectionFree):
        return Fault.BUSY
    if not isinstance(error, DBAPIError):
        return None
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)
    found = _POSTGRESQL.get(str(getattr(error.orig, "sqlstate", None)))
    is_away = error.connection_invalidated or isinstance(error, (InterfaceError, OperationalError))
    return found or (Fault.AWAY if is_away else None)


def blames_value(error: SQLAlchemyError) -> bool:
    """Whether a value is of a kind that no row can hold: too large a number, a character that is none."""
    is_of_class_22 = isinstance(error, DBAPIError) and str(getattr(error.orig, "sqlstate", "")).startswith("22")
    return is_of_class_22 or isinstance(error, DataError)


def async_url(url: str) -> str:
    """The same address with the asynchronous driver that we ship: `sqlite://`, `postgresql://` or `postgres://`."""
    parsed = make_url(url)
    driver = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    return parsed.set(drivername=driver[parsed.get_backend_name()]).render_as_string(hide_password=False)


class Database:
    """Two doors to one database: `reading` sessions side by side, `writing` ones as the engine allows.

    On SQLite one connection writes (BEGIN IMMEDIATE, so a writer never fails half-way for a lock) and its pool is
    the queue; on PostgreSQL both doors share one pool.
    """

    fault: Fault | None = None
    """What kept the latest writing unit from its commit; None once one is stored again. Damage stays."""

    def __init__(self, url: str) -> None:
        self.url = async_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        if self.is_sqlite:
            self._reader = _sqlite_engine(self.url, "BEGIN", connections=4)
            self._writer = _sqlite_engine(self.url, "BEGIN IMMEDIATE", connections=1)
        else:
            self._reader = create_async_engine(self.url, pool_size=10, max_overflow=10, pool_pre_ping=True)
            self._writer = self._reader

    def session(self, *, write: bool) -> AsyncSession:
        """A new session; it takes a connection at its first statement and must be closed by the caller."""
        return AsyncSession(self._writer if write else self._reader, expire_on_commit=False, autoflush=False)

    def failed(self, fault: Fault) -> None:
        """A writing unit could not be stored."""
        self.fault = Fault.DAMAGED if self.fault is Fault.DAMAGED else fault

    def stored(self) -> None:
        """A writing unit is on disk."""
        if self.fault is not Fault.DAMAGED:
            self.fault = None

    @property
    def file(self) -> Path | None:
        """Where an embedded database is, if it is an ordinary file."""
        name = make_url(self.url).database if self.is_sqlite else None
        return Path(name) if name and not name.startswith((":", "file:")) else None

    async def refusal_to_write(self) -> tuple[Fault | None, str]:
        """What keeps it from being written, and in its own words; nothing is changed by asking."""
        try:
            async with self.session(write=True) as session:
                await self._change_nothing(session)
                await session.rollback()
        except SQLAlchemyError as error:
            return fault_of(error), str(getattr(error, "orig", None) or error)
        except OSError as error:
            return Fault.AWAY, str(error)
        return None, ""

    async def _change_nothing(self, session: AsyncSession) -> None:
        """In a way that needs the right to change things: SQLite lets even a BEGIN IMMEDIATE pass without it."""
        if self.is_sqlite:
            version = (await session.execute(text("PRAGMA user_version"))).scalar_one()
            await session.execute(text(f"PRAGMA user_version = {version:d}"))
        elif (await session.execute(text("SHOW transaction_read_only"))).scalar_one() == "on":
            await session.execute(text("CREATE TEMPORARY SEQUENCE secretary_writes"))

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A writing connection in a transaction, for migrations and maintenance."""
        async with self._writer.begin() as connection:
            yield connection

    async def close(self) -> None:
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()


def _sqlite_engine(url: str, begin: str, connections: int) -> AsyncEngine:
    parsed = make_url(url)
    (path,), options = parsed.get_dialect()().create_connect_args(parsed)
    engine = create_async_engine(
        url,
        async_creator=partial(sqlite.connect, path, SQLITE_PRAGMAS, **options),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=60,
    )

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.begin_with = begin

    return engine
