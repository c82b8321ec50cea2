"""The schema's history. `HEAD` is the newest revision: a database that is there already needs no Alembic to start."""

from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from secretary.kernel.db import Database
from secretary.kernel.errors import Internal

HEAD = "0014"


async def migrate(database: Database, revision: str = "head") -> None:
    """Bring the database to `revision`, up or down; one transaction."""
    async with database.connection() as connection:
        await connection.run_sync(_run, revision)


async def migrate_if_needed(database: Database) -> bool:
    """Bring the database to `HEAD` unless it is there; tells whether it had to. Raises Internal: it does not answer."""
    try:
        if await current_revision(database) == HEAD:
            return False
        await migrate(database)
    except (OSError, DBAPIError) as error:
        raise _unusable(str(getattr(error, "orig", None) or error)) from error
    return True


def _unusable(reason: str) -> Internal:
    if "malformed" in reason or "not a database" in reason:
        return Internal(
            "database_damaged",
            en=f"The database file is damaged ({reason}). Nothing was changed. Put a backup of the data folder in its "
            "place, and keep the damaged one: parts of it can often be saved.",
            ru=f"Файл базы данных повреждён ({reason}). Ничего не изменено. Верните папку данных из резервной копии, а "
            "повреждённую сохраните: часть данных обычно можно спасти.",
        )
    return Internal(
        "database_unreachable",
        en=f"The database cannot be opened ({reason}). Check DATABASE_URL, or the data folder.",
        ru=f"Не удаётся открыть базу данных ({reason}). Проверьте DATABASE_URL или папку данных.",
    )


async def current_revision(database: Database) -> str | None:
    """The revision that the database is at; None for an empty one."""
    async with database.session(write=False) as session:
        try:
            return (await session.execute(text("select version_num from alembic_version"))).scalar_one_or_none()
        except DBAPIError as error:
            if any(words in str(error.orig) for words in ("no such table", "does not exist")):
                return None
            raise  # a damaged file must never pass for an empty one


def _run(connection: Connection, revision: str) -> None:
    # Alembic takes longer to import than all else at start: only a changed schema pays for it
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    if revision == "base":
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)
