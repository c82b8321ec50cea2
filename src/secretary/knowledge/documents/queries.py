"""Every statement of documents, their versions and passages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from secretary.kernel.config import SystemConfig
from secretary.knowledge.models import (
    Chunk,
    ChunkVector,
    Document,
    DocumentCollection,
    DocumentState,
    DocumentVersion,
    SourceType,
)

_AT_ONCE = 500
_UNFINISHED = (DocumentState.WAITING, DocumentState.READING)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which documents: of an owner, in a state, from a source, of a collection, with all of the folded `words`.

    None is any; `collection_id` empty is those that belong to no collection.
    """

    owner_id: str | None = None
    state: DocumentState | None = None
    source: SourceType | None = None
    collection_id: str | None = None
    words: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Watched:
    """A document of the watched folder, and the hash of the file it was read from."""

    id: str
    filename: str
    source_hash: str


async def document(db: AsyncSession, document_id: str, *, lock: bool = False) -> Document | None:
    """One document with its text; locked, it is as it is now, until the unit ends."""
    statement = select(Document).where(Document.id == document_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(statement)).one_or_none()


async def chunks(db: AsyncSession, document_id: str, *, limit: int, offset: int) -> tuple[Sequence[Chunk], int]:
    """A page of a document's passages, in the order of its text, and how many there are."""
    own = select(Chunk).where(Chunk.document_id == document_id)
    total = await db.scalar(select(func.count()).select_from(own.subquery()))
    rows = await db.scalars(own.order_by(Chunk.position).limit(limit).offset(offset))
    return rows.all(), total or 0


async def by_name(db: AsyncSession, owner_id: str | None, filename: str) -> Document | None:
    """The document of this name that this owner has, locked."""
    owner = Document.owner_id.is_(None) if owner_id is None else Document.owner_id == owner_id
    statement = select(Document).where(owner, Document.filename == filename).with_for_update()
    return (await db.scalars(statement.execution_options(populate_existing=True))).one_or_none()


async def store(db: AsyncSession, row: Document) -> bool:
    """Store a new document; False when its name is taken, perhaps just now. The unit stays usable."""
    try:
        async with db.begin_nested():
            db.add(row)
    except IntegrityError:
        return False
    return True


async def documents(db: AsyncSession, wanted: Wanted, *, limit: int, offset: int) -> tuple[Sequence[Document], int]:
    """A page of documents without their texts, latest first, and how many there are in all."""
    chosen = _are(wanted)
    statement = select(Document).options(defer(Document.content, raiseload=True)).where(chosen)
    ordered = statement.order_by(Document.created.desc(), Document.id.desc()).limit(limit).offset(offset)
    total = (await db.execute(select(func.count(Document.id)).where(chosen))).scalar_one()
    return (await db.scalars(ordered)).all(), total


async def watched(db: AsyncSession) -> Sequence[Watched]:
    """The documents of the watched folder."""
    columns = (Document.id, Document.filename, Document.source_hash)
    rows = await db.execute(select(*columns).where(Document.source_type == SourceType.WIKI).order_by(Document.filename))
    return [Watched(*row) for row in rows]


async def watched_count(db: AsyncSession) -> int:
    counted = select(func.count(Document.id)).where(Document.source_type == SourceType.WIKI)
    return (await db.execute(counted)).scalar_one()


async def unfinished_ids(db: AsyncSession) -> Sequence[str]:
    """Documents that wait or are being read."""
    return (await db.scalars(select(Document.id).where(Document.state.in_(_UNFINISHED)))).all()


async def file_names(db: AsyncSession, owner_id: str | None, limit: int) -> Sequence[str]:
    """Names of documents that can be searched, as far as this owner (None: anybody's) may know."""
    chosen = and_(Document.version > 0, _are(Wanted(owner_id=owner_id)))
    return (await db.scalars(select(Document.filename).where(chosen).order_by(Document.filename).limit(limit))).all()


async def has_twin(db: AsyncSession, new: Document, content_hash: str, url_prefix: str) -> bool:
    """Is the same text there already, from another address of the same site and of the same owner?"""
    owner = Document.owner_id.is_(None) if new.owner_id is None else Document.owner_id == new.owner_id
    same = and_(
        owner,
        Document.content_hash == content_hash,
        Document.id != new.id,
        Document.source_type == SourceType.URL,
        Document.source_url.startswith(url_prefix, autoescape=True),
    )
    return bool((await db.execute(select(exists().where(same)))).scalar_one())


async def page(db: AsyncSession, owner_id: str | None, url: str, *, lock: bool = False) -> Document | None:
    """The document that this owner has of an address."""
    owner = Document.owner_id.is_(None) if owner_id is None else Document.owner_id == owner_id
    statement = select(Document).where(owner, Document.source_type == SourceType.URL, Document.source_url == url)
    statement = statement.order_by(Document.created).limit(1)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(statement)).one_or_none()


async def configured(db: AsyncSession, prefix: str) -> Sequence[Mapping[str, Any]]:
    """What is set under keys that begin like this."""
    wanted = select(SystemConfig.value).where(SystemConfig.key.startswith(prefix, autoescape=True))
    return (await db.scalars(wanted.order_by(SystemConfig.key))).all()


async def replace_chunks(db: AsyncSession, document_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Let a document consist of these passages; vectors of texts that are nowhere any more are forgotten."""
    before = set((await db.scalars(select(Chunk.text_hash).where(Chunk.document_id == document_id))).all())
    await db.execute(_quiet(delete(Chunk).where(Chunk.document_id == document_id)))
    for part in _parts(list(rows)):
        await db.execute(insert(Chunk), part)
    await _forget_vectors(db, sorted(before - {row["text_hash"] for row in rows}))


async def remove(db: AsyncSession, document_id: str) -> None:
    """Remove a document with everything that was made of it."""
    await replace_chunks(db, document_id, ())
    await db.execute(_quiet(delete(Document).where(Document.id == document_id)))


async def versions(
    db: AsyncSession, document_id: str, *, limit: int, offset: int
) -> tuple[Sequence[DocumentVersion], int]:
    """A page of versions without their texts, latest first, and how many there are in all."""
    mine = DocumentVersion.document_id == document_id
    statement = select(DocumentVersion).options(defer(DocumentVersion.content, raiseload=True)).where(mine)
    ordered = statement.order_by(DocumentVersion.number.desc()).limit(limit).offset(offset)
    total = (await db.execute(select(func.count()).select_from(DocumentVersion).where(mine))).scalar_one()
    return (await db.scalars(ordered)).all(), total


async def version(db: AsyncSession, document_id: str, number: int) -> DocumentVersion | None:
    return await db.get(DocumentVersion, (document_id, number))


async def collections_of(db: AsyncSession, document_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The collections of each document."""
    found: dict[str, list[str]] = {document_id: [] for document_id in document_ids}
    columns = (DocumentCollection.document_id, DocumentCollection.collection_id)
    for part in _parts(list(document_ids)):
        chosen = select(*columns).where(DocumentCollection.document_id.in_(part)).order_by(columns[1])
        for document_id, collection_id in await db.execute(chosen):
            found[document_id].append(collection_id)
    return found


async def set_collections(db: AsyncSession, document_id: str, collection_ids: Sequence[str]) -> None:
    """Let a document belong to these collections only."""
    await db.execute(_quiet(delete(DocumentCollection).where(DocumentCollection.document_id == document_id)))
    rows = [{"document_id": document_id, "collection_id": one} for one in dict.fromkeys(collection_ids)]
    if rows:
        await db.execute(insert(DocumentCollection), rows)


async def _forget_vectors(db: AsyncSession, hashes: Sequence[str]) -> None:
    is_used = exists().where(Chunk.text_hash == ChunkVector.text_hash)
    for part in _parts(list(hashes)):
        await db.execute(_quiet(delete(ChunkVector).where(ChunkVector.text_hash.in_(part), ~is_used)))


def _are(wanted: Wanted) -> ColumnElement[bool]:
    chosen: list[ColumnElement[bool]] = [true()]
    chosen += [Document.search_text.contains(word, autoescape=True) for word in wanted.words]
    if wanted.owner_id is not None:
        chosen.append(Document.owner_id == wanted.owner_id)
    if wanted.state is not None:
        chosen.append(Document.state == wanted.state)
    if wanted.source is not None:
        chosen.append(Document.source_type == wanted.source)
    if wanted.collection_id is not None:
        chosen.append(_is_in(wanted.collection_id))
    return and_(*chosen)


def _is_in(collection_id: str) -> ColumnElement[bool]:
    belongs = DocumentCollection.document_id == Document.id
    if not collection_id:
        return ~exists().where(belongs)
    return exists().where(belongs, DocumentCollection.collection_id == collection_id)


def _parts(rows: list[Any]) -> Iterator[list[Any]]:
    for begin in range(0, len(rows), _AT_ONCE):
        yield rows[begin : begin + _AT_ONCE]


def _quiet(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)
