"""Use cases of contacts: meet a customer, learn by what else he is known, change what is kept of him. Never commits.

Two contacts become one only by proof (`prove`) or by a person (`merging`); a name, a typed address or a caller's
number proves nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from secretary.conversations.contacts import queries
from secretary.conversations.contacts.errors import (
    identity_is_proven,
    no_such_contact,
    no_such_contact_note,
    no_such_identity,
)
from secretary.conversations.contacts.events import ContactChanged, ContactMet, ContactNoted
from secretary.conversations.contacts.identity import LONGEST, Identity, spelled
from secretary.conversations.contacts.merging import join
from secretary.conversations.contacts.models import PROVEN, Contact, ContactIdentity, ContactNote, Evidence
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import Visible
from secretary.kernel.errors import Internal, Language
from secretary.kernel.inflection import fold
from secretary.kernel.unit import Unit

TOUCHED_EVERY = timedelta(minutes=1)
SUGGESTED = 20


async def meet(unit: Unit, owner_id: str | None, identity: Identity, name: str, language: Language) -> Contact:
    """The customer of this owner who is known by a proven identity, or a new one. Repeatable.

    Only proof finds somebody: with any other evidence there is a new contact each time.
    """
    tenant, value = owner_id or "", spelled(identity.kind, identity.value)
    if identity.is_proven and (known := await queries.known_by(unit.db, tenant, identity.kind, value)):
        await _touch(unit, known)
        return known
    contact = await create(unit, owner_id, name or identity.label, language)
    if await _add(unit, contact, identity):
        unit.record(ContactMet(contact.id, owner_id))
        return contact
    await unit.db.delete(contact)  # somebody met him just now
    await unit.db.flush()
    first = await queries.known_by(unit.db, tenant, identity.kind, value)
    if first is None:
        raise Internal("contact_lost", en="The contact could not be kept.", ru="Контакт не удалось сохранить.")
    return first


async def create(unit: Unit, owner_id: str | None, name: str, language: Language) -> Contact:
    """A new contact of this owner."""
    now, id_ = unit.now(), unit.new_id()
    contact = Contact(
        id=id_,
        tenant=owner_id or "",
        owner_id=owner_id,
        name=name[:LONGEST],
        language=language,
        fields={},
        tags=[],
        search_text=fold(name[:LONGEST]),
        root_id=id_,
        first_seen=now,
        last_seen=now,
        created=now,
        updated=now,
    )
    unit.db.add(contact)
    await unit.db.flush()
    return contact


async def _touch(unit: Unit, contact: Contact) -> None:
    if unit.now() - contact.last_seen >= TOUCHED_EVERY:
        await queries.seen(unit.db, contact.id, unit.now())


async def prove(unit: Unit, contact: Contact, identity: Identity) -> Contact:
    """The customer has proven to be this, too. Whoever of the tenant proved it before is him: the two are merged into
    the older one, which is returned; else the contact itself is.
    """
    value = spelled(identity.kind, identity.value)
    if await _add(unit, contact, identity):
        await _drop_unproven(unit, contact, identity.kind, value)
        unit.record(ContactChanged(contact.id, contact.owner_id, fields=("identities",)))
        return contact
    known = await queries.known_by(unit.db, contact.tenant, identity.kind, value)
    if known is None or known.root_id == contact.root_id:
        return contact
    return await join(unit, contact, known, proven=True)


async def state_identity(
    unit: Unit, contact: Contact, kind: str, value: str, evidence: Evidence = Evidence.STATED
) -> ContactIdentity:
    """Keep by what a customer says that he is known, or what an operator noted. That proves nothing and merges nobody.

    Repeatable.
    """
    value = spelled(kind, value)
    for known in await queries.identities(unit.db, [contact.id]):
        if (known.kind, known.value) == (kind, value):
            return known
    row = ContactIdentity(**_row(unit, contact, Identity(kind, value, evidence=evidence)))
    unit.db.add(row)
    await unit.db.flush()
    await index(unit, contact)
    unit.record(ContactChanged(contact.id, contact.owner_id, fields=("identities",)))
    return row


async def forget_identity(unit: Unit, contact: Contact, identity_id: str) -> None:
    """Take away what was only said. Raises NotFound, and Invalid for what is proven."""
    row = await queries.identity(unit.db, [contact.id], identity_id)
    if row is None:
        raise no_such_identity()
    if row.evidence in PROVEN:
        raise identity_is_proven()
    await unit.db.delete(row)
    await unit.db.flush()
    await index(unit, contact)
    unit.record(ContactChanged(contact.id, contact.owner_id, fields=("identities",)))


async def get(unit: Unit, contact_id: str) -> Contact:
    """One contact. Raises NotFound."""
    found = await queries.contact(unit.db, contact_id)
    if found is None:
        raise no_such_contact()
    return found


async def change(unit: Unit, contact: Contact, values: Mapping[str, object]) -> None:
    """Change name, language, fields or tags."""
    await queries.contact(unit.db, contact.id, lock=True)
    for name, value in values.items():
        setattr(contact, name, value)
    contact.updated = unit.now()
    await unit.db.flush()
    await index(unit, contact)
    unit.record(ContactChanged(contact.id, contact.owner_id, fields=tuple(sorted(values))))


async def block(unit: Unit, contact: Contact, *, blocked: bool) -> None:
    """Stop listening to a customer, or listen again, however he writes. Repeatable."""
    await queries.block(unit.db, contact.root_id, blocked=blocked)
    unit.record(ContactChanged(contact.id, contact.owner_id, "block" if blocked else "unblock"))


async def suggestions(unit: Unit, contact: Contact) -> Sequence[Contact]:
    """Others of the tenant that may be the same customer: known by the same, but nobody proved it. A person decides."""
    tree = await queries.trees(unit.db, [contact.root_id])
    return await queries.alike_of(unit.db, tree, limit=SUGGESTED)


async def timeline(
    unit: Unit, contact: Contact, visible: Visible, *, limit: int, offset: int
) -> tuple[Sequence[ChatSession], int]:
    """All conversations of a customer, by whatever channel, the latest first, and how many there are."""
    return await queries.timeline(unit.db, contact.root_id, visible, limit=limit, offset=offset)


async def write_note(unit: Unit, contact: Contact, text: str) -> ContactNote:
    """Leave a note in the actor's name."""
    note = ContactNote(
        id=unit.new_id(), contact_id=contact.id, author_id=unit.actor.owner_id, text=text, created=unit.now()
    )
    unit.db.add(note)
    await unit.db.flush()
    unit.record(ContactNoted(contact.id, contact.owner_id, note.id, "create"))
    return note


async def delete_note(unit: Unit, contact: Contact, note_id: str) -> None:
    """Delete a note on a customer. Raises NotFound."""
    tree = await queries.trees(unit.db, [contact.root_id])
    note = await queries.note(unit.db, [each.id for each in tree], note_id)
    if note is None:
        raise no_such_contact_note()
    await unit.db.delete(note)
    await unit.db.flush()
    unit.record(ContactNoted(contact.id, contact.owner_id, note_id, "delete"))


async def index(unit: Unit, contact: Contact) -> None:
    """Let a contact be found by what is known of it now."""
    known = await queries.identities(unit.db, [contact.id])
    said = [contact.name, *(part for one in known for part in (one.value, one.label)), *contact.fields.values()]
    contact.search_text = fold("\n".join(said))
    await unit.db.flush()


async def _add(unit: Unit, contact: Contact, identity: Identity) -> bool:
    """Keep an identity; False where another contact has proven it."""
    row = _row(unit, contact, identity)
    if not identity.is_proven:
        unit.db.add(ContactIdentity(**row))
        await unit.db.flush()
    elif not await queries.claim(unit.db, row):
        return False
    contact.search_text = fold(f"{contact.search_text}\n{row['value']}\n{row['label']}")
    await unit.db.flush()
    return True


def _row(unit: Unit, contact: Contact, identity: Identity) -> dict[str, object]:
    return {
        "id": unit.new_id(),
        "contact_id": contact.id,
        "tenant": contact.tenant,
        "kind": identity.kind,
        "value": spelled(identity.kind, identity.value),
        "label": identity.label[:LONGEST],
        "evidence": identity.evidence,
        "created": unit.now(),
    }


async def _drop_unproven(unit: Unit, contact: Contact, kind: str, value: str) -> None:
    for one in await queries.identities(unit.db, [contact.id]):
        if (one.kind, one.value) == (kind, value) and one.evidence not in PROVEN:
            await unit.db.delete(one)
    await unit.db.flush()
