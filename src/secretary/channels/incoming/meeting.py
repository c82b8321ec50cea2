"""Whom a thread is with: found or begun, with the customer whom the provider vouches for, and his conversation."""

from dataclasses import dataclass
from datetime import timedelta

from secretary.channels.incoming import queries
from secretary.channels.messenger import Address, Person, Said, Tapped
from secretary.channels.models import ChannelThread
from secretary.channels.running.lines import Line
from secretary.conversations import service as conversations
from secretary.conversations.contacts import service as contacts
from secretary.conversations.contacts.identity import Identity
from secretary.conversations.contacts.models import Contact, Evidence
from secretary.conversations.models import ChatSession
from secretary.conversations.service import NewSession
from secretary.kernel.unit import Unit

MET_EVERY = timedelta(minutes=1)
HEARD = ("username", "name", "address", "referral", "last_inbound", "left", "updated")


@dataclass(slots=True)
class Met:
    """A thread in which somebody wrote just now; `is_new` until it is stored."""

    thread: ChannelThread
    contact: Contact | None = None
    session: ChatSession | None = None
    is_new: bool = True

    async def keep(self, unit: Unit) -> None:
        """Store what was heard, and with whom and where it goes on if that is news."""
        thread, changed = self.thread, list(HEARD)
        if self.contact is not None and thread.contact_id != self.contact.id:
            thread.contact_id = self.contact.id
            changed.append("contact_id")
        if self.session is not None and thread.session_id != self.session.id:
            thread.session_id = self.session.id
            changed.append("session_id")
        if self.is_new:
            await queries.add_thread(unit.db, thread)
        else:
            await queries.keep_thread(unit.db, thread, tuple(changed))


async def meet(unit: Unit, line: Line, key: str, heard: Said | Tapped) -> Met:
    """The thread in which somebody wrote just now, with what the provider says of him today. To be kept."""
    person = heard.person
    found = await queries.met(unit.db, line.id, key)
    if found is None:
        met = Met(_begun(unit, line, key, person, heard.address, is_group=heard.is_group))
    else:
        met = Met(*found, is_new=False)
        met.thread.username, met.thread.name = person.username[:100], person.name[:200]
        met.thread.address, met.thread.left = dict(heard.address), None
    met.thread.last_inbound = met.thread.updated = unit.now()
    if isinstance(heard, Said) and heard.payload:
        met.thread.referral = heard.payload[:200]
    return met


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


async def customer_of(unit: Unit, line: Line, met: Met, person: Person) -> Contact:
    """The customer who writes in a thread. A number that the provider proves is his from then on."""
    contact = met.contact
    if contact is None or unit.now() - contact.last_seen >= MET_EVERY:
        label = f"@{person.username}" if person.username else person.name
        identity = Identity(line.kind, person.key, label, Evidence.CHANNEL)
        contact = await contacts.meet(unit, line.row.owner_id, identity, person.name, person.language)
    if person.phone:
        contact = await contacts.prove(unit, contact, Identity("phone", person.phone, "", Evidence.CHANNEL))
    met.contact = contact
    return contact


async def conversation_in(unit: Unit, line: Line, met: Met, contact: Contact) -> ChatSession:
    """The conversation that goes on in a thread, or a new one: after it was ended, and where another assistant answers
    now. That one must not read what was said to another.
    """
    if met.session is not None and met.session.assistant_id == line.row.assistant_id:
        return met.session
    met.session = session = await conversations.open_session(
        unit,
        NewSession(
            assistant_id=line.row.assistant_id,
            source=line.kind,
            source_id=line.id,
            contact_key=met.thread.thread,
            language=met.thread.language,
            owner_id=line.row.owner_id,
            contact_id=contact.id,
        ),
    )
    return session
