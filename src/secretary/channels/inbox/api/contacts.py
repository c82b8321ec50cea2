"""`/admin/contacts`: the customers, over all channels."""

from typing import Annotated

from fastapi import APIRouter, Query

from secretary.channels.inbox.access import seen_contact, touched_contact, visible_to
from secretary.channels.inbox.api.deps import PAGE, Kind, Limit, MayRead, MayWrite, Offset, Words
from secretary.channels.inbox.schemas import ContactFields, NewContact
from secretary.channels.inbox.shapes import Contacts, Done, Inbox, OneContact, Suggestions, Tag, Tags
from secretary.channels.inbox.showing import contact_out, inbox_rows, listed
from secretary.conversations.contacts import merging, service
from secretary.conversations.contacts.events import ContactChanged
from secretary.conversations.contacts.listing import queries as listing
from secretary.conversations.contacts.listing.queries import Sort, Wanted
from secretary.conversations.contacts.models import Evidence
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/contacts", tags=["contacts"])

MOST_TAGS = 200
TagQuery = Annotated[str | None, Query(max_length=40)]


@router.get("")
async def list_contacts(
    unit: UnitDep,
    actor: MayRead,
    search: Words = "",
    tag: TagQuery = None,
    source: Kind = None,
    blocked: bool | None = None,
    sort: Sort = "last_seen",
    ascending: bool = False,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> Contacts:
    """Customers, the latest seen first unless another order is asked for; merged ones are one. `search` looks in names,
    numbers, addresses and fields.
    """
    wanted = Wanted(visible_to(actor), search.strip(), tag, source, blocked, sort, ascending)
    rows, total = await listing.page(unit.db, wanted, limit=limit, offset=offset)
    return Contacts(contacts=await listed(unit, rows), total=total)


@router.get("/tags")
async def list_tags(unit: UnitDep, actor: MayRead) -> Tags:
    """The tags that customers have, the most used first."""
    counted = await listing.tags(unit.db, visible_to(actor), limit=MOST_TAGS)
    return Tags(tags=[Tag(tag=tag, count=count) for tag, count in counted])


@router.post("", status_code=201)
async def create_contact(unit: UnitDep, actor: MayWrite, body: NewContact) -> OneContact:
    """A customer whom nobody has met by a channel yet. What is said of him here is a note, not a proof."""
    contact = await service.create(unit, actor.owner_id, body.name or "", body.language or "ru")
    unit.record(ContactChanged(contact.id, contact.owner_id, "create"))
    for known in body.identities:
        await service.state_identity(unit, contact, known.kind, known.value, Evidence.OPERATOR)
    if values := body.named():
        await service.change(unit, contact, values)
    return OneContact(contact=await contact_out(unit, contact))


@router.get("/{contact_id}")
async def read_contact(unit: UnitDep, actor: MayRead, contact_id: str) -> OneContact:
    """A customer with identities, notes, consents, and the contacts that were merged."""
    return OneContact(contact=await contact_out(unit, await seen_contact(unit, actor, contact_id)))


@router.put("/{contact_id}")
async def change_contact(unit: UnitDep, actor: MayWrite, contact_id: str, body: ContactFields) -> OneContact:
    """Change name, language, fields or tags; fields and tags are replaced as a whole."""
    contact = await touched_contact(unit, actor, contact_id)
    if values := body.named():
        await service.change(unit, contact, values)
    return OneContact(contact=await contact_out(unit, contact))


@router.delete("/{contact_id}")
async def delete_contact(unit: UnitDep, actor: MayWrite, contact_id: str) -> Done:
    """Forget a contact with identities and notes. Its conversations stay; those merged into it are on their own."""
    await merging.delete(unit, await touched_contact(unit, actor, contact_id))
    return Done()


@router.get("/{contact_id}/timeline")
async def read_timeline(
    unit: UnitDep, actor: MayRead, contact_id: str, limit: Limit = PAGE, offset: Offset = 0
) -> Inbox:
    """All conversations of a customer, by whatever channel, the latest first."""
    contact = await seen_contact(unit, actor, contact_id)
    rows, total = await service.timeline(unit, contact, visible_to(actor), limit=limit, offset=offset)
    return Inbox(sessions=await inbox_rows(unit, rows), total=total)


@router.get("/{contact_id}/suggestions")
async def read_suggestions(unit: UnitDep, actor: MayRead, contact_id: str) -> Suggestions:
    """Who may be the same customer. A person decides: nothing is merged for a name or an unproven number."""
    contact = await seen_contact(unit, actor, contact_id)
    return Suggestions(contacts=await listed(unit, await service.suggestions(unit, contact)))
