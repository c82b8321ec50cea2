"""A customer who leaves his contact becomes one: what he says of himself is kept as said, and proves nothing."""

from collections.abc import Iterator

from secretary.assistant.models import Request
from secretary.assistant.taking import EMAIL, HANDLE, PHONE
from secretary.conversations.contacts import service as contacts
from secretary.conversations.contacts.identity import Identity
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import OF_STAFF
from secretary.conversations.service import get_sessions
from secretary.kernel.unit import Unit


async def introduce(unit: Unit, request: Request) -> None:
    """Keep, with the customer of a conversation, how he wants to be reached; make him a contact where he is none yet.

    Repeatable.
    """
    for session in await get_sessions(unit, [request.session_id]):
        if session.source in OF_STAFF:
            continue
        contact = await contacts.get(unit, await _contact_id(unit, session, request))
        if request.name and not contact.name:
            await contacts.change(unit, contact, {"name": request.name})
        for kind, value in said_identities(request.contact):
            await contacts.state_identity(unit, contact, kind, value)


async def _contact_id(unit: Unit, session: ChatSession, request: Request) -> str:
    if session.contact_id is None:
        known_as = Identity(session.source, session.contact_key, request.name)
        met = await contacts.meet(unit, session.owner_id, known_as, request.name, session.language)
        session.contact_id = met.id
        await unit.db.flush()
    return session.contact_id


def said_identities(text: str) -> Iterator[tuple[str, str]]:
    """The addresses and numbers in what somebody wrote: (kind, value)."""
    for kind, pattern in (("email", EMAIL), ("telegram", HANDLE), ("phone", PHONE)):
        found = pattern.search(text)
        if found is not None:
            yield kind, found[0].strip(" :")
            return
