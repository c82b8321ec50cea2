"""Bringing the tables of the search up to what the documents say, and what these tables hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

Stamp = Row[str, int, datetime]
"""Of which version a document's passages are: its id, version, and last change."""

_STALE = """
SELECT d.id, d.version, d.updated FROM document_collections c JOIN knowledge_documents d ON d.id = c.document_id
LEFT JOIN search_documents s ON s.collection_id = c.collection_id AND s.document_id = c.document_id
WHERE c.collection_id = :collection_id AND (s.version, s.updated) IS DISTINCT FROM (d.version, d.updated)
ORDER BY d.id LIMIT :limit
"""
_GONE = """
SELECT s.document_id FROM search_documents s WHERE s.collection_id = :collection_id AND NOT EXISTS (
    SELECT FROM document_collections c WHERE c.collection_id = s.collection_id AND c.document_id = s.document_id
) LIMIT :limit
"""
# A passage that somebody is removing just now is passed over: waiting for him could mean waiting for each other.
_ADD = """
INSERT INTO search_passages (chunk_id, collection_id, document_id, text_hash, length, words)
SELECT c.id, :collection_id, c.document_id, c.text_hash, n.length, CAST(n.words AS tsvector)
FROM unnest(CAST(:chunk_ids AS text[]), CAST(:lengths AS int[]), CAST(:words AS text[])) n (id, length, words)
JOIN document_chunks c ON c.id = n.id
FOR KEY SHARE OF c SKIP LOCKED
RETURNING document_id
"""
_STAMP = """
INSERT INTO search_documents (collection_id, document_id, version, updated)
SELECT :collection_id, * FROM unnest(
    CAST(:ids AS text[]), CAST(:versions AS int[]), CAST(:updated AS timestamptz[])
)
ON CONFLICT (collection_id, document_id) DO UPDATE SET version = excluded.version, updated = excluded.updated
"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A passage as its row: how many terms it has, and the tsvector of them, written out."""

    chunk_id: str
    document_id: str
    length: int
    words: str


async def stale(db: AsyncSession, collection_id: str, limit: int) -> Sequence[Stamp]:
    """Documents whose passages here are not those of their latest version: id, version, last change."""
    return (await db.execute(text(_STALE), {"collection_id": collection_id, "limit": limit})).all()


async def gone(db: AsyncSession, collection_id: str, limit: int) -> Sequence[str]:
    """Documents that are here and not in the collection any more."""
    return (await db.scalars(text(_GONE), {"collection_id": collection_id, "limit": limit})).all()


async def lock(db: AsyncSession, collection_id: str) -> None:
    """Let nobody else change this collection's rows until the unit ends. Its row is made where there is none."""
    value = {"collection_id": collection_id}
    made = "INSERT INTO search_collections (collection_id) VALUES (:collection_id) ON CONFLICT DO NOTHING"
    await db.execute(text(made), value)
    await db.execute(text("SELECT FROM search_collections WHERE collection_id = :collection_id FOR UPDATE"), value)


async def remove(db: AsyncSession, collection_id: str, document_ids: Sequence[str]) -> None:
    """Forget what these documents say here."""
    for table in ("search_passages", "search_documents"):
        await db.execute(
            text(f"DELETE FROM {table} WHERE collection_id = :collection_id AND document_id = ANY(:ids)"),  # noqa: S608
            {"collection_id": collection_id, "ids": list(document_ids)},
        )


async def add(db: AsyncSession, collection_id: str, rows: Sequence[Prepared]) -> Sequence[str]:
    """Store passages; of which documents they are, for each that was stored. One that is gone is passed over."""
    values = {
        "collection_id": collection_id,
        "chunk_ids": [row.chunk_id for row in rows],
        "lengths": [row.length for row in rows],
        "words": [row.words for row in rows],
    }
    return (await db.scalars(text(_ADD), values)).all()


async def stamp(db: AsyncSession, collection_id: str, documents: Sequence[Stamp]) -> None:
    """Remember of which version the passages of these documents are."""
    ids, versions, updated = (list(column) for column in zip(*documents, strict=True))
    values = {"collection_id": collection_id, "ids": ids, "versions": versions, "updated": updated}
    await db.execute(text(_STAMP), values)


async def totals(db: AsyncSession, collection_id: str) -> tuple[int, int]:
    """How many passages a collection has, and how many terms they have together."""
    asked = text("SELECT passages, length FROM search_collections WHERE collection_id = :collection_id")
    row = (await db.execute(asked, {"collection_id": collection_id})).one_or_none()
    return (row[0], row[1]) if row else (0, 0)


async def diversity(db: AsyncSession, collection_id: str) -> tuple[int, int]:
    """How many documents have passages here, and how many different terms there are."""
    asked = """
    SELECT (SELECT count(DISTINCT document_id) FROM search_passages WHERE collection_id = :collection_id),
        (SELECT count(*) FROM search_terms WHERE collection_id = :collection_id)
    """
    row = (await db.execute(text(asked), {"collection_id": collection_id})).one()
    return row[0], row[1]


async def passage_at(db: AsyncSession, collection_id: str, number: int) -> tuple[str, str] | None:
    """The passage of that number, counted from 0, and the hash of its text."""
    asked = """
    SELECT chunk_id, text_hash FROM search_passages WHERE collection_id = :collection_id
    ORDER BY document_id, chunk_id OFFSET :number LIMIT 1
    """
    row = (await db.execute(text(asked), {"collection_id": collection_id, "number": number})).one_or_none()
    return (row[0], row[1]) if row else None
