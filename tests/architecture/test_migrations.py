"""The schema's history: up, down, up again, and equal to the models, on both engines."""

import os

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from tests.support.databases import drop, empty_postgresql, empty_sqlite

import secretary.migrations
from secretary.kernel.db import Base
from secretary.migrations import HEAD, current_revision, migrate, migrate_if_needed, tables

# The full-text indexes of each engine, which no model has: SQLite's own tables, PostgreSQL's GIN and the tables of its
# search, which are made from those that models have.
FULL_TEXT = ("chat_search_index", "search_")
GIN = "ix_chat_search_words"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, run, tmp_path, worker_id):
    database = run(
        empty_sqlite(tmp_path)
        if request.param == "sqlite"
        else empty_postgresql(f"migrations_{worker_id}_{os.getpid()}")
    )
    yield database
    run(drop(database))


async def names(database):
    async with database.connection() as connection:
        found = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    return {name for name in found if name != "alembic_version" and not name.startswith(FULL_TEXT)}


async def test_up_down_and_up_again(empty):
    assert await current_revision(empty) is None
    assert await migrate_if_needed(empty) is True
    assert await migrate_if_needed(empty) is False
    assert await current_revision(empty) == HEAD
    assert await names(empty) == set(Base.metadata.tables)
    await migrate(empty, "base")
    assert await names(empty) == set()
    await migrate(empty)
    assert await names(empty) == set(Base.metadata.tables)


def is_by_hand(change):
    is_index = change[0] == "remove_index" and (change[1].name == GIN or change[1].table.name.startswith(FULL_TEXT))
    return change[0] == "remove_table" or is_index


def is_compared_by_sqlite(connection, change):
    """Of a foreign key that stands in its column SQLAlchemy reads no rule; SQLite is asked for all of them below."""
    return connection.dialect.name == "sqlite" and change[0] in {"add_fk", "remove_fk"}


def foreign_keys(connection):
    """(table, column, table, column, what happens on deletion) of every foreign key, as SQLite has it."""
    found = set()
    for table in Base.metadata.tables:
        for row in connection.execute(text(f"PRAGMA foreign_key_list({table})")):
            found.add((table, row[3], row[2], row[4], row[6]))
    return found


def foreign_keys_of_models():
    return {
        (table.name, key.parent.name, key.column.table.name, key.column.name, key.ondelete or "NO ACTION")
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
    }


async def test_models_and_migrations_agree(empty):
    assert tables.__all__
    await migrate(empty)

    def differences(connection):
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        changes = compare_metadata(context, Base.metadata)
        return [each for each in changes if not is_by_hand(each) and not is_compared_by_sqlite(connection, each)]

    async with empty.connection() as connection:
        assert await connection.run_sync(differences) == []
        if connection.dialect.name == "sqlite":
            assert await connection.run_sync(foreign_keys) == foreign_keys_of_models()


def test_head_is_the_newest_revision():
    folder = secretary.migrations.__path__[0]
    assert ScriptDirectory(folder).get_heads() == [HEAD]
