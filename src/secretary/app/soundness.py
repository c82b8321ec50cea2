"""Is the database fit for work? Looked at before anything else is done with it, so that it is said plainly."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from secretary.kernel import sqlite
from secretary.kernel.db import Database, Fault
from secretary.kernel.errors import Internal
from secretary.kernel.unit import storage_failed

log = structlog.get_logger(__name__)

PATIENCE_S = 3.0
"""How long a start waits for the check: measured, it looks through 1.7 GB a second in memory, a third of it on disk."""


@asynccontextmanager
async def checked(database: Database) -> AsyncIterator[None]:
    """Begin to work with a database. Raises Internal if it is read-only, held by another, or damaged.

    A database that is too large to be looked through at once is looked through meanwhile; damage is logged then, and
    stays the database's `fault`.
    """
    check = _check_needed(database)
    if check is None:
        await _ensure_writable(database)
        yield
        return
    looking = asyncio.create_task(asyncio.to_thread(check.run), name="database-check")
    try:
        await asyncio.wait([looking], timeout=PATIENCE_S)
        if looking.done() and (reason := looking.result()):
            raise _damaged(reason)
        looking.add_done_callback(lambda done: _tell(database, done))
        await _ensure_writable(database)
        yield
    finally:
        check.stop()
        await asyncio.wait([looking])


def _check_needed(database: Database) -> sqlite.Check | None:
    """Only an unclean end can have torn the file: a check at every start would cost every start."""
    file = database.file
    if file is None or not sqlite.was_left_open(file):
        return None
    log.info("database_was_left_open", file=str(file))
    return sqlite.Check(file)


def _tell(database: Database, looked: asyncio.Task[str]) -> None:
    if reason := looked.result():
        database.failed(Fault.DAMAGED)
        error = _damaged(reason)
        log.error(error.code, en=error.en, ru=error.ru)
    else:
        log.info("database_looked_through")


async def _ensure_writable(database: Database) -> None:
    """What else may be wrong with it is told by who works with it first."""
    fault, reason = await database.refusal_to_write()
    if fault is Fault.READ_ONLY or (fault is Fault.AWAY and _is_folder_closed(database)):
        raise _read_only(reason)
    if fault is Fault.BUSY:
        raise storage_failed(fault)


def _is_folder_closed(database: Database) -> bool:
    """SQLite needs to make files beside the database, and only says that it cannot open it."""
    file = database.file
    return file is not None and file.exists() and not os.access(file.parent, os.W_OK)


def _read_only(reason: str) -> Internal:
    return Internal(
        "database_read_only",
        en=f"The database is read-only ({reason}). The secretary must be able to write to the database file and to "
        "its folder: check their owner and rights, and that the disk is not mounted read-only.",
        ru=f"База данных доступна только для чтения ({reason}). Секретарю нужно право записи в файл базы и в его "
        "папку: проверьте владельца и права, и что диск не подключён только для чтения.",
    )


def _damaged(reason: str) -> Internal:
    return Internal(
        "database_damaged",
        en=f"The database file is damaged ({reason}). Put a backup of the data folder in its place, and keep the "
        "damaged one: parts of it can often be saved.",
        ru=f"Файл базы данных повреждён ({reason}). Верните папку данных из резервной копии, а повреждённую "
        "сохраните: часть данных обычно можно спасти.",
    )
