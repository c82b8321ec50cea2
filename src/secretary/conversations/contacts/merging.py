"""Merging contacts that are one customer, and parting them again. Never commits.

A merge hangs one tree below a contact of another; identities, conversations, notes and fields stay where they are, so
parting restores exactly what was. What a model hears is a conversation's own: a merge never shares it.
"""

from collections.abc import Iterable, Mapping, Sequence

from secretary.conversations.contacts import queries
from secretary.conversations.contacts.errors import no_such_contact, other_tenant, same_contact
from secretary.conversations.contacts.events import ContactChanged, ContactsMerged, ContactUnmerged
from secretary.conversations.contacts.models import Contact
from secretary.kernel.unit import Unit

ATTEMPTS = 3


async def merge(unit: Unit, contact: Contact, into: Contact) -> Contact:
    """A person says that a contact is one customer with another; the root of both is returned. Repeatable.

    Raises Invalid for contacts of two tenants, and for one with itself.
    """
    if contact.id == into.id:
        raise same_contact()
    if contact.tenant != into.tenant:
        raise other_tenant()
    tree = await _locked(unit, contact, into)
    return await _hang(unit, tree, tree[contact.id], tree[into.id], proven=False)


async def join(unit: Unit, contact: Contact, other: Contact, *, proven: bool) -> Contact:
    """Merge the younger of two customers into the older, which is returned."""
    tree = await _locked(unit, contact, other)
    first, second = tree[tree[contact.id].root_id], tree[tree[other.id].root_id]
    older, younger = sorted((first, second), key=lambda root: (root.first_seen, root.id))
    return await _hang(unit, tree, younger, older, proven=proven)


async def _hang(unit: Unit, tree: Mapping[str, Contact], contact: Contact, into: Contact, *, proven: bool) -> Contact:
    root, new_root = tree[contact.root_id], tree[into.root_id]
    if root.id == new_root.id:
        return new_root
    root.merged_into = into.id
    for each in tree.values():
        if each.root_id == root.id:
            each.root_id = new_root.id
    await unit.db.flush()
    unit.record(ContactsMerged(root.id, root.owner_id, into.id, proven))
    return new_root


async def unmerge(unit: Unit, contact: Contact) -> Contact:
    """A contact, with those that had been merged into it before, is a customer of its own again. Repeatable."""
    tree = await _locked(unit, contact)
    parted = tree[contact.id]
    if parted.merged_into is None:
        return parted
    from_id, parted.merged_into = parted.merged_into, None
    for each in _below(parted.id, tree.values()):
        each.root_id = parted.id
    await unit.db.flush()
    unit.record(ContactUnmerged(parted.id, parted.owner_id, from_id))
    return parted


async def delete(unit: Unit, contact: Contact) -> None:
    """Forget a contact with its identities and notes; its conversations stay. Those merged into it are on their own."""
    tree = await _locked(unit, contact)
    gone = tree[contact.id]
    for child in [each for each in tree.values() if each.merged_into == gone.id]:
        child.merged_into = None
        for each in _below(child.id, tree.values()):
            each.root_id = child.id
    await unit.db.flush()
    await unit.db.delete(gone)
    await unit.db.flush()
    unit.record(ContactChanged(gone.id, gone.owner_id, "delete"))


def _below(contact_id: str, tree: Iterable[Contact]) -> Sequence[Contact]:
    """A contact and all that hang below it."""
    known = {each.id: each for each in tree}
    children: dict[str | None, list[Contact]] = {}
    for each in known.values():
        children.setdefault(each.merged_into, []).append(each)
    found = [known[contact_id]]
    for each in found:
        found.extend(children.get(each.id, ()))
    return found


async def _locked(unit: Unit, *contacts: Contact) -> Mapping[str, Contact]:
    """The trees of these contacts as they are now, by id. Raises NotFound for one that went meanwhile."""
    ids = [contact.id for contact in contacts]
    for _ in range(ATTEMPTS):
        root_ids = await queries.root_ids(unit.db, ids)
        rows = {row.id: row for row in await queries.trees(unit.db, root_ids, lock=True)}
        if rows.keys() >= set(ids):  # else one was merged or parted between the looking and the locking
            return rows
    raise no_such_contact()
