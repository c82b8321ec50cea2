"""The schema's history: up, down, up again, and equal to the models, on both engines."""

import os

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
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


async def test_models_and_migrations_agree(empty):
    assert tables.__all__
    await migrate(empty)

    def differences(connection):
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return [change for change in compare_metadata(context, Base.metadata) if not is_by_hand(change)]

    async with empty.connection() as connection:
        assert await connection.run_sync(differences) == []


def test_head_is_the_newest_revision():
    folder = secretary.migrations.__path__[0]
    assert ScriptDirectory(folder).get_heads() == [HEAD]
