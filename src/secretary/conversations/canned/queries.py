"""Statements on canned answers."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.conversations.contacts.models import CannedAnswer


async def canned(db: AsyncSession, canned_id: str) -> CannedAnswer | None:
    return await db.get(CannedAnswer, canned_id)


async def named(db: AsyncSession, owner_id: str | None, shortcut: str) -> CannedAnswer | None:
    """Somebody's canned answer of this shortcut."""
    statement = select(CannedAnswer).where(CannedAnswer.owner_id == owner_id, CannedAnswer.shortcut == shortcut)
    return (await db.scalars(statement)).one_or_none()


async def page(
    db: AsyncSession, owner_id: str | None, *, search: str, limit: int, offset: int
) -> tuple[Sequence[CannedAnswer], int]:
    """By shortcut, those of this owner or all for `None`, and how many there are. `search` looks for the text as it is
    written in shortcut, title and text.
    """
    statement = select(CannedAnswer)
    if owner_id is not None:
        statement = statement.where(CannedAnswer.owner_id == owner_id)
    if search:
        columns = (CannedAnswer.shortcut, CannedAnswer.title, CannedAnswer.text)
        holds = [column.contains(search, autoescape=True) for column in columns]
        statement = statement.where(holds[0] | holds[1] | holds[2])
    total = await db.scalar(select(func.count()).select_from(statement.subquery())) or 0
    ordered = statement.order_by(CannedAnswer.shortcut, CannedAnswer.id).limit(limit).offset(offset)
    return (await db.scalars(ordered)).all(), total
