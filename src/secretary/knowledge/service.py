"""Use cases of the FAQ: read it, change it, count its answers. A unit's actor sees shared collections and his own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from secretary.accounts.reach import reach
from secretary.accounts.rights import Scope
from secretary.kernel.inflection import fold
from secretary.kernel.text import clean
from secretary.kernel.unit import Actor, Unit
from secretary.knowledge import queries
from secretary.knowledge.events import FaqChanged, FaqExported
from secretary.knowledge.faq import errors
from secretary.knowledge.faq.rules import Content, question_key
from secretary.knowledge.models import FaqEntry, KnowledgeCollection
from secretary.knowledge.queries import Seen, Wanted

_NEXT_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the entries that were asked for, and how many there are in all."""

    entries: Sequence[FaqEntry]
    total: int


def seen_by(actor: Actor) -> Seen:
    """Admins and the system see every collection; others the shared ones and their own."""
    sees_all = actor.kind == "system" or reach(actor, "faq", "manage") is Scope.ALL
    return Seen(actor.id, sees_all)


async def list_entries(
    unit: Unit, *, search: str = "", collection_id: str | None = None, limit: int, offset: int
) -> Page:
    """The entries that hold every word of `search`, oldest first. Raises Invalid for text that cannot be searched."""
    if collection_id is not None:
        await find_collection(unit, collection_id)
    wanted = Wanted(seen_by(unit.actor), fold(clean(search)).split(), collection_id)
    found = await queries.entries(unit.db, wanted, limit=limit, offset=offset)
    return Page(found, await queries.entry_count(unit.db, wanted))


async def find_collection(unit: Unit, collection_id: str) -> KnowledgeCollection:
    """A collection that the actor sees. Raises NotFound."""
    found = await queries.collection(unit.db, clean(collection_id), seen_by(unit.actor))
    if found is None:
        raise errors.no_such_collection()
    return found


async def default_collection(unit: Unit) -> KnowledgeCollection:
    """The collection that belongs to everyone; made when there is none. Repeatable."""
    found = await queries.default_collection(unit.db)
    if found is None:
        made = new_collection(unit, "FAQ", is_default=True)
        found = made if await queries.store(unit.db, made) else await queries.default_collection(unit.db)
    if found is None:
        raise errors.no_such_collection()
    return found


async def create_collection(unit: Unit, name: str, *, owner_id: str | None = None) -> KnowledgeCollection:
    """A new, empty collection; without an owner it is shared."""
    made = new_collection(unit, clean(name), owner_id=owner_id)
    await queries.store(unit.db, made)
    return made


def new_collection(
    unit: Unit, name: str, *, owner_id: str | None = None, is_default: bool = False
) -> KnowledgeCollection:
    """The row of a collection, not stored yet."""
    now = unit.now()
    return KnowledgeCollection(
        id=unit.new_id(), name=name, description="", owner_id=owner_id, is_default=is_default, faq_version=1,
        created=now, updated=now,
    )  # fmt: skip


async def add_entry(unit: Unit, content: Content, collection_id: str | None = None) -> FaqEntry:
    """A new entry, in the default collection unless another is named. Raises Invalid, Conflict, NotFound."""
    checked = content.checked()
    chosen = default_collection(unit) if collection_id is None else find_collection(unit, collection_id)
    now = unit.now()
    entry = FaqEntry(id=unit.new_id(), collection_id=(await chosen).id, hit_count=0, created=now)
    _write(entry, checked, now)
    if not await queries.store(unit.db, entry):
        raise errors.question_taken()
    await _announce(unit, FaqChanged(entry.collection_id, entry.id, "added"))
    return entry


async def find_entry(unit: Unit, question: str, collection_id: str | None = None) -> FaqEntry:
    """The entry of that question, in any of its forms; the default collection comes first.

    Raises NotFound, and Conflict when only other collections have it, and several. In a writing unit the row is locked.
    """
    found = await queries.entries_asking(
        unit.db,
        Wanted(seen_by(unit.actor), collection_id=None if collection_id is None else clean(collection_id)),
        question=clean(question),
        key=question_key(question),
    )
    if not found:
        raise errors.no_such_entry()
    literal = [pair for pair in found if pair[0].question == question] or found
    preferred = [entry for entry, is_default in literal if is_default] or [entry for entry, _ in literal]
    if len({entry.collection_id for entry in preferred}) > 1:
        raise errors.ambiguous()
    return preferred[0]


async def find_entry_by_id(unit: Unit, entry_id: str) -> FaqEntry:
    """One entry of a collection that the actor sees. Raises NotFound."""
    found = await queries.entry(unit.db, entry_id, seen_by(unit.actor))
    if found is None:
        raise errors.no_such_entry()
    return found


async def change_entry(unit: Unit, entry: FaqEntry, content: Content, *, seen_version: datetime | None) -> FaqEntry:
    """Replace what its author wrote. Raises Invalid, and Conflict when it changed since `seen_version` (`updated`)."""
    if seen_version is not None and seen_version != entry.updated:
        raise errors.stale()
    checked, updated, before = content.checked(), max(unit.now(), entry.updated + _NEXT_MOMENT), content_of(entry)
    if not await queries.store(unit.db, entry, lambda: _write(entry, checked, updated)):
        raise errors.question_taken()
    await _announce(unit, FaqChanged(entry.collection_id, entry.id, "changed", checked.differs(before)))
    return entry


async def remove_entry(unit: Unit, entry: FaqEntry) -> None:
    """Remove an entry for good."""
    await unit.db.delete(entry)
    await unit.db.flush()
    await _announce(unit, FaqChanged(entry.collection_id, entry.id, "removed"))


async def reload(unit: Unit) -> int:
    """Make every process load anew what the actor sees; the number of entries."""
    seen = seen_by(unit.actor)
    for collection_id in await queries.seen_collection_ids(unit.db, seen):
        await _announce(unit, FaqChanged(collection_id, "", "reloaded"))
    return await queries.entry_count(unit.db, Wanted(seen))


def record_export(unit: Unit, target: Literal["download", "file"]) -> None:
    """Say that the entries leave the database."""
    unit.record(FaqExported(target))


async def record_hit(unit: Unit, entry_id: str) -> None:
    """Count one answer given by this entry; one statement. An entry that is gone is no error."""
    await queries.count_hit(unit.db, entry_id, unit.now())


def content_of(entry: FaqEntry) -> Content:
    """What the author of an entry wrote, to change a part of it."""
    return Content(entry.question, entry.answer, entry.phrasings, entry.keywords, entry.priority, entry.enabled)


def _write(entry: FaqEntry, content: Content, updated: datetime) -> None:
    entry.question, entry.question_key, entry.answer = content.question, content.key, content.answer
    entry.phrasings, entry.keywords = list(content.phrasings), list(content.keywords)
    entry.priority, entry.enabled = content.priority, content.enabled
    entry.search_text, entry.updated = content.search_text, updated


async def _announce(unit: Unit, change: FaqChanged) -> None:
    """For other processes by the version in the database, for this one by the event."""
    await queries.raise_version(unit.db, change.collection_id)
    unit.record(change)
