"""Every statement on deliveries."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.channels.models import ChannelDelivery, DeliveryStatus
from secretary.conversations.models import ChatMessage, ChatSession


async def of_message(db: AsyncSession, message_id: str) -> Sequence[ChannelDelivery]:
    """The parts of a message, in order."""
    return (await db.scalars(_OF_MESSAGE, {"its_message": message_id})).all()


# Built once: these are asked with every message.
_OF_MESSAGE = (
    select(ChannelDelivery).where(ChannelDelivery.message_id == bindparam("its_message")).order_by(ChannelDelivery.part)
)
_IN_SESSION = (
    select(ChatMessage, ChatSession)
    .join(ChatSession, ChatSession.id == ChatMessage.session_id)
    .where(ChatMessage.id == bindparam("its_message"))
)


async def of_messages(db: AsyncSession, message_ids: Collection[str]) -> Mapping[str, Sequence[ChannelDelivery]]:
    """The parts of each of these messages that has any."""
    found = select(ChannelDelivery).where(ChannelDelivery.message_id.in_(message_ids))
    parts: dict[str, list[ChannelDelivery]] = {}
    for row in await db.scalars(found.order_by(ChannelDelivery.message_id, ChannelDelivery.part)):
        parts.setdefault(row.message_id, []).append(row)
    return parts


async def at_provider(db: AsyncSession, instance_id: str, provider_message_id: str) -> ChannelDelivery | None:
    """The part that a provider knows by this id."""
    found = select(ChannelDelivery).where(
        ChannelDelivery.instance_id == instance_id, ChannelDelivery.provider_message_id == provider_message_id
    )
    return (await db.scalars(found.limit(1))).first()


async def add_queued(db: AsyncSession, message_id: str, instance_id: str, session_id: str, now: datetime) -> None:
    """The first part of a message waits; where a growing answer is shown already, it is there."""
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    row = {
        "message_id": message_id, "part": 1, "instance_id": instance_id, "session_id": session_id,
        "state": DeliveryStatus.QUEUED, "shown_id": "", "error": "", "updated": now,
    }  # fmt: skip
    await db.execute(dialect.insert(ChannelDelivery).values(row).on_conflict_do_nothing())


async def keep_shown(db: AsyncSession, message_id: str, shown_id: str) -> None:
    first = update(ChannelDelivery).where(ChannelDelivery.message_id == message_id, ChannelDelivery.part == 1)
    await db.execute(first.values(shown_id=shown_id).execution_options(synchronize_session=False))


async def queue_failed(db: AsyncSession, message_id: str, now: datetime) -> None:
    """What was given up waits again."""
    failed = update(ChannelDelivery).where(
        ChannelDelivery.message_id == message_id, ChannelDelivery.state == DeliveryStatus.FAILED
    )
    values = {"state": DeliveryStatus.QUEUED, "error": "", "updated": now}
    await db.execute(failed.values(values).execution_options(synchronize_session=False))


async def move_on(db: AsyncSession, message_id: str, state: DeliveryStatus, error: str, now: datetime) -> None:
    """Say of every part that is not out yet what became of it."""
    queued = update(ChannelDelivery).where(
        ChannelDelivery.message_id == message_id, ChannelDelivery.state == DeliveryStatus.QUEUED
    )
    values = {"state": state, "error": error, "updated": now}
    await db.execute(queued.values(values).execution_options(synchronize_session=False))


async def message_in_session(db: AsyncSession, message_id: str) -> tuple[ChatMessage, ChatSession] | None:
    """A message and the conversation that it is in."""
    row = (await db.execute(_IN_SESSION, {"its_message": message_id})).one_or_none()
    return None if row is None else (row[0], row[1])


async def question_of(db: AsyncSession, answer: ChatMessage) -> ChatMessage | None:
    """What an answer answers."""
    return await db.get(ChatMessage, answer.parent_id) if answer.parent_id else None
