"""Vectors where PostgreSQL can compare them. The table is made when pgvector is there, which no migration can know."""

from collections.abc import Sequence

from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

OLDEST = (0, 8)
"""The first pgvector that goes on looking where the nearest vectors belong to other collections."""
Vector = Row[str, bytes]
"""A text's hash, and what it means: 32-bit floats, little-endian."""
_LOCK = 7_215_010
_MOST_DIMENSIONS = 16_000
_TABLE = """
CREATE TABLE IF NOT EXISTS search_vectors (
    text_hash varchar(64) NOT NULL, model varchar(200) NOT NULL, dimensions int NOT NULL, meaning halfvec NOT NULL,
    PRIMARY KEY (text_hash, model),
    FOREIGN KEY (text_hash, model) REFERENCES chunk_vectors (text_hash, model) ON DELETE CASCADE
)
"""
_UNCOPIED = """
SELECT c.text_hash, c.vector FROM chunk_vectors c
WHERE c.model = :model AND length(c.vector) BETWEEN 4 AND :most_bytes AND NOT EXISTS (
    SELECT FROM search_vectors s WHERE s.text_hash = c.text_hash AND s.model = c.model
) LIMIT :limit
"""
_COPY = """
INSERT INTO search_vectors (text_hash, model, dimensions, meaning)
SELECT c.text_hash, c.model, n.dimensions, CAST(n.meaning AS halfvec)
FROM unnest(CAST(:hashes AS text[]), CAST(:sizes AS int[]), CAST(:meanings AS text[]))
    n (text_hash, dimensions, meaning)
JOIN chunk_vectors c ON c.text_hash = n.text_hash AND c.model = :model
FOR KEY SHARE OF c SKIP LOCKED
ON CONFLICT DO NOTHING
"""
# By their hashes, which is by chance; the first of them in their own order, whatever there is beside them.
_SAMPLE = """
SELECT c.vector FROM (
    SELECT DISTINCT p.text_hash FROM search_passages p JOIN search_vectors v ON v.text_hash = p.text_hash
    WHERE p.collection_id = :collection_id AND v.model = :model AND v.dimensions = :dimensions
    ORDER BY p.text_hash LIMIT :limit
) f JOIN chunk_vectors c ON c.text_hash = f.text_hash AND c.model = :model
"""


async def version(db: AsyncSession) -> str | None:
    """Of pgvector in this database; None where it is not installed."""
    found: str | None = await db.scalar(text("SELECT extversion FROM pg_extension WHERE extname = 'vector'"))
    return found


async def install(db: AsyncSession) -> bool:
    """Install pgvector, where the server has it and this user may. Was it possible?"""
    await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if await db.scalar(text("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'")) is None:
        return False
    try:
        async with db.begin_nested():
            await db.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
    except DBAPIError:  # not his to install
        return False
    return True


async def make_table(db: AsyncSession) -> None:
    """Make the table of vectors, unless it is there. pgvector must be installed."""
    if await db.scalar(text("SELECT to_regclass('search_vectors')")) is None:
        await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        await db.execute(text(_TABLE))


async def uncopied(db: AsyncSession, model: str, limit: int) -> Sequence[Vector]:
    """Vectors that are not in the table yet."""
    values = {"model": model, "limit": limit, "most_bytes": 4 * _MOST_DIMENSIONS}
    return (await db.execute(text(_UNCOPIED), values)).all()


async def copy(db: AsyncSession, model: str, rows: Sequence[tuple[str, int, str]]) -> None:
    """Store vectors: hash, dimensions, and the numbers in brackets. What was forgotten meanwhile is passed over."""
    hashes, sizes, meanings = (list(column) for column in zip(*rows, strict=True))
    await db.execute(text(_COPY), {"model": model, "hashes": hashes, "sizes": sizes, "meanings": meanings})


async def known(db: AsyncSession) -> Sequence[Row[str, int, int]]:
    """Whose vectors there are: model, dimensions, and how many texts it knows."""
    return (
        await db.execute(text("SELECT model, dimensions, count(*) FROM search_vectors GROUP BY model, dimensions"))
    ).all()


async def known_to(db: AsyncSession, collection_id: str) -> Sequence[Row[str, int, int]]:
    """The same of the passages of a collection; of one model the size comes first that most of its vectors have."""
    asked = """
    SELECT v.model, v.dimensions, count(*) FROM search_passages p JOIN search_vectors v ON v.text_hash = p.text_hash
    WHERE p.collection_id = :collection_id GROUP BY v.model, v.dimensions ORDER BY 3 DESC, 1, 2
    """
    return (await db.execute(text(asked), {"collection_id": collection_id})).all()


async def make_index(db: AsyncSession, name: str, model: str, size: int) -> None:
    """Make the index of a model's vectors. `name` must be plain."""
    quoted = model.replace("'", "''").replace(":", "\\:")
    await db.execute(text("SELECT set_config('maintenance_work_mem', '256MB', true)"))
    await db.execute(
        text(
            f"CREATE INDEX IF NOT EXISTS {name} ON search_vectors "
            f"USING hnsw ((meaning::halfvec({size})) halfvec_ip_ops) WHERE model = '{quoted}' AND dimensions = {size}"
        )
    )


async def indexes(db: AsyncSession, prefix: str) -> Sequence[str]:
    """The names of the indexes of vectors that begin so."""
    asked = text(
        "SELECT indexname FROM pg_indexes WHERE tablename = 'search_vectors' AND starts_with(indexname, :prefix)"
    )
    return (await db.scalars(asked, {"prefix": prefix})).all()


async def drop_index(db: AsyncSession, name: str) -> None:
    """Drop an index, by its plain name."""
    await db.execute(text(f"DROP INDEX IF EXISTS {name}"))


async def sample(db: AsyncSession, collection_id: str, model: str, dimensions: int, limit: int) -> Sequence[bytes]:
    """Some vectors of a collection's passages, the same each time."""
    values = {"collection_id": collection_id, "model": model, "dimensions": dimensions, "limit": limit}
    return (await db.scalars(text(_SAMPLE), values)).all()


async def lacking(db: AsyncSession, collection_id: str, model: str, dimensions: int) -> int:
    """How many passages of a collection have no such vector."""
    asked = """
    SELECT count(*) FROM search_passages p WHERE p.collection_id = :collection_id AND NOT EXISTS (
        SELECT FROM search_vectors v WHERE v.text_hash = p.text_hash AND v.model = :model AND v.dimensions = :dimensions
    )
    """
    values = {"collection_id": collection_id, "model": model, "dimensions": dimensions}
    return (await db.scalar(text(asked), values)) or 0


async def has_vector(db: AsyncSession, text_hash: str, model: str, dimensions: int) -> bool:
    """Has this text such a vector?"""
    asked = """
    SELECT 1 FROM search_vectors WHERE text_hash = :text_hash AND model = :model AND dimensions = :dimensions
    """
    values = {"text_hash": text_hash, "model": model, "dimensions": dimensions}
    return await db.scalar(text(asked), values) is not None
