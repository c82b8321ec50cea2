"""Every statement of evaluation runs, and what an installation's own documents say."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from secretary.knowledge.evaluation.models import EvaluationRun, Origin, RunState
from secretary.knowledge.models import Document, DocumentCollection, KnowledgeCollection


async def run(db: AsyncSession, run_id: str, *, lock: bool = False) -> EvaluationRun | None:
    """One run; locked, it is as it is now, until the unit ends."""
    statement = select(EvaluationRun).where(EvaluationRun.id == run_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(statement)).one_or_none()


async def runs(
    db: AsyncSession, owner_id: str | None, *, limit: int, offset: int
) -> tuple[Sequence[EvaluationRun], int]:
    """A page of an owner's runs (None: all) without questions and reports, latest first, and how many there are."""
    mine = true() if owner_id is None else EvaluationRun.owner_id == owner_id
    total = (await db.execute(select(func.count(EvaluationRun.id)).where(mine))).scalar_one()
    left_out = (defer(EvaluationRun.questions, raiseload=True), defer(EvaluationRun.report, raiseload=True))
    order = (EvaluationRun.created.desc(), EvaluationRun.id.desc())
    statement = select(EvaluationRun).options(*left_out).where(mine).order_by(*order).limit(limit).offset(offset)
    return (await db.scalars(statement)).all(), total


async def previous(db: AsyncSession, after: EvaluationRun) -> EvaluationRun | None:
    """The last run before this one that asked the same of the same; of uploaded questions, the same person's."""
    wanted = [
        EvaluationRun.origin == after.origin,
        EvaluationRun.name == after.name,
        EvaluationRun.state == RunState.DONE,
        EvaluationRun.id != after.id,
        EvaluationRun.created <= after.created,
    ]
    if after.origin is Origin.UPLOADED:
        is_his = (
            EvaluationRun.owner_id.is_(None) if after.owner_id is None else EvaluationRun.owner_id == after.owner_id
        )
        wanted.append(is_his)
    order = (EvaluationRun.created.desc(), EvaluationRun.id.desc())
    return (await db.scalars(select(EvaluationRun).where(*wanted).order_by(*order).limit(1))).one_or_none()


async def texts(db: AsyncSession, collection_ids: Sequence[str] | None) -> Sequence[tuple[str, str, str]]:
    """Name, title and text of every document that can be searched in these collections (None: the default one)."""
    columns = (Document.filename, Document.title, Document.content)
    rows = await db.execute(select(*columns).where(_searched_in(collection_ids)).order_by(Document.id))
    return [(row.filename, row.title, row.content) for row in rows]


async def names(db: AsyncSession, collection_ids: Sequence[str] | None) -> Sequence[str]:
    """The names of these documents alone."""
    statement = select(Document.filename).where(_searched_in(collection_ids)).order_by(Document.id)
    return (await db.scalars(statement)).all()


def _searched_in(collection_ids: Sequence[str] | None) -> ColumnElement[bool]:
    belongs = select(DocumentCollection.document_id)
    if collection_ids is None:
        joined = KnowledgeCollection.id == DocumentCollection.collection_id
        belongs = belongs.join(KnowledgeCollection, joined).where(KnowledgeCollection.is_default)
    else:
        belongs = belongs.where(DocumentCollection.collection_id.in_(collection_ids))
    return and_(Document.version > 0, Document.id.in_(belongs))
