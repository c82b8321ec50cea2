"""Every select of the heart."""

from collections.abc import Sequence

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.assistant.models import Assistant, Request
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.llm.models import LlmPreset


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


_WHO_ANSWERS = (
    select(Assistant, LlmPreset, Request)
    .join(LlmPreset, LlmPreset.id == Assistant.persona_id)
    .outerjoin(Request, (Request.session_id == bindparam("session_id")) & (Request.status == "taking"))
    .where((Assistant.id == bindparam("assistant_id")) | Assistant.is_default)
    .order_by(Assistant.id != bindparam("assistant_id"))
    .limit(1)
)


async def who_answers(
    db: AsyncSession, assistant_id: str, session_id: str
) -> tuple[Assistant, LlmPreset, Request | None] | None:
    """The assistant of a conversation (the default one where it is gone), its persona, and the message that it is
    taking: in one statement, for every turn begins with it.
    """
    row = (await db.execute(_WHO_ANSWERS, {"assistant_id": assistant_id, "session_id": session_id})).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


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


async def last_question(db: AsyncSession, session_id: str) -> ChatMessage | None:
    """What the customer has written last, in the visible branch."""
    return (await db.scalars(_questions(session_id).order_by(ChatMessage.seq.desc()))).one_or_none()


async def first_question(db: AsyncSession, session_id: str) -> ChatMessage | None:
    """What the customer began with."""
    return (await db.scalars(_questions(session_id).order_by(ChatMessage.seq))).one_or_none()


def _questions(session_id: str) -> Select[ChatMessage]:
    his = (ChatMessage.session_id == session_id, ChatMessage.is_active, ChatMessage.role == "user")
    return select(ChatMessage).where(*his).limit(1)


async def latest_request(db: AsyncSession, session_id: str) -> Request | None:
    """The message that was begun last in a conversation, unless the customer thought better of it."""
    found = select(Request).where(Request.session_id == session_id, Request.status != "declined")
    return (await db.scalars(found.order_by(Request.created.desc(), Request.id.desc()).limit(1))).one_or_none()
