"""Every statement (of SQL) about what documents state and where they contradict each other."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, defer

from secretary.kernel import upsert
from secretary.knowledge.contradictions.models import Compared, Contradiction, Statement
from secretary.knowledge.contradictions.shapes import Said, State
from secretary.knowledge.contradictions.statements import Passage
from secretary.knowledge.models import Chunk, Document, DocumentCollection

_AT_ONCE = 500
First, Second = aliased(Document), aliased(Document)


@dataclass(frozen=True, slots=True)
class Whole:
    """A document to be compared: its title, its passages, and by what one sees that it has changed since."""

    id: str
    title: str
    owner_id: str | None
    passages: Sequence[Passage]


async def stamps(db: AsyncSession) -> Mapping[str, str]:
    """Of every document that says something: version, title and collections, in one text."""
    belongs: defaultdict[str, list[str]] = defaultdict(list)
    rows = await db.execute(select(DocumentCollection.document_id, DocumentCollection.collection_id))
    for document_id, collection_id in rows:
        belongs[document_id].append(collection_id)
    columns = (Document.id, Document.version, Document.title)
    return {
        document_id: "\n".join((str(version), title, *sorted(belongs[document_id])))
        for document_id, version, title in await db.execute(select(*columns).where(Document.version > 0))
    }


async def compared(db: AsyncSession) -> Mapping[str, str]:
    """As what each document was compared last."""
    return {row[0]: row[1] for row in await db.execute(select(Compared.document_id, Compared.stamp))}


async def whole(db: AsyncSession, document_id: str) -> Whole | None:
    """A document with its passages, in their order."""
    of_document = select(Document.title, Document.owner_id).where(Document.id == document_id)
    found = (await db.execute(of_document)).one_or_none()
    if found is None:
        return None
    its = select(Chunk.id, Chunk.heading, Chunk.text).where(Chunk.document_id == document_id)
    rows = await db.execute(its.order_by(Chunk.position))
    return Whole(document_id, found[0], found[1], [Passage(*row) for row in rows])


async def replace_statements(db: AsyncSession, document_id: str, said: Sequence[Said]) -> None:
    """Let this be what a document states."""
    await db.execute(_quiet(delete(Statement).where(Statement.document_id == document_id)))
    rows = [
        {
            "document_id": document_id, "number": number, "subject_key": one.subject_key, "terms": sorted(one.terms),
            "context": [sorted(part) for part in one.context], "value": list(one.value), "chunk_id": one.chunk_id,
            "text": one.text, "shown": one.shown, "is_row": one.is_row,
        }
        for number, one in enumerate(said)
    ]  # fmt: skip
    for begin in range(0, len(rows), _AT_ONCE):
        await db.execute(insert(Statement), rows[begin : begin + _AT_ONCE])


async def mark_compared(db: AsyncSession, document_id: str, stamp: str) -> None:
    """Remember as what a document was compared."""
    into = upsert.insert(db.get_bind().dialect.name, Compared)
    made = into.values(document_id=document_id, stamp=stamp)
    await db.execute(made.on_conflict_do_update(index_elements=["document_id"], set_={"stamp": stamp}))


async def rivals(db: AsyncSession, document_id: str) -> Mapping[str, Sequence[Said]]:
    """What the documents that share a collection with this one state of the same subjects, and (under its own id) what
    it states of them itself.
    """
    ours, theirs = aliased(Statement), aliased(Statement)
    beside, its = aliased(DocumentCollection), aliased(DocumentCollection)
    neighbours = (
        select(beside.document_id)
        .join(its, its.collection_id == beside.collection_id)
        .where(its.document_id == document_id, beside.document_id != document_id)
    )
    subjects = select(ours.subject_key).where(ours.document_id == document_id)
    of_others = and_(theirs.subject_key.in_(subjects), theirs.document_id.in_(neighbours))
    found: defaultdict[str, list[Said]] = defaultdict(list)
    for row in await db.scalars(select(theirs).where(or_(of_others, theirs.document_id == document_id))):
        found[row.document_id].append(_said(row))
    return found


async def of_document(db: AsyncSession, document_id: str) -> Sequence[Contradiction]:
    """All contradictions of a document, locked."""
    its = or_(Contradiction.first_document_id == document_id, Contradiction.second_document_id == document_id)
    return (await db.scalars(select(Contradiction).where(its).with_for_update())).all()


async def contradiction(db: AsyncSession, contradiction_id: str) -> tuple[Contradiction, Document, Document] | None:
    """One with its documents."""
    row = (await db.execute(_with_documents().where(Contradiction.id == contradiction_id))).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


async def contradictions(
    db: AsyncSession, *, owner_id: str | None, state: State | None, document_id: str | None, limit: int, offset: int
) -> tuple[Sequence[tuple[Contradiction, Document, Document]], int]:
    """A page of contradictions with their documents, latest first, and how many there are in all."""
    chosen: list[ColumnElement[bool]] = [true()]
    if owner_id is not None:
        chosen.append(or_(First.owner_id == owner_id, Second.owner_id == owner_id))
    if state is not None:
        chosen.append(Contradiction.state == state)
    if document_id is not None:
        chosen.append(or_(First.id == document_id, Second.id == document_id))
    ordered = _with_documents().where(*chosen).order_by(Contradiction.created.desc(), Contradiction.id.desc())
    counted = _with_documents().where(*chosen).with_only_columns(func.count(Contradiction.id))
    total = (await db.execute(counted)).scalar_one()
    return [(row[0], row[1], row[2]) for row in await db.execute(ordered.limit(limit).offset(offset))], total


async def between(db: AsyncSession, chunk_ids: Collection[str]) -> Sequence[Contradiction]:
    """Open contradictions of which both passages are among these."""
    both = and_(Contradiction.first_chunk_id.in_(chunk_ids), Contradiction.second_chunk_id.in_(chunk_ids))
    return (await db.scalars(select(Contradiction).where(both, Contradiction.state == State.OPEN))).all()


def _with_documents() -> Any:
    return (
        select(Contradiction, First, Second)
        .join(First, First.id == Contradiction.first_document_id)
        .join(Second, Second.id == Contradiction.second_document_id)
        .options(defer(First.content, raiseload=True), defer(Second.content, raiseload=True))
    )


def _said(row: Statement) -> Said:
    context = [frozenset(part) for part in row.context]
    return Said(frozenset(row.terms), tuple(row.value), context, row.chunk_id, row.text, row.shown, is_row=row.is_row)


def _quiet(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)
