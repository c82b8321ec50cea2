"""Every statement of conversations."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import UNFINISHED


async def session(db: AsyncSession, session_id: str, *, lock: bool = False) -> ChatSession | None:
    """One conversation; `lock` keeps others from storing into it until the unit ends."""
    statement = select(ChatSession).where(ChatSession.id == session_id)
    return (await db.scalars(statement.with_for_update() if lock else statement)).one_or_none()


async def visible_messages(db: AsyncSession, session_id: str, *, last: int) -> Sequence[ChatMessage]:
    """The newest `last` messages of the visible branch, oldest first."""
    statement = (
        select(ChatMessage)
        .where(ChatMessage.session_id == session_id, ChatMessage.is_active)
        .order_by(ChatMessage.seq.desc())
        .limit(last)
    )
    return list(reversed((await db.scalars(statement)).all()))


async def said_before(db: AsyncSession, session_id: str, seq: int, *, last: int) -> Sequence[tuple[str, str]]:
    """(role, content) of the newest `last` visible messages before number `seq`, oldest first; empty ones left out."""
    statement = (
        select(ChatMessage.role, ChatMessage.content)
        .where(
            ChatMessage.session_id == session_id,
            ChatMessage.is_active,
            ChatMessage.seq < seq,
            ChatMessage.content != "",
        )
        .order_by(ChatMessage.seq.desc())
        .limit(last)
    )
    return [(role, content) for role, content in reversed((await db.execute(statement)).all())]


async def message(db: AsyncSession, session_id: str, message_id: str) -> ChatMessage | None:
    statement = select(ChatMessage).where(ChatMessage.id == message_id, ChatMessage.session_id == session_id)
    return (await db.scalars(statement)).one_or_none()


async def exchange(db: AsyncSession, session_id: str, client_message_id: str) -> tuple[ChatMessage, ChatMessage] | None:
    """The question stored under the client's own id, and the visible answer to it."""
    question = (
        await db.scalars(
            select(ChatMessage).where(
                ChatMessage.session_id == session_id, ChatMessage.client_message_id == client_message_id
            )
        )
    ).one_or_none()
    if question is None:
        return None
    answer = await db.scalars(
        select(ChatMessage).where(ChatMessage.parent_id == question.id, ChatMessage.is_active).limit(1)
    )
    return question, answer.one()


async def unfinished_answers(db: AsyncSession, *, expired_at: datetime | None) -> Sequence[ChatMessage]:
    """Answers nobody works on any more, in order: those whose lease ended before `expired_at`, or all for `None`."""
    statement = select(ChatMessage).where(ChatMessage.status.in_(UNFINISHED)).order_by(ChatMessage.id)
    if expired_at is not None:
        statement = statement.where(ChatMessage.lease_until < expired_at)
    return (await db.scalars(statement)).all()


async def earlier_unfinished(db: AsyncSession, session_id: str, seq: int) -> bool:
    """Is an earlier message of this conversation still being answered?"""
    statement = (
        select(ChatMessage.id)
        .where(ChatMessage.session_id == session_id, ChatMessage.seq < seq, ChatMessage.status.in_(UNFINISHED))
        .limit(1)
    )
    return (await db.scalars(statement)).first() is not None


async def messages_since(
    db: AsyncSession, *, source_id: str, contact_key: str, address_hash: str, since: datetime
) -> int:
    """How many messages this contact, or anybody from his address, wrote to a channel instance since then."""
    same_person = ChatSession.contact_key == contact_key
    if address_hash:
        same_person |= ChatSession.address_hash == address_hash
    statement = (
        select(func.count())
        .select_from(ChatMessage)
        .join(ChatSession, ChatSession.id == ChatMessage.session_id)
        .where(
            ChatSession.source_id == source_id,
            same_person,
            ChatMessage.role == "user",
            ChatMessage.created >= since,
        )
    )
    return (await db.scalar(statement)) or 0


async def sessions(db: AsyncSession, *, limit: int, offset: int) -> tuple[Sequence[ChatSession], int]:
    """Conversations, the latest first, and how many there are."""
    total = await db.scalar(select(func.count()).select_from(ChatSession)) or 0
    rows = await db.scalars(
        select(ChatSession).order_by(ChatSession.updated.desc(), ChatSession.id.desc()).limit(limit).offset(offset)
    )
    return rows.all(), total


async def insert_messages(db: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Store several messages in one round trip; the rows name the same columns."""
    await db.execute(insert(ChatMessage), rows)


async def update_messages(db: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Change several messages, found by their `id`, in as few round trips as their columns allow."""
    await db.execute(update(ChatMessage), rows)
