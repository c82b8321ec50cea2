"""`/admin/knowledge/collections`: bodies of knowledge, each with documents and a FAQ."""

from fastapi import APIRouter

from secretary.kernel.unit import Unit
from secretary.knowledge.documents.api.collection_schemas import (
    CollectionAnswer,
    CollectionChangeIn,
    CollectionIn,
    CollectionOut,
    CollectionsOut,
)
from secretary.knowledge.documents.api.deps import Limit, MayEdit, MaySee, Offset
from secretary.knowledge.documents.api.schemas import DeletedOut
from secretary.knowledge.documents.collections import service
from secretary.knowledge.models import KnowledgeCollection
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/knowledge/collections", tags=["knowledge"])


@router.get("")
async def list_collections(unit: UnitDep, _who: MaySee, limit: Limit = 100, offset: Offset = 0) -> CollectionsOut:
    """Collections, the default one first, with how much is in each."""
    rows, total = await service.list_collections(unit, limit=limit, offset=offset)
    sizes = await service.sizes(unit, rows)
    return CollectionsOut(collections=[CollectionOut.of(row, sizes[row.id]) for row in rows], total=total)


@router.post("", status_code=201)
async def create_collection(unit: UnitDep, _who: MayEdit, body: CollectionIn) -> CollectionAnswer:
    """A new collection: shared when an admin makes it, else the caller's own."""
    return await _answer(unit, await service.create(unit, body.name, body.description))


@router.get("/{collection_id}")
async def read_collection(unit: UnitDep, _who: MaySee, collection_id: str) -> CollectionAnswer:
    """One collection."""
    return await _answer(unit, await service.find(unit, collection_id))


@router.put("/{collection_id}")
async def change_collection(
    unit: UnitDep, _who: MayEdit, collection_id: str, body: CollectionChangeIn
) -> CollectionAnswer:
    """Give a collection another name or description."""
    return await _answer(unit, await service.change(unit, collection_id, body.name, body.description))


@router.delete("/{collection_id}")
async def delete_collection(unit: UnitDep, _who: MayEdit, collection_id: str) -> DeletedOut:
    """Delete a collection with its FAQ. Its documents stay; those in no other collection are unused from now on."""
    return DeletedOut(deleted=collection_id, documents_kept=await service.remove(unit, collection_id))


async def _answer(unit: Unit, row: KnowledgeCollection) -> CollectionAnswer:
    sizes = await service.sizes(unit, [row])
    return CollectionAnswer(collection=CollectionOut.of(row, sizes[row.id]))
