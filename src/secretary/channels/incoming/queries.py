"""Every statement on receipts and threads."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, CursorResult, Integer, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.channels.models import IS_WAITING, ChannelReceipt, ChannelThread, ReceiptState
from secretary.conversations import queries as conversation_queries
from secretary.conversations.models import ChatSession


async def add_receipts(db: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Store updates; those that are known stay as they are."""
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    await db.execute(dialect.insert(ChannelReceipt).on_conflict_do_nothing(), list(rows))


async def waiting_of(db: AsyncSession, instance_id: str, thread: str, limit: int) -> Sequence[ChannelReceipt]:
    """What waits in a thread, in the order in which it was written; locked."""
    values = {"its_instance": instance_id, "its_thread": thread, "most": limit}
    return (await db.scalars(_WAITING_OF, values)).all()


# Built once: these are asked with every message, and building them costs more than asking.
_WAITING_OF = (
    select(ChannelReceipt)
    .where(
        IS_WAITING,
        ChannelReceipt.instance_id == bindparam("its_instance"),
        ChannelReceipt.thread == bindparam("its_thread"),
    )
    .order_by(ChannelReceipt.order, ChannelReceipt.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_THREAD = select(ChannelThread).where(
    ChannelThread.instance_id == bindparam("its_instance"), ChannelThread.thread == bindparam("its_thread")
)
_RECEIVED = select(ChannelReceipt.key, ChannelReceipt.received, ChannelReceipt.thread, ChannelReceipt.state).where(
    ChannelReceipt.instance_id == bindparam("its_instance"),
    ChannelReceipt.key.in_(bindparam("its_keys", expanding=True)),
)


async def waiting_threads(db: AsyncSession, before: datetime) -> Sequence[tuple[str, str]]:
    """Instances and threads in which something has waited since before then."""
    found = (
        select(ChannelReceipt.instance_id, ChannelReceipt.thread)
        .where(IS_WAITING, ChannelReceipt.received < before)
        .distinct()
    )
    return [(instance_id, thread) for instance_id, thread in await db.execute(found)]


async def received(
    db: AsyncSession, instance_id: str, keys: Sequence[str]
) -> Mapping[str, tuple[datetime, str, ReceiptState]]:
    """When those of these updates came that did, their threads and what became of them."""
    found = await db.execute(_RECEIVED, {"its_instance": instance_id, "its_keys": keys})
    return {key: (at, thread_key, state) for key, at, thread_key, state in found}


async def has_earlier(db: AsyncSession, instance_id: str, order: int) -> bool:
    """Is anything known that was written before? The first update of all waits for none."""
    found = select(ChannelReceipt.id).where(ChannelReceipt.instance_id == instance_id, ChannelReceipt.order < order)
    return (await db.scalars(found.limit(1))).first() is not None


async def forget_taken(db: AsyncSession, before: datetime) -> int:
    """Forget receipts of before then that are over. How many?"""
    gone = delete(ChannelReceipt).where(ChannelReceipt.received < before, ChannelReceipt.state != ReceiptState.WAITING)
    result = await db.execute(gone)
    return result.rowcount if isinstance(result, CursorResult) else 0


async def thread(db: AsyncSession, instance_id: str, thread_key: str) -> ChannelThread | None:
    values = {"its_instance": instance_id, "its_thread": thread_key}
    return (await db.scalars(_THREAD, values)).one_or_none()


async def thread_of(db: AsyncSession, session_id: str) -> ChannelThread | None:
    """Where the customer of a conversation is written to, whether it goes on there or a later one does."""
    for statement in (_GOES_ON, _WENT_ON):  # asked in one, no index would be used, and a bot has many threads
        found = (await db.scalars(statement, {"its_session": session_id})).first()
        if found is not None:
            return found
    return None


_OF_INSTANCE = select(ChannelThread).join(ChatSession, ChatSession.source_id == ChannelThread.instance_id).limit(1)
_GOES_ON = _OF_INSTANCE.where(
    ChatSession.id == bindparam("its_session"), ChannelThread.session_id == bindparam("its_session")
)
_WENT_ON = _OF_INSTANCE.where(
    ChatSession.id == bindparam("its_session"), ChannelThread.thread == ChatSession.contact_key
)


async def threads(
    db: AsyncSession, instance_id: str, *, limit: int, offset: int
) -> tuple[Sequence[ChannelThread], int]:
    """Those of an instance, the latest first, and how many there are."""
    of_instance = select(ChannelThread).where(ChannelThread.instance_id == instance_id)
    total = await db.scalar(select(func.count()).select_from(of_instance.subquery())) or 0
    page = of_instance.order_by(ChannelThread.updated.desc(), ChannelThread.id).limit(limit).offset(offset)
    return (await db.scalars(page)).all(), total


async def count_threads(db: AsyncSession, instance_id: str) -> int:
    """How many conversations go on."""
    found = select(func.count()).where(ChannelThread.instance_id == instance_id, ChannelThread.session_id.is_not(None))
    return await db.scalar(found) or 0


async def threads_in(db: AsyncSession, instance_id: str, chat: str) -> Sequence[ChannelThread]:
    """The thread of a chat, or those of everybody who writes in it (`{chat}:{person}`)."""
    found = select(ChannelThread).where(ChannelThread.instance_id == instance_id, _is_in(chat))
    return (await db.scalars(found)).all()


async def threads_with(db: AsyncSession, instance_id: str, key: str) -> Sequence[ChannelThread]:
    """Everything that a person writes in, or everybody of a group: the key is his, or the group's."""
    found = select(ChannelThread).where(
        ChannelThread.instance_id == instance_id, (ChannelThread.person_key == key) | _is_in(key)
    )
    return (await db.scalars(found)).all()


def _is_in(chat: str) -> ColumnElement[bool]:
    return (ChannelThread.thread == chat) | ChannelThread.thread.startswith(f"{chat}:", autoescape=True)


async def end_sessions(db: AsyncSession, instance_id: str) -> int:
    """Let every next message of an instance begin a new conversation. How many threads?"""
    forgotten = (
        update(ChannelThread)
        .where(ChannelThread.instance_id == instance_id, ChannelThread.session_id.is_not(None))
        .values(session_id=None)
    )
    result = await db.execute(forgotten)
    return result.rowcount if isinstance(result, CursorResult) else 0


async def unfinished(db: AsyncSession, session_id: str) -> Sequence[str]:
    """The answers of a conversation that are being given."""
    return await conversation_queries.unfinished_of(db, [session_id])
