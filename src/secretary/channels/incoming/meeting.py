"""Whom a thread is with: found or begun, with the customer whom the provider vouches for, and his conversation."""

from datetime import timedelta

from secretary.channels.incoming import queries
from secretary.channels.messenger import Address, Person, Said, Tapped
from secretary.channels.models import ChannelThread
from secretary.channels.running.lines import Line
from secretary.conversations import service as conversations
from secretary.conversations.contacts import queries as contact_queries
from secretary.conversations.contacts import service as contacts
from secretary.conversations.contacts.identity import Identity
from secretary.conversations.contacts.models import Contact, Evidence
from secretary.conversations.models import ChatSession
from secretary.conversations.service import NewSession
from secretary.kernel.unit import Unit

MET_EVERY = timedelta(minutes=1)


async def thread_with(unit: Unit, line: Line, key: str, heard: Said | Tapped) -> ChannelThread:
    """The thread in which somebody wrote just now, with what the provider says of him today."""
    person = heard.person
    thread = await queries.thread(unit.db, line.id, key)
    if thread is None:
        thread = _begun(unit, line, key, person, heard.address, is_group=heard.is_group)
        unit.db.add(thread)
    else:
        thread.username, thread.name = person.username[:100], person.name[:200]
        thread.address, thread.left = dict(heard.address), None
    thread.last_inbound = thread.updated = unit.now()
    if isinstance(heard, Said) and heard.payload:
        thread.referral = heard.payload[:200]
    await unit.db.flush()
    return thread


def _begun(unit: Unit, line: Line, key: str, person: Person, address: Address, *, is_group: bool) -> ChannelThread:
    return ChannelThread(
        id=unit.new_id(),
        instance_id=line.id,
        thread=key,
        person_key=person.key,
        username=person.username[:100],
        name=person.name[:200],
        language=person.language,
        address=dict(address),
        is_group=is_group,
        referral="",
        last_inbound=unit.now(),
        created=unit.now(),
        updated=unit.now(),
    )


async def customer_of(unit: Unit, line: Line, thread: ChannelThread, person: Person) -> Contact:
    """The customer who writes in a thread. A number that the provider proves is his from then on."""
    contact = await contact_queries.contact(unit.db, thread.contact_id) if thread.contact_id else None
    if contact is None or unit.now() - contact.last_seen >= MET_EVERY:
        label = f"@{person.username}" if person.username else person.name
        identity = Identity(line.kind, person.key, label, Evidence.CHANNEL)
        contact = await contacts.meet(unit, line.row.owner_id, identity, person.name, person.language)
    if person.phone:
        contact = await contacts.prove(unit, contact, Identity("phone", person.phone, "", Evidence.CHANNEL))
    thread.contact_id = contact.id
    return contact


async def conversation_in(unit: Unit, line: Line, thread: ChannelThread, contact: Contact) -> ChatSession:
    """The conversation that goes on in a thread, or a new one: after it was ended, and where another assistant answers
    now. That one must not read what was said to another.
    """
    if thread.session_id is not None:
        for session in await conversations.get_sessions(unit, [thread.session_id]):
            if session.assistant_id == line.row.assistant_id:
                return session
    session = await conversations.open_session(
        unit,
        NewSession(
            assistant_id=line.row.assistant_id,
            source=line.kind,
            source_id=line.id,
            contact_key=thread.thread,
            language=thread.language,
            owner_id=line.row.owner_id,
            contact_id=contact.id,
        ),
    )
    thread.session_id = session.id
    await unit.db.flush()
    return session
