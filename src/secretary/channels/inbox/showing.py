"""Conversations and contacts as staff see them: with the names of those who are in them."""

from collections.abc import Sequence

from secretary.accounts.models import User
from secretary.accounts.queries import people as accounts
from secretary.channels.inbox.shapes import (
    ConsentOut,
    ContactNoteOut,
    ContactOut,
    ContactRow,
    IdentityOut,
    InboxRow,
    ListedContact,
    Named,
)
from secretary.conversations.contacts import queries as contacts
from secretary.conversations.contacts.listing.queries import keys_of
from secretary.conversations.contacts.models import Contact
from secretary.conversations.models import ChatSession
from secretary.kernel.unit import Unit
from secretary.legal import queries as legal

MOST_KEYS = 100


async def inbox_rows(unit: Unit, sessions: Sequence[ChatSession]) -> list[InboxRow]:
    """Conversations with the names of customers and of who looks after them."""
    customers = await _customers(unit, {session.contact_id for session in sessions if session.contact_id})
    people = await _people(unit, {session.assignee_id for session in sessions if session.assignee_id})
    return [_row(session, customers, people) for session in sessions]


async def inbox_row(unit: Unit, session: ChatSession) -> InboxRow:
    return (await inbox_rows(unit, [session]))[0]


def _row(session: ChatSession, customers: dict[str, Named], people: dict[str, Named]) -> InboxRow:
    return InboxRow(
        id=session.id,
        title=session.title,
        contact=customers.get(session.contact_id or ""),
        source=session.source,
        source_id=session.source_id,
        state=session.state,
        assignee=people.get(session.assignee_id or ""),
        reason=session.hand_over_reason,
        unread=session.unread,
        message_count=session.message_count,
        last_message=session.last_message,
        waiting_since=session.waiting_since,
        held_until=session.held_until,
        updated=session.updated,
        language=session.language,
    )


async def _customers(unit: Unit, ids: set[str]) -> dict[str, Named]:
    """Whoever each contact turned out to be, by the contact's id."""
    found = await contacts.contacts(unit.db, ids) if ids else {}
    roots = await contacts.contacts(unit.db, {one.root_id for one in found.values()} - found.keys())
    known = {**found, **roots}
    return {one.id: Named(id=one.root_id, name=known.get(one.root_id, one).name) for one in found.values()}


async def _people(unit: Unit, ids: set[str]) -> dict[str, Named]:
    users = await accounts.users_by_ids(unit.db, ids) if ids else ()
    return {user.id: Named(id=user.id, name=called(user)) for user in users}


def called(user: User) -> str:
    """What colleagues call a user."""
    return user.display_name or user.username


async def listed(unit: Unit, rows: Sequence[Contact]) -> list[ListedContact]:
    """Contacts with all by which they are known, those that were merged into them included."""
    root_of = {each.id: each.root_id for each in await contacts.trees(unit.db, {row.root_id for row in rows})}
    known: dict[str, list[IdentityOut]] = {}
    for identity in await contacts.identities(unit.db, root_of.keys()):
        known.setdefault(root_of[identity.contact_id], []).append(IdentityOut.model_validate(identity))
    return [
        ListedContact(**dict(ContactRow.model_validate(row)), identities=known.get(row.root_id, ())) for row in rows
    ]


async def contact_out(unit: Unit, contact: Contact) -> ContactOut:
    """A customer with what is known of him from all contacts that were merged."""
    tree = await contacts.trees(unit.db, [contact.root_id])
    ids = [each.id for each in tree]
    keys = await keys_of(unit.db, contact.root_id, limit=MOST_KEYS)
    return ContactOut(
        **dict(ContactRow.model_validate(contact)),
        fields=contact.fields,
        root_id=contact.root_id,
        identities=[IdentityOut.model_validate(row) for row in await contacts.identities(unit.db, ids)],
        notes=[ContactNoteOut.model_validate(row) for row in await contacts.notes(unit.db, ids)],
        merged=[ContactRow.model_validate(row) for row in tree if row.id != contact.id],
        consents=[ConsentOut.model_validate(row) for row in await legal.consents_of(unit.db, keys)],
    )
