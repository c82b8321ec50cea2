"""Copies what is searched from one database into another: the statements of rehearsals."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.knowledge.models import Chunk, ChunkVector, Document, DocumentCollection, KnowledgeCollection

_AT_ONCE = 200
_COLLECTION = ("id", "name", "description", "is_default", "faq_version", "documents_version", "created", "updated")
_DOCUMENT = (
    "id", "title", "source_type", "source_url", "state", "fault", "language", "content", "content_hash", "source_hash",
    "search_text", "version", "file_size_bytes", "section_count", "created", "updated",
)  # fmt: skip
_CHUNK = ("id", "document_id", "position", "heading", "text", "begins", "ends", "text_hash")
_VECTOR = ("text_hash", "model", "vector")


async def default_collection_id(db: AsyncSession) -> str | None:
    """The collection that belongs to everyone."""
    found = select(KnowledgeCollection.id).where(KnowledgeCollection.is_default)
    return (await db.execute(found)).scalar_one_or_none()


async def copy(source: AsyncSession, target: AsyncSession, collection_ids: Sequence[str]) -> None:
    """These collections with their documents, passages and vectors; owners and other names of files are left out."""
    belongs = select(DocumentCollection.document_id).where(DocumentCollection.collection_id.in_(collection_ids))
    wanted = select(Document.id).where(Document.id.in_(belongs), Document.version > 0)
    await _copied(source, target, KnowledgeCollection, _COLLECTION, KnowledgeCollection.id.in_(collection_ids))
    ids = list((await source.scalars(wanted.order_by(Document.id))).all())
    for begin in range(0, len(ids), _AT_ONCE):
        part = ids[begin : begin + _AT_ONCE]
        await _copied(source, target, Document, _DOCUMENT, Document.id.in_(part), filename="id")
        await _copied(source, target, Chunk, _CHUNK, Chunk.document_id.in_(part))
        links = (DocumentCollection.document_id.in_(part), DocumentCollection.collection_id.in_(collection_ids))
        await _copied(source, target, DocumentCollection, ("document_id", "collection_id"), *links)
    await _copy_vectors(source, target)


async def _copy_vectors(source: AsyncSession, target: AsyncSession) -> None:
    hashes = list((await target.scalars(select(Chunk.text_hash).distinct().order_by(Chunk.text_hash))).all())
    for begin in range(0, len(hashes), _AT_ONCE):
        part = hashes[begin : begin + _AT_ONCE]
        await _copied(source, target, ChunkVector, _VECTOR, ChunkVector.text_hash.in_(part))


async def _copied(
    source: AsyncSession, target: AsyncSession, table: Any, columns: Sequence[str], *wanted: Any, **renamed: str
) -> None:
    chosen: Select[Any] = select(*(getattr(table, name) for name in columns)).where(*wanted)
    found = [dict(zip(columns, row, strict=True)) for row in await source.execute(chosen)]
    rows = [row | {name: row[other] for name, other in renamed.items()} for row in found]
    if rows:
        await target.execute(insert(table), rows)
