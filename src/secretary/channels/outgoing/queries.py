"""Every statement on deliveries."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Row, Select, Table, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.channels.incoming.queries import SESSIONS, THREADS, WAYS
from secretary.channels.models import ChannelDelivery, DeliveryStatus
from secretary.conversations.models import ChatMessage
from secretary.kernel import upsert

DELIVERIES = cast(Table, ChannelDelivery.__table__)
MESSAGES = cast(Table, ChatMessage.__table__)
OUT = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ)

# What is asked with every message is built once, and goes past the unit of work: both cost more than the asking.
_OF_MESSAGE = ("content", "sources", "buttons", "parent_id", "session_id", "attachment_count")
_ITS_PARTS = DELIVERIES.c.message_id == MESSAGES.c.id


def _on_its_way(way: Any) -> Select[Any]:
    parts_sent = select(func.count()).where(_ITS_PARTS, DELIVERIES.c.state.in_(OUT)).scalar_subquery()
    shown_id = select(DELIVERIES.c.shown_id).where(_ITS_PARTS, DELIVERIES.c.part == 1).scalar_subquery()
    return (
        select(
            *(
                MESSAGES.c[name]
                for name in ("content", "sources", "buttons", "parent_id", "session_id", "attachment_count")
            ),
            *(SESSIONS.c[name] for name in ("language", "state", "held_until")),
            *(THREADS.c[name] for name in ("address", "is_group", "last_inbound")),
            parts_sent.label("parts_sent"),
            func.coalesce(shown_id, "").label("shown_id"),
        )
        .join_from(MESSAGES, SESSIONS, SESSIONS.c.id == MESSAGES.c.session_id)
        .join(THREADS, way)
        .where(MESSAGES.c.id == bindparam("its_message"))
        .limit(1)
    )


_ON_ITS_WAY = tuple(_on_its_way(way) for way in WAYS)


async def on_its_way(db: AsyncSession, message_id: str) -> Row[*tuple[Any, ...]] | None:
    """A message, its conversation, where its customer is written to, and how much of it is out."""
    for statement in _ON_ITS_WAY:
        found = (await db.execute(statement, {"its_message": message_id})).first()
        if found is not None:
            return cast("Row[*tuple[Any, ...]]", found)
    return None


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


@cache
def _add_queued(dialect: str) -> Any:
    return upsert.insert(dialect, DELIVERIES).on_conflict_do_nothing()


async def add_queued(db: AsyncSession, message_id: str, instance_id: str, session_id: str, now: datetime) -> None:
    """The first part of a message waits; where a growing answer is shown already, it is there."""
    row = {
        "message_id": message_id, "part": 1, "instance_id": instance_id, "session_id": session_id,
        "state": DeliveryStatus.QUEUED, "shown_id": "", "error": "", "updated": now,
    }  # fmt: skip
    await db.execute(_add_queued(db.get_bind().dialect.name), row)


@cache
def _put(dialect: str) -> Any:
    into = upsert.insert(dialect, DELIVERIES)
    known_id = func.coalesce(into.excluded.provider_message_id, DELIVERIES.c.provider_message_id)
    changed = {name: into.excluded[name] for name in ("state", "error", "updated")}
    return into.on_conflict_do_update(
        index_elements=["message_id", "part"], set_={**changed, "provider_message_id": known_id}
    )


async def put(db: AsyncSession, row: Mapping[str, object]) -> None:
    """Keep what became of a part; the provider's id of it is never forgotten."""
    await db.execute(_put(db.get_bind().dialect.name), dict(row))


@cache
def _moved_on(below: tuple[DeliveryStatus, ...]) -> Any:
    known = (
        DELIVERIES.c.instance_id == bindparam("its_instance"),
        DELIVERIES.c.provider_message_id == bindparam("its"),
    )
    changed: dict[str, object] = {name: bindparam(name) for name in ("state", "error", "updated")}
    return (
        update(DELIVERIES)
        .where(*known, DELIVERIES.c.state.in_(below))
        .values(changed)
        .returning(DELIVERIES.c.session_id)
    )


async def has_come(
    db: AsyncSession,
    instance_id: str,
    provider_message_id: str,
    below: tuple[DeliveryStatus, ...],
    change: Mapping[str, object],
) -> str | None:
    """Keep how far the part has come that a provider knows by this id, where it has come less far. Its conversation."""
    asked = {"its_instance": instance_id, "its": provider_message_id, **change}
    return cast("str | None", await db.scalar(_moved_on(below), asked))


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


async def provider_id_of(db: AsyncSession, message_id: str | None) -> str:
    """The provider's own id of what a customer wrote; empty for what has none."""
    found = select(ChatMessage.provider_message_id).where(ChatMessage.id == message_id)
    return await db.scalar(found) or ""
