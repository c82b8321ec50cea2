"""Statements of the hand-over."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.conversations.handover.state import HELD
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import SessionState
from secretary.conversations.queries import no_index

AT_ONCE = 500


async def standings(
    db: AsyncSession, session_ids: Collection[str]
) -> Sequence[tuple[str, SessionState, datetime | None]]:
    """(id, state, held_until) of these conversations, locked in one order for all."""
    found = await db.execute(_STANDINGS, {"its_ids": list(session_ids)})
    return [(id_, state, held_until) for id_, state, held_until in found]


_STANDINGS = (  # built once: it is asked with every answer
    select(ChatSession.id, ChatSession.state, ChatSession.held_until)
    .where(ChatSession.id.in_(bindparam("its_ids", expanding=True)))
    .order_by(ChatSession.id)
    .with_for_update()
)


async def due(db: AsyncSession, now: datetime) -> Sequence[ChatSession]:
    """Conversations that were held for as long as they were to be, locked; some hundreds of them at a time."""
    statement = (
        select(ChatSession)
        .where(ChatSession.held_until <= now, no_index(ChatSession.state).in_(HELD))
        .order_by(ChatSession.held_until)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await db.scalars(statement)).all()


async def numbered(db: AsyncSession, session_id: str, client_message_id: str) -> ChatMessage | None:
    """The message that its sender gave this number."""
    statement = select(ChatMessage).where(
        ChatMessage.session_id == session_id, ChatMessage.client_message_id == client_message_id
    )
    return (await db.scalars(statement)).one_or_none()
