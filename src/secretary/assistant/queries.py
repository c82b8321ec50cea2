"""Every select of the heart."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.assistant.models import Assistant, Request
from secretary.conversations.models import ChatSession


async def assistant(db: AsyncSession, assistant_id: str) -> Assistant | None:
    return await db.get(Assistant, assistant_id)


async def default_assistant(db: AsyncSession) -> Assistant | None:
    return (await db.scalars(select(Assistant).where(Assistant.is_default))).one_or_none()


async def assistants(db: AsyncSession, *, owner_id: str | None) -> Sequence[Assistant]:
    """The assistants an owner sees: his own and those that belong to nobody; all for `None`."""
    statement = select(Assistant).order_by(Assistant.is_default.desc(), Assistant.name)
    if owner_id is not None:
        statement = statement.where((Assistant.owner_id == owner_id) | Assistant.owner_id.is_(None))
    return (await db.scalars(statement)).all()


async def request_being_taken(db: AsyncSession, session_id: str) -> Request | None:
    statement = select(Request).where(Request.session_id == session_id, Request.status == "taking")
    return (await db.scalars(statement)).one_or_none()


async def requests(
    db: AsyncSession, *, status: str | None, owner_id: str | None, limit: int, offset: int
) -> tuple[Sequence[Request], int]:
    """Messages taken, the newest first, and how many there are; not those still being taken or declined.

    `owner_id` narrows them to conversations of that user's channels.
    """
    wanted = Request.status == status if status else Request.status.in_(("new", "done"))
    statement = select(Request).where(wanted)
    if owner_id is not None:
        statement = statement.join(ChatSession, ChatSession.id == Request.session_id).where(
            ChatSession.owner_id == owner_id
        )
    total = await db.scalar(select(func.count()).select_from(statement.subquery())) or 0
    rows = await db.scalars(statement.order_by(Request.created.desc(), Request.id.desc()).limit(limit).offset(offset))
    return rows.all(), total


async def request(db: AsyncSession, request_id: str) -> tuple[Request, str | None] | None:
    """A message taken, and who owns the conversation in which it was."""
    statement = (
        select(Request, ChatSession.owner_id)
        .join(ChatSession, ChatSession.id == Request.session_id)
        .where(Request.id == request_id)
    )
    row = (await db.execute(statement)).one_or_none()
    return None if row is None else (row[0], row[1])
