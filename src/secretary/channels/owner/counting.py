"""Statements of the summaries: how many, and who waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.assistant.models import Request
from secretary.assistant.turn import Stage
from secretary.conversations.contacts.models import Contact
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import OF_STAFF, MessageStatus, SessionState
from secretary.knowledge.unanswered.models import UnansweredQuestion

BY_SECRETARY = (Stage.FUNNEL, Stage.FAQ, Stage.KNOWLEDGE, Stage.LLM, Stage.EXTRACT)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the time since the last summary, but for `waiting`: that is now."""

    conversations: int
    answered: int
    unanswered: int
    taken: int
    waiting: int

    @property
    def is_something(self) -> bool:
        return any((self.conversations, self.unanswered, self.taken, self.waiting))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A customer who waits for a person, and what was said last."""

    name: str
    last_message: str


async def count(db: AsyncSession, owner_id: str | None, since: datetime, until: datetime) -> Counts:
    """What happened from `since` on and before `until`, in conversations of this owner, or in all for None."""
    said = (ChatMessage.created >= since, ChatMessage.created < until, *_customers(owner_id))
    joined = select(func.count(func.distinct(ChatMessage.session_id))).join_from(ChatMessage, ChatSession)
    conversations = joined.where(ChatMessage.role == "user", *said)
    answered = (
        select(func.count())
        .select_from(ChatMessage)
        .join(ChatSession)
        .where(
            ChatMessage.answered_by.in_([stage.label for stage in BY_SECRETARY]),
            ChatMessage.status == MessageStatus.COMPLETE,
            *said,
        )
    )
    unanswered = (
        select(func.count())
        .select_from(UnansweredQuestion)
        .join(ChatSession, ChatSession.id == UnansweredQuestion.session_id)
        .where(
            UnansweredQuestion.is_shown,
            UnansweredQuestion.asked >= since,
            UnansweredQuestion.asked < until,
            *_customers(owner_id),
        )
    )
    taken = (
        select(func.count())
        .select_from(Request)
        .join(ChatSession, ChatSession.id == Request.session_id)
        .where(Request.status == "new", Request.updated >= since, Request.updated < until, *_customers(owner_id))
    )
    waiting = select(func.count()).select_from(ChatSession).where(*_waiting(owner_id))
    found = [await db.scalar(each) or 0 for each in (conversations, answered, unanswered, taken, waiting)]
    return Counts(*found)


async def waiting(db: AsyncSession, owner_id: str | None, limit: int) -> Sequence[Waiting]:
    """Who has waited longest for a person."""
    found = (
        select(Contact.name, ChatSession.last_message)
        .select_from(ChatSession)
        .outerjoin(Contact, Contact.id == ChatSession.contact_id)
        .where(*_waiting(owner_id))
        .order_by(ChatSession.waiting_since, ChatSession.id)
        .limit(limit)
    )
    return [Waiting(name or "", last) for name, last in await db.execute(found)]


def _customers(owner_id: str | None) -> list[ColumnElement[bool]]:
    of_customers = ChatSession.source.not_in(OF_STAFF)
    return [of_customers] if owner_id is None else [of_customers, ChatSession.owner_id == owner_id]


def _waiting(owner_id: str | None) -> list[ColumnElement[bool]]:
    return [ChatSession.state == SessionState.WAITING, *_customers(owner_id)]
