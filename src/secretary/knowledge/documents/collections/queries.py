"""Every statement about collections and what belongs to them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.kernel.text import clean
from secretary.knowledge.models import DocumentCollection, FaqEntry, KnowledgeCollection


async def collection(db: AsyncSession, collection_id: str) -> KnowledgeCollection | None:
    """One collection."""
    return await db.get(KnowledgeCollection, clean(collection_id))


async def collections(
    db: AsyncSession, owner_id: str | None, *, limit: int, offset: int
) -> tuple[Sequence[KnowledgeCollection], int]:
    """A page of an owner's (None: all) and the shared collections, the default one first, and how many there are."""
    mine: Any = true()
    if owner_id is not None:
        mine = or_(KnowledgeCollection.owner_id == owner_id, KnowledgeCollection.owner_id.is_(None))
    order = (KnowledgeCollection.is_default.desc(), KnowledgeCollection.created, KnowledgeCollection.id)
    rows = await db.scalars(select(KnowledgeCollection).where(mine).order_by(*order).limit(limit).offset(offset))
    total = (await db.execute(select(func.count(KnowledgeCollection.id)).where(mine))).scalar_one()
    return rows.all(), total


async def own_collection(db: AsyncSession, owner_id: str) -> KnowledgeCollection | None:
    """The first collection of an owner."""
    mine = select(KnowledgeCollection).where(KnowledgeCollection.owner_id == owner_id)
    return (await db.scalars(mine.order_by(KnowledgeCollection.created, KnowledgeCollection.id).limit(1))).one_or_none()


async def sizes(db: AsyncSession, collection_ids: Sequence[str]) -> Mapping[str, tuple[int, int]]:
    """How many documents and how many questions are in each."""
    documents = await _counted(db, DocumentCollection.collection_id, collection_ids)
    questions = await _counted(db, FaqEntry.collection_id, collection_ids)
    return {one: (documents.get(one, 0), questions.get(one, 0)) for one in collection_ids}


async def document_ids(db: AsyncSession, collection_id: str) -> Sequence[str]:
    """The documents of a collection."""
    mine = DocumentCollection.collection_id == collection_id
    return (await db.scalars(select(DocumentCollection.document_id).where(mine))).all()


async def remove(db: AsyncSession, collection_id: str) -> None:
    """Remove a collection with its FAQ; its documents only lose it."""
    gone = delete(KnowledgeCollection).where(and_(KnowledgeCollection.id == collection_id))
    await db.execute(gone.execution_options(synchronize_session=False))


async def raise_versions(db: AsyncSession, collection_ids: Sequence[str]) -> None:
    """Tell every process to load the passages of these collections anew. In one order, so that nobody waits twice."""
    for one in sorted(set(collection_ids)):
        await db.execute(
            update(KnowledgeCollection)
            .where(KnowledgeCollection.id == one)
            .values(documents_version=KnowledgeCollection.documents_version + 1)
            .execution_options(synchronize_session=False)
        )


async def _counted(db: AsyncSession, column: Any, ids: Sequence[str]) -> dict[str, int]:
    rows = await db.execute(select(column, func.count()).where(column.in_(ids)).group_by(column))
    return {str(one): count for one, count in rows}
