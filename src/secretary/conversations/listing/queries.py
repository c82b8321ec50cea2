"""Statements of the list of conversations. Each page is read from the end of an index; no message is touched."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.conversations.models import ChatSession
from secretary.conversations.ports import Visible


def _owners(visible: Visible) -> list[ColumnElement[bool]]:
    """One condition an index: an OR would make SQLite sort everything."""
    if visible.owner_id is None:
        return [true()]
    nobodys = [ChatSession.owner_id.is_(None)] if visible.ownerless else []
    return [ChatSession.owner_id == visible.owner_id, *nobodys]


def _of(source: str | None) -> ColumnElement[bool]:
    return true() if source is None else ChatSession.source == source


async def page(
    db: AsyncSession, visible: Visible, *, source: str | None, limit: int, offset: int
) -> Sequence[ChatSession]:
    """Conversations, the latest first."""
    parts = [
        select(ChatSession.id, ChatSession.updated)
        .where(owned, _of(source))
        .order_by(ChatSession.updated.desc(), ChatSession.id.desc())
        .limit(limit + offset)
        .subquery()
        for owned in _owners(visible)
    ]
    latest = union_all(*(select(part.c.id) for part in parts)).subquery()
    statement = select(ChatSession).join(latest, latest.c.id == ChatSession.id)
    return (await db.scalars(_latest_first(statement).limit(limit).offset(offset))).all()


async def count(db: AsyncSession, visible: Visible, *, source: str | None) -> int:
    total = 0
    for owned in _owners(visible):
        total += await db.scalar(select(func.count()).select_from(ChatSession).where(owned, _of(source))) or 0
    return total


async def sources(db: AsyncSession) -> Sequence[str]:
    """The kinds of channel that there are conversations of, by jumping from one to the next in the index."""
    found: list[str] = []
    while (
        following := await db.scalar(
            select(func.min(ChatSession.source)).where(ChatSession.source > (found[-1] if found else ""))
        )
    ) is not None:
        found.append(following)
    return found


async def among(db: AsyncSession, ids: Sequence[str], visible: Visible, *, source: str | None) -> Sequence[ChatSession]:
    """Those of these conversations that may be seen, the latest first."""
    seen = _owners(visible)
    allowed = seen[0] if len(seen) == 1 else seen[0] | seen[1]
    statement = select(ChatSession).where(ChatSession.id.in_(ids), allowed, _of(source))
    return (await db.scalars(_latest_first(statement))).all()


async def newest_of_contact(db: AsyncSession, source: str, source_id: str, contact_key: str) -> ChatSession | None:
    """The conversation that a contact began last at a channel."""
    statement = (
        select(ChatSession)
        .where(ChatSession.source == source, ChatSession.source_id == source_id, ChatSession.contact_key == contact_key)
        .order_by(ChatSession.created.desc(), ChatSession.id.desc())
        .limit(1)
    )
    return (await db.scalars(statement)).one_or_none()


def _latest_first(statement: Select[ChatSession]) -> Select[ChatSession]:
    return statement.order_by(ChatSession.updated.desc(), ChatSession.id.desc())
