"""What is asked often reads no more than it must: the plans of SQLite, which knows nothing of how many rows there are."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from secretary.conversations import queries
from secretary.conversations.contacts import queries as contacts
from secretary.conversations.handover import queries as handover
from secretary.conversations.inbox import queries as inbox
from secretary.conversations.inbox.queries import Conditions
from secretary.conversations.listing import queries as listing
from secretary.conversations.ports import SessionState, Visible
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
    "who waits for a person": (
        lambda db: inbox.page(db, Conditions(Visible(), state=SessionState.WAITING), limit=50, offset=0),
        "ix_chat_sessions_state_updated (state=?)",
    ),
    "the inbox": (
        lambda db: inbox.page(db, Conditions(Visible(), but=SessionState.WAITING), limit=50, offset=0),
        "ix_chat_sessions_updated",
    ),
    "one's own inbox": (
        lambda db: inbox.page(db, Conditions(Visible("me"), but=SessionState.WAITING), limit=50, offset=0),
        "ix_chat_sessions_owner_id_updated (owner_id=?)",
    ),
    "what one looks after": (
        lambda db: inbox.page(db, Conditions(Visible(), assignee_id="me"), limit=50, offset=0),
        "ix_chat_sessions_assignee_id_updated (assignee_id=?)",
    ),
    "what nobody has read": (
        lambda db: inbox.count(db, Conditions(Visible(), unread=True), up_to=1000),
        "ix_chat_sessions_unread",
    ),
    "whose time is up": (
        lambda db: handover.due(db, NOW),
        "ix_chat_sessions_held_until (held_until<?)",
    ),
    "what a customer wrote at his provider": (
        lambda db: queries.customers_message(db, "s", "501"),
        "ix_chat_messages_session_id_provider_message_id (session_id=? AND provider_message_id=?)",
    ),
    "what is automatic and not over": (
        lambda db: queries.still_open(db, ["m"]),
        "chat_messages USING INDEX",
    ),
    "a customer by what the provider vouches for": (
        lambda db: contacts.known_by(db, "", "telegram", "42"),
        "uq_contact_identities_proven (tenant=? AND kind=? AND value=?)",
    ),
    "all conversations of a customer": (
        lambda db: contacts.timeline(db, "c", Visible(), limit=50, offset=0),
        "ix_chat_sessions_contact_id_updated (contact_id=?)",
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
    assert "SCAN chat_sessions" not in plan.replace("SCAN chat_sessions USING INDEX", "")
