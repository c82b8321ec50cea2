"""Every select of the first steps."""

from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.accounts.models import User
from secretary.conversations.models import ChatMessage
from secretary.knowledge.models import Document, FaqEntry


async def credentials_version(db: AsyncSession, user_id: str) -> int | None:
    """1 as long as a user has the password that he was given."""
    return await db.scalar(select(User.credentials_version).where(User.id == user_id))


async def has_knowledge_since(db: AsyncSession, moment: datetime) -> bool:
    """Was a document added, or an entry of the FAQ written or changed, after this moment?"""
    document = exists().where(Document.created > moment)
    entry = exists().where(or_(FaqEntry.created > moment, FaqEntry.updated > moment))
    return bool(await db.scalar(select(or_(document, entry))))


async def has_questions(db: AsyncSession) -> bool:
    return bool(await db.scalar(select(exists().where(ChatMessage.role == "user"))))
