"""`/admin/contacts/{id}/…`: merge and part, block, notes, and by what a customer is known."""

from fastapi import APIRouter

from secretary.channels.inbox.access import touched_contact
from secretary.channels.inbox.api.deps import MayWrite
from secretary.channels.inbox.schemas import Known, MergeInto, NewContactNote
from secretary.channels.inbox.shapes import ContactNoteOut, Done, OneContact, OneContactNote
from secretary.channels.inbox.showing import contact_out
from secretary.conversations.contacts import merging, service
from secretary.conversations.contacts.models import Evidence
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/contacts/{contact_id}", tags=["contacts"])


@router.post("/merge")
async def merge_contact(unit: UnitDep, actor: MayWrite, contact_id: str, body: MergeInto) -> OneContact:
    """Say that this contact is one customer with another. Nothing moves: `unmerge` restores what was."""
    contact = await touched_contact(unit, actor, contact_id)
    root = await merging.merge(unit, contact, await touched_contact(unit, actor, body.into))
    return OneContact(contact=await contact_out(unit, root))


@router.post("/unmerge")
async def unmerge_contact(unit: UnitDep, actor: MayWrite, contact_id: str) -> OneContact:
    """Part a contact from what it was merged into; those that had been merged into it before stay with it."""
    parted = await merging.unmerge(unit, await touched_contact(unit, actor, contact_id))
    return OneContact(contact=await contact_out(unit, parted))


@router.post("/block")
async def block_contact(unit: UnitDep, actor: MayWrite, contact_id: str) -> Done:
    """Stop listening to a customer, by whatever channel he writes."""
    await service.block(unit, await touched_contact(unit, actor, contact_id), blocked=True)
    return Done()


@router.post("/unblock")
async def unblock_contact(unit: UnitDep, actor: MayWrite, contact_id: str) -> Done:
    """Listen again."""
    await service.block(unit, await touched_contact(unit, actor, contact_id), blocked=False)
    return Done()


@router.post("/notes", status_code=201)
async def write_contact_note(unit: UnitDep, actor: MayWrite, contact_id: str, body: NewContactNote) -> OneContactNote:
    """A private note: customers and models never see it."""
    note = await service.write_note(unit, await touched_contact(unit, actor, contact_id), body.text)
    return OneContactNote(note=ContactNoteOut.model_validate(note))


@router.delete("/notes/{note_id}")
async def delete_contact_note(unit: UnitDep, actor: MayWrite, contact_id: str, note_id: str) -> Done:
    await service.delete_note(unit, await touched_contact(unit, actor, contact_id), note_id)
    return Done()


@router.post("/identities", status_code=201)
async def add_identity(unit: UnitDep, actor: MayWrite, contact_id: str, body: Known) -> OneContact:
    """Note by what else a customer is known. It proves nothing, and merges nobody."""
    contact = await touched_contact(unit, actor, contact_id)
    await service.state_identity(unit, contact, body.kind, body.value, Evidence.OPERATOR)
    return OneContact(contact=await contact_out(unit, contact))


@router.delete("/identities/{identity_id}")
async def forget_identity(unit: UnitDep, actor: MayWrite, contact_id: str, identity_id: str) -> Done:
    """Take away what was only said or noted. What a channel vouches for stays."""
    await service.forget_identity(unit, await touched_contact(unit, actor, contact_id), identity_id)
    return Done()
