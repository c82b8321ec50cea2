"""The knowledge as it would be with one document changed: copied into a sandbox, vectors and all. It asks nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from secretary.accounts.reach import ensure_may_touch
from secretary.kernel.unit import Unit, UnitFactory
from secretary.knowledge.documents import queries as documents
from secretary.knowledge.documents import service, storing
from secretary.knowledge.documents.collections import service as collections
from secretary.knowledge.documents.collections.queries import own_collection
from secretary.knowledge.documents.names import safe_name, title_of
from secretary.knowledge.documents.passages import Text, prepare
from secretary.knowledge.models import SourceType
from secretary.knowledge.regression.ports import Sandbox
from secretary.knowledge.regression.rehearsal import queries

_EMBEDDED_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class DraftDocument:
    """A document as it would be: with an id in place of that one, else a new one, in these collections."""

    filename: str
    content: str
    id: str | None = None
    collection_ids: Sequence[str] | None = None


async def checked(unit: Unit, draft: DraftDocument) -> DraftDocument:
    """The same, with the collections that it belongs to. Raises NotFound for what the actor may not change, Invalid."""
    if draft.id is not None:
        found = await service.find(unit, draft.id)
        ensure_may_touch(unit.actor, "knowledge", found.owner_id)
        belongs = (await documents.collections_of(unit.db, [found.id]))[found.id]
        return DraftDocument(safe_name(draft.filename), draft.content, found.id, belongs)
    return DraftDocument(safe_name(draft.filename), draft.content, None, await _belongs(unit, draft))


async def _belongs(unit: Unit, draft: DraftDocument) -> Sequence[str]:
    """Where a new document would go: as it says, else where the actor's new ones do."""
    if draft.collection_ids is not None:
        return [(await collections.find_to_change(unit, one)).id for one in dict.fromkeys(draft.collection_ids)]
    owner_id = collections.owner_of(unit)
    if owner_id is None:
        return await named(unit, [None])
    own = await own_collection(unit.db, owner_id)
    return [own.id] if own else []


async def named(unit: Unit, collection_ids: Sequence[str | None]) -> Sequence[str]:
    """Their ids; None is the default one."""
    default = await queries.default_collection_id(unit.db) if None in collection_ids else None
    return [one for one in {*collection_ids, default} if one is not None]


async def furnish(live: UnitFactory, sandbox: Sandbox, collection_ids: Sequence[str], draft: DraftDocument) -> None:
    """Copy these collections, change the document there, and index it. Raises Invalid for a draft of nothing,
    Upstream where the embedding model is away.
    """
    text = await prepare(title_of(draft.filename), draft.content)
    service.ensure_says_something(text)
    async with live.read() as source, sandbox.units.write() as target:
        await queries.copy(source.db, target.db, collection_ids)
    async with sandbox.units.write() as unit:
        await _change(unit, text, draft, collection_ids)
    while await sandbox.search.embed_missing(_EMBEDDED_AT_ONCE):
        pass


async def _change(unit: Unit, text: Text, draft: DraftDocument, collection_ids: Sequence[str]) -> None:
    row = await documents.document(unit.db, draft.id, lock=True) if draft.id is not None else None
    if row is None:
        belongs = draft.collection_ids or ()
        row = storing.new_document(unit, draft.filename, SourceType.MANUAL, None)
        row.id = draft.id or row.id
        row.filename = row.id  # names are unique, and this one is nobody's business
        await documents.store(unit.db, row)
        await documents.set_collections(unit.db, row.id, [one for one in belongs if one in collection_ids])
    await storing.store_text(unit, row, text, None)
