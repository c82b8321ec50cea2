"""Statements on attachments."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.conversations.models import ChatAttachment, ChatMessage
from secretary.conversations.ports import AttachmentState


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


async def paths_of(db: AsyncSession, session_ids: Collection[str]) -> Sequence[str]:
    """Where the files of these conversations are."""
    statement = select(ChatAttachment.path).where(
        ChatAttachment.session_id.in_(session_ids), ChatAttachment.path.is_not(None)
    )
    return [path for path in await db.scalars(statement) if path is not None]


async def known(db: AsyncSession, ids: Sequence[str]) -> set[str]:
    """Which of these there are, asked for by the hundred: a statement takes only so many values."""
    found: set[str] = set()
    for start in range(0, len(ids), 500):
        some = select(ChatAttachment.id).where(ChatAttachment.id.in_(ids[start : start + 500]))
        found |= set(await db.scalars(some))
    return found


async def count_in(db: AsyncSession, message_id: str) -> None:
    """Let a message say how many came along with it."""
    its = select(func.count()).where(ChatAttachment.message_id == message_id).scalar_subquery()
    await db.execute(update(ChatMessage).where(ChatMessage.id == message_id).values(attachment_count=its))


async def give_up(db: AsyncSession, message_id: str) -> None:
    """Nobody is to have them any more."""
    gone = update(ChatAttachment).where(ChatAttachment.message_id == message_id)
    await db.execute(gone.values(state=AttachmentState.GONE))
