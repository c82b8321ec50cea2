"""Every statement of regression questions and their runs."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.knowledge.regression.models import RegressionQuestion, RegressionRun

Owners = Sequence[str | None] | None
"""Whose rows; None in it is the house's own, None instead of it is anybody's."""


async def question(db: AsyncSession, question_id: str, *, lock: bool = False) -> RegressionQuestion | None:
    """One question; locked, it is as it is now, until the unit ends."""
    statement = select(RegressionQuestion).where(RegressionQuestion.id == question_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(statement)).one_or_none()


async def questions(
    db: AsyncSession, owners: Owners, *, limit: int, offset: int
) -> tuple[Sequence[RegressionQuestion], int]:
    """A page of questions, oldest first, and how many there are."""
    mine = _of(RegressionQuestion, owners)
    order = (RegressionQuestion.created, RegressionQuestion.id)
    rows = await db.scalars(select(RegressionQuestion).where(mine).order_by(*order).limit(limit).offset(offset))
    return rows.all(), await count(db, owners)


async def count(db: AsyncSession, owners: Owners, *, is_passed: bool | None = None) -> int:
    """How many questions there are, or how many of them have passed, or failed, when they were last asked."""
    wanted = [_of(RegressionQuestion, owners)]
    if is_passed is not None:
        wanted.append(RegressionQuestion.is_passed.is_(is_passed))
    return (await db.execute(select(func.count(RegressionQuestion.id)).where(*wanted))).scalar_one()


async def to_ask(db: AsyncSession, owners: Owners, limit: int, ids: Sequence[str]) -> Sequence[RegressionQuestion]:
    """Those of `ids`, or of all, that nobody has asked for longest."""
    wanted = [_of(RegressionQuestion, owners)]
    if ids:
        wanted.append(RegressionQuestion.id.in_(ids))
    never_first = RegressionQuestion.asked_at.is_not(None)
    order = (never_first, RegressionQuestion.asked_at, RegressionQuestion.created, RegressionQuestion.id)
    return (await db.scalars(select(RegressionQuestion).where(*wanted).order_by(*order).limit(limit))).all()


async def owners_of_questions(db: AsyncSession) -> Sequence[str | None]:
    """Everybody who has questions; None is the house."""
    return (await db.scalars(select(RegressionQuestion.owner_id).distinct())).all()


async def run(db: AsyncSession, run_id: str, *, lock: bool = False) -> RegressionRun | None:
    """One run; locked, it is as it is now, until the unit ends."""
    statement = select(RegressionRun).where(RegressionRun.id == run_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(statement)).one_or_none()


async def last_runs(db: AsyncSession, owners: Owners, limit: int) -> Sequence[RegressionRun]:
    """The latest runs, latest first."""
    order = (RegressionRun.created.desc(), RegressionRun.id.desc())
    mine = _of(RegressionRun, owners)
    return (await db.scalars(select(RegressionRun).where(mine).order_by(*order).limit(limit))).all()


async def warnings(db: AsyncSession, owners: Owners, limit: int = 100) -> Sequence[RegressionRun]:
    """Runs whose score fell, which nobody has dismissed and none has made good, latest first."""
    wanted = (_of(RegressionRun, owners), RegressionRun.has_fallen, RegressionRun.is_dismissed.is_(False))
    order = (RegressionRun.created.desc(), RegressionRun.id.desc())
    return (await db.scalars(select(RegressionRun).where(*wanted).order_by(*order).limit(limit))).all()


def _of(table: type[RegressionQuestion] | type[RegressionRun], owners: Owners) -> ColumnElement[bool]:
    if owners is None:
        return true()
    if not owners:
        return false()
    named = [one for one in owners if one is not None]
    return or_(table.owner_id.in_(named), table.owner_id.is_(None)) if None in owners else table.owner_id.in_(named)
