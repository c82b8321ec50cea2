"""What is asked often reads no more than it must: the plans of SQLite, which knows nothing of how many rows there are."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from secretary.conversations import queries
from secretary.conversations.listing import queries as listing
from secretary.conversations.ports import Visible
from secretary.conversations.search import queries as search

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WROTE = {"source_id": "w", "contact_key": "c", "address_hash": "h", "since": NOW}
SAID = [["word"], ["_snobody"]]
ASKED = {
    "abandoned answers": (lambda db: queries.abandoned(db, NOW), "ix_chat_messages_unfinished"),
    "answers to take over": (
        lambda db: queries.unfinished_answers(db, ["s"], expired_at=NOW),
        "ix_chat_messages_unfinished",
    ),
    "answers of conversations": (lambda db: queries.unfinished_of(db, ["s"]), "ix_chat_messages_unfinished"),
    "who is first in line": (lambda db: queries.earlier_unfinished(db, "s", 9), "ix_chat_messages_unfinished"),
    "what somebody wrote lately": (
        lambda db: queries.messages_since(db, **WROTE),
        "chat_sessions USING INDEX ix_chat_sessions_updated (updated>?)",
    ),
    "one's own last conversation": (
        lambda db: listing.newest_of_contact(db, "api", "api", "me"),
        "ix_chat_sessions_contact (source_id=? AND contact_key=?)",
    ),
    "the list": (
        lambda db: listing.page(db, Visible("me", ownerless=True), source=None, limit=50, offset=0),
        "ix_chat_sessions_owner_id_updated (owner_id=?)",
    ),
    "the list of a source": (
        lambda db: listing.page(db, Visible("me"), source="widget", limit=50, offset=0),
        "ix_chat_sessions_owner_id_source_updated (owner_id=? AND source=?)",
    ),
    "a search": (
        lambda db: search.found_messages(db, SAID, Visible(), limit=20, offset=0),
        "chat_search USING INTEGER PRIMARY KEY (rowid=?)",
    ),
}


@pytest.fixture(scope="module")
def plan_of(databases, run):
    database = databases("sqlite", False)

    async def explain(ask):
        asked = []
        engine = database._reader.sync_engine
        listener = lambda connection, cursor, sql, parameters, *rest: asked.append((sql, parameters))  # noqa: E731
        async with database.session(write=False) as db:
            event.listen(engine, "before_cursor_execute", listener)
            await ask(db)
            event.remove(engine, "before_cursor_execute", listener)
            connection = await db.connection()
            rows = [await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given) for sql, given in asked]
            return "\n".join(row[3] for found in rows for row in found.all())

    return lambda ask: run(explain(ask))


@pytest.mark.parametrize(("ask", "wanted"), ASKED.values(), ids=ASKED.keys())
def test_plan_uses_the_index_that_was_made_for_it(plan_of, ask, wanted):
    plan = plan_of(ask)
    assert wanted in plan
    assert "SCAN chat_messages" not in plan
    assert "SCAN chat_sessions" not in plan
