"""Use cases of collections: who has which, what they are called, what becomes of one that is deleted."""

from collections.abc import Mapping, Sequence

from secretary.accounts.reach import ensure_may_touch, may_touch, owner_filter, reach
from secretary.accounts.rights import Scope
from secretary.kernel.errors import Invalid
from secretary.kernel.text import clean
from secretary.kernel.unit import Unit
from secretary.knowledge import service as faq
from secretary.knowledge.documents import faults
from secretary.knowledge.documents.collections import queries
from secretary.knowledge.documents.events import CollectionChanged
from secretary.knowledge.faq import errors
from secretary.knowledge.models import KnowledgeCollection

OWN_NAME = "Мои документы"


async def list_collections(unit: Unit, *, limit: int, offset: int) -> tuple[Sequence[KnowledgeCollection], int]:
    """What the actor sees, the default one first."""
    return await queries.collections(unit.db, owner_filter(unit.actor, "knowledge"), limit=limit, offset=offset)


async def sizes(unit: Unit, rows: Sequence[KnowledgeCollection]) -> Mapping[str, tuple[int, int]]:
    """How many documents and questions each has."""
    return await queries.sizes(unit.db, [row.id for row in rows])


async def find(unit: Unit, collection_id: str) -> KnowledgeCollection:
    """A collection that the actor sees. Raises NotFound."""
    found = await queries.collection(unit.db, collection_id)
    if found is None or not (found.owner_id is None or may_touch(unit.actor, "knowledge", found.owner_id, "view")):
        raise errors.no_such_collection()
    return found


async def find_to_change(unit: Unit, collection_id: str) -> KnowledgeCollection:
    """A collection that the actor may change: his own, or for an admin any. Raises NotFound."""
    found = await find(unit, collection_id)
    ensure_may_touch(unit.actor, "knowledge", found.owner_id)
    return found


async def create(unit: Unit, name: str, description: str = "") -> KnowledgeCollection:
    """A new collection: shared where the actor may change shared ones, else his own. Raises Invalid."""
    made = await faq.create_collection(unit, _name(name), owner_id=owner_of(unit))
    made.description = clean(description)
    await unit.db.flush()
    unit.record(CollectionChanged(made.id, "create", made.owner_id))
    return made


async def change(unit: Unit, collection_id: str, name: str | None, description: str | None) -> KnowledgeCollection:
    """Give it another name or description. Raises NotFound, Invalid."""
    found = await find_to_change(unit, collection_id)
    found.name = found.name if name is None else _name(name)
    found.description = found.description if description is None else clean(description)
    found.updated = unit.now()
    await unit.db.flush()
    unit.record(CollectionChanged(found.id, "update", found.owner_id))
    return found


async def remove(unit: Unit, collection_id: str) -> int:
    """Delete a collection with its FAQ. Its documents stay, and those in no other one are unused from now on: how many
    documents it had. Raises NotFound; Conflict for the default collection.
    """
    found = await find_to_change(unit, collection_id)
    if found.is_default:
        raise faults.default_stays()
    count = len(await queries.document_ids(unit.db, found.id))
    await queries.remove(unit.db, found.id)
    unit.record(CollectionChanged(found.id, "delete", found.owner_id))
    return count


async def chosen(unit: Unit, collection_ids: Sequence[str] | None) -> Sequence[str]:
    """Where a new document of the actor's goes: as he says, else into the default collection or his own.

    Raises NotFound for one that he may not change: what is in it is said by others' assistants.
    """
    if collection_ids is not None:
        return [(await find_to_change(unit, one)).id for one in dict.fromkeys(collection_ids)]
    owner_id = owner_of(unit)
    if owner_id is None:
        return [(await faq.default_collection(unit)).id]
    own = await queries.own_collection(unit.db, owner_id) or await create(unit, OWN_NAME)
    return [own.id]


def owner_of(unit: Unit) -> str | None:
    """To whom belongs what the actor makes: to all, where he may change what belongs to all."""
    return None if reach(unit.actor, "knowledge", "edit") is Scope.ALL else unit.actor.owner_id


def _name(given: str) -> str:
    name = " ".join(clean(given).split())
    if not name:
        raise Invalid("collection_name_empty", en="A collection needs a name.", ru="Коллекции нужно название.")
    return name
