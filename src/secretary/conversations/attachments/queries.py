"""Statements on attachments."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.conversations.models import ChatAttachment, ChatMessage
from secretary.conversations.ports import AttachmentState

AT_ONCE = 500


async def attachment(db: AsyncSession, attachment_id: str, *, lock: bool = False) -> ChatAttachment | None:
    statement = select(ChatAttachment).where(ChatAttachment.id == attachment_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(statement)).one_or_none()


async def of_messages(db: AsyncSession, message_ids: Collection[str]) -> Mapping[str, Sequence[ChatAttachment]]:
    """What came along with these messages, by message, in order; those without any are left out."""
    statement = select(ChatAttachment).where(ChatAttachment.message_id.in_(message_ids)).order_by(ChatAttachment.id)
    found: dict[str, list[ChatAttachment]] = {}
    for row in await db.scalars(statement):
        found.setdefault(row.message_id, []).append(row)
    return found


async def known(db: AsyncSession, attachment_ids: Sequence[str]) -> set[str]:
    """Which of these there are, and were not taken back."""
    found: set[str] = set()
    for start in range(0, len(attachment_ids), AT_ONCE):
        some = ChatAttachment.id.in_(attachment_ids[start : start + AT_ONCE])
        wanted = select(ChatAttachment.id).where(some, ChatAttachment.state != AttachmentState.GONE)
        found.update(await db.scalars(wanted))
    return found


async def count_in(db: AsyncSession, message_id: str) -> None:
    """Let a message say how many came along with it."""
    its = select(func.count()).where(ChatAttachment.message_id == message_id).scalar_subquery()
    await db.execute(update(ChatMessage).where(ChatMessage.id == message_id).values(attachment_count=its))


async def give_up(db: AsyncSession, message_id: str) -> None:
    """Nobody is to have what came along with a message any more."""
    gone = update(ChatAttachment).where(ChatAttachment.message_id == message_id)
    await db.execute(gone.values(state=AttachmentState.GONE, path=None))
