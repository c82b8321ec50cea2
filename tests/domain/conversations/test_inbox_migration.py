"""A database from before the inbox: its conversations are the secretary's after the revision, and stay when it is undone."""

import os

import pytest
from tests.domain.conversations.test_handing_over import HOLD
from tests.domain.conversations.test_migration import _downgrade, messages, store_as_before
from tests.support.databases import drop, empty_postgresql, empty_sqlite

from secretary.conversations import service as conversations
from secretary.conversations.handover import service as handover
from secretary.conversations.ports import HandOverReason, SessionState
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory
from secretary.migrations import migrate

BEFORE = "0011"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, run, tmp_path, worker_id):
    database = run(
        empty_sqlite(tmp_path) if request.param == "sqlite" else empty_postgresql(f"inbox_{worker_id}_{os.getpid()}")
    )
    yield database
    run(drop(database))


async def test_conversations_go_on_and_are_kept(empty):
    await migrate(empty, BEFORE)
    await store_as_before(empty)
    kept = await messages(empty)
    await migrate(empty)
    units = UnitFactory(empty, EventBus())
    async with units.write() as unit:
        session = await conversations.get_session(unit, "s")
        assert (session.state, session.unread, session.contact_id) == (SessionState.SECRETARY, 0, None)
        message = await conversations.get_message(unit, "s", "m1")
        assert (message.held, message.attachment_count, message.withdrawn) == (False, 0, None)
        assert await handover.hand_over(unit, "s", HandOverReason.OPERATOR, HOLD)
    async with empty.connection() as connection:
        await connection.run_sync(_downgrade, BEFORE)
    assert await messages(empty) == kept
    await migrate(empty)
    async with units.read() as unit:
        assert (await conversations.get_session(unit, "s")).state is SessionState.SECRETARY
