"""Every statement of the search. It reads the tables of documents and writes vectors only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, and_, delete, distinct, exists, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.kernel import upsert
from secretary.knowledge.models import Chunk, ChunkVector, Document, DocumentCollection, KnowledgeCollection
from secretary.knowledge.search.entry import Entry
from secretary.knowledge.search.ports import Passage

_PART = 400
"""Values of one IN: both engines take many more, but not any number."""


@dataclass(frozen=True, slots=True)
class Version:
    """How often the passages of a collection changed."""

    number: int
    is_default: bool


Stamp = tuple[int, str, datetime]
"""By what a changed document is known: version, title, last change."""


async def versions(db: AsyncSession) -> Mapping[str, Version]:
    """The version of every collection: a small select, asked each second."""
    columns = (KnowledgeCollection.id, KnowledgeCollection.documents_version, KnowledgeCollection.is_default)
    return {row_id: Version(number, is_default) for row_id, number, is_default in await db.execute(select(*columns))}


async def stamps(db: AsyncSession, collection_id: str) -> Mapping[str, Stamp]:
    """The documents of a collection."""
    columns = (Document.id, Document.version, Document.title, Document.updated)
    chosen = select(*columns).join(DocumentCollection).where(DocumentCollection.collection_id == collection_id)
    return {row_id: (version, title, updated) for row_id, version, title, updated in await db.execute(chosen)}


async def entries(db: AsyncSession, document_ids: Sequence[str]) -> Sequence[Entry]:
    """The passages of these documents (few hundred at most), in their order."""
    columns = (Chunk.id, Chunk.document_id, Document.title, Chunk.heading, Chunk.text)
    chosen = select(*columns).join(Document).where(Chunk.document_id.in_(document_ids))
    return [Entry(*row) for row in await db.execute(chosen.order_by(Chunk.document_id, Chunk.position))]


async def vectors(
    db: AsyncSession, collection_id: str, model: str, *, after_id: str, limit: int
) -> Sequence[Row[str, bytes]]:
    """What passages mean to a model, by passage id, the next of them."""
    chosen = (
        select(Chunk.id, ChunkVector.vector)
        .join(ChunkVector, and_(ChunkVector.text_hash == Chunk.text_hash, ChunkVector.model == model))
        .join(DocumentCollection, DocumentCollection.document_id == Chunk.document_id)
        .where(DocumentCollection.collection_id == collection_id, Chunk.id > after_id)
    )
    return (await db.execute(chosen.order_by(Chunk.id).limit(limit))).all()


async def vectors_of(db: AsyncSession, chunk_ids: Sequence[str], model: str) -> Sequence[Row[str, bytes]]:
    """What these passages mean to a model, where that is known."""
    found: list[Row[str, bytes]] = []
    for at in range(0, len(chunk_ids), _PART):
        chosen = select(Chunk.id, ChunkVector.vector).join(
            ChunkVector, and_(ChunkVector.text_hash == Chunk.text_hash, ChunkVector.model == model)
        )
        found += (await db.execute(chosen.where(Chunk.id.in_(chunk_ids[at : at + _PART])))).all()
    return found


async def known_to(db: AsyncSession, collection_id: str) -> Mapping[str, int]:
    """How many passages of a collection each model knows."""
    count = func.count(literal_column("1"))
    chosen = (
        select(ChunkVector.model, count)
        .join(Chunk, Chunk.text_hash == ChunkVector.text_hash)
        .join(DocumentCollection, DocumentCollection.document_id == Chunk.document_id)
        .where(DocumentCollection.collection_id == collection_id)
        .group_by(ChunkVector.model)
    )
    rows = (await db.execute(chosen)).all()
    return {row[0]: row[1] for row in rows}


async def unknown_to(db: AsyncSession, model: str, limit: int) -> Sequence[Row[str, str, str]]:
    """Passages without a vector of this model: hash, heading, text; each text once."""
    columns = (Chunk.text_hash, func.min(Chunk.heading), func.min(Chunk.text))
    has_vector = exists().where(ChunkVector.text_hash == Chunk.text_hash, ChunkVector.model == model)
    return (await db.execute(select(*columns).where(~has_vector).group_by(Chunk.text_hash).limit(limit))).all()


async def count_unknown_to(db: AsyncSession, model: str) -> int:
    """How many texts have no vector of this model."""
    has_vector = exists().where(ChunkVector.text_hash == Chunk.text_hash, ChunkVector.model == model)
    return (await db.scalar(select(func.count(distinct(Chunk.text_hash))).where(~has_vector))) or 0


async def count_texts(db: AsyncSession) -> int:
    """How many different texts there are."""
    return (await db.scalar(select(func.count(distinct(Chunk.text_hash))))) or 0


async def has_passages(db: AsyncSession) -> bool:
    """Is there anything to find?"""
    return (await db.scalar(select(Chunk.id).limit(1))) is not None


async def store_vectors(db: AsyncSession, model: str, found: Mapping[str, bytes]) -> None:
    """Keep what texts mean, by their hashes; those that are known, or are nowhere any more, are passed over."""
    still = set((await db.scalars(select(Chunk.text_hash).where(Chunk.text_hash.in_(found)))).all())
    rows = [{"text_hash": text_hash, "model": model, "vector": found[text_hash]} for text_hash in sorted(still)]
    if rows:
        into = upsert.insert(db.get_bind().dialect.name, ChunkVector)
        await db.execute(into.values(rows).on_conflict_do_nothing())


async def forget_other_vectors(db: AsyncSession, models: Sequence[str]) -> None:
    """Remove what models knew that nobody asks any more."""
    gone = delete(ChunkVector).where(ChunkVector.model.not_in(models))
    await db.execute(gone.execution_options(synchronize_session=False))


async def forget_vectors(db: AsyncSession, model: str) -> None:
    """Remove all that a model knew."""
    gone = delete(ChunkVector).where(ChunkVector.model == model)
    await db.execute(gone.execution_options(synchronize_session=False))


async def raise_versions(db: AsyncSession, hashes: Sequence[str]) -> None:
    """Tell every process that there is something new to know of these texts."""
    touched = (
        select(DocumentCollection.collection_id)
        .join(Chunk, Chunk.document_id == DocumentCollection.document_id)
        .where(Chunk.text_hash.in_(hashes))
    )
    await db.execute(
        update(KnowledgeCollection)
        .where(KnowledgeCollection.id.in_(touched))
        .values(documents_version=KnowledgeCollection.documents_version + 1)
        .execution_options(synchronize_session=False)
    )


async def passages(db: AsyncSession, chunk_ids: Sequence[str]) -> Mapping[str, Passage]:
    """Passages by their ids, with a score of 0; those that are gone are left out."""
    of_document = (Document.filename, Document.title, Document.source_url, Document.updated)
    columns = (Chunk.id, Chunk.document_id, Chunk.heading, Chunk.text, *of_document)
    rows = await db.execute(select(*columns).join(Document).where(Chunk.id.in_(chunk_ids)))
    return {
        row[0]: Passage(
            chunk_id=row[0], document_id=row[1], heading=row[2], text=row[3],
            filename=row[4], title=row[5], source_url=row[6], updated=row[7], score=0.0,
        )
        for row in rows
    }  # fmt: skip
