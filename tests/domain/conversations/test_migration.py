"""A database from before the branches: what is there is counted, previewed and found after the revision, and kept by it."""

import os

import pytest
from sqlalchemy import text
from tests.support.databases import empty_postgresql, empty_sqlite

from secretary.conversations import service as conversations
from secretary.conversations.ports import Visible
from secretary.conversations.search.service import find
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory
from secretary.migrations import migrate

BEFORE = "0003"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, run, tmp_path, worker_id):
    database = run(
        empty_sqlite(tmp_path) if request.param == "sqlite" else empty_postgresql(f"branches_{worker_id}_{os.getpid()}")
    )
    yield database
    run(database.close())


SESSION = """INSERT INTO chat_sessions (id, title, assistant_id, source, source_id, contact_key, address_hash, language,
last_seq, leaf_id, created, updated)
VALUES ('s', 't', 'a', 'widget', 'w', 'v', '', 'ru', 2, 'm2', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)"""
MESSAGES = """INSERT INTO chat_messages (id, session_id, seq, parent_id, role, content, status, is_active, edited, sources,
buttons, created, updated) VALUES
('m1', 's', 1, NULL, 'user', 'Где мои заказы?', 'complete', true, false, '[]', '[]', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP),
('m2', 's', 2, 'm1', 'assistant', 'В пути', 'complete', true, false, '[]', '[]', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)"""


async def store_as_before(database):
    async with database.connection() as connection:
        await connection.execute(text(SESSION))
        await connection.execute(text(MESSAGES))


async def messages(database):
    async with database.connection() as connection:
        return (await connection.execute(text("SELECT id, content FROM chat_messages ORDER BY seq"))).all()


async def test_what_was_said_before_is_counted_found_and_kept(empty):
    await migrate(empty, BEFORE)
    await store_as_before(empty)
    kept = await messages(empty)
    await migrate(empty)
    units = UnitFactory(empty, EventBus())
    async with units.read() as unit:
        session = await conversations.get_session(unit, "s")
        assert (session.message_count, session.last_message) == (2, "В пути")
        results = await find(unit, "заказы", Visible(), session_id=None, limit=5, offset=0)
        assert [found.message.id for found in results.found] == ["m1"]
    async with empty.connection() as connection:
        await connection.run_sync(_downgrade, BEFORE)
    assert await messages(empty) == kept
    await migrate(empty)
    assert await messages(empty) == kept


def _downgrade(connection, revision):
    from pathlib import Path

    from alembic import command
    from alembic.config import Config

    import secretary.migrations

    config = Config()
    config.set_main_option("script_location", str(Path(secretary.migrations.__file__).parent))
    config.attributes["connection"] = connection
    command.downgrade(config, revision)
