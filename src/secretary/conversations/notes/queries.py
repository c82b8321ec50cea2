"""Statements on private notes."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.conversations.models import ChatNote


async def notes(db: AsyncSession, session_id: str, *, limit: int, offset: int) -> Sequence[ChatNote]:
    """The notes on a conversation, oldest first."""
    statement = select(ChatNote).where(ChatNote.session_id == session_id).order_by(ChatNote.id)
    return (await db.scalars(statement.limit(limit).offset(offset))).all()


async def count(db: AsyncSession, session_id: str) -> int:
    return await db.scalar(select(func.count()).select_from(ChatNote).where(ChatNote.session_id == session_id)) or 0


async def note(db: AsyncSession, session_id: str, note_id: str) -> ChatNote | None:
    statement = select(ChatNote).where(ChatNote.id == note_id, ChatNote.session_id == session_id)
    return (await db.scalars(statement)).one_or_none()
