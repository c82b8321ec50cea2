"""Every statement on receipts and threads."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Integer,
    Row,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from secretary.channels.models import IS_WAITING, ChannelReceipt, ChannelThread, ReceiptState
from secretary.conversations import queries as conversation_queries
from secretary.conversations.contacts.models import Contact
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import SessionState
from secretary.kernel import upsert

RECEIPTS = cast(Table, ChannelReceipt.__table__)


# What is asked with every message is built once, and goes past the unit of work: both cost more than the asking.
@cache
def _added(dialect: str, names: tuple[str, ...], *, alone: bool) -> Any:
    into = upsert.insert(dialect, RECEIPTS)
    if alone:
        its = {name: bindparam(name, type_=RECEIPTS.c[name].type) for name in names}
        before = (RECEIPTS.c.instance_id == its["instance_id"], RECEIPTS.c.thread == its["thread"])
        into = into.from_select(names, select(*its.values()).where(~exists().where(IS_WAITING, *before)))
    return into.on_conflict_do_nothing()


async def add_receipts(db: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Store updates; those that are known stay as they are."""
    await db.execute(_added(db.get_bind().dialect.name, tuple(rows[0]), alone=False), list(rows))


async def add_alone(db: AsyncSession, row: Mapping[str, object]) -> bool:
    """Store an update, unless it is known or another one waits in its thread. Was it?"""
    statement = _added(db.get_bind().dialect.name, tuple(row), alone=True)
    result = await db.execute(statement, dict(row))
    return isinstance(result, CursorResult) and result.rowcount == 1


_SETTLED = (
    update(RECEIPTS)
    .where(RECEIPTS.c.id == bindparam("its_id"))
    .values(state=bindparam("its_state"), error=bindparam("its_error"), payload=None)
)


async def settle(db: AsyncSession, receipt_id: str, state: ReceiptState, error: str) -> None:
    """Keep what became of an update; what it said is kept no longer."""
    await db.execute(_SETTLED, {"its_id": receipt_id, "its_state": state, "its_error": error})


async def waiting_of(db: AsyncSession, instance_id: str, thread: str, limit: int) -> Sequence[ChannelReceipt]:
    """What waits in a thread, in the order in which it was written; locked."""
    values = {"its_instance": instance_id, "its_thread": thread, "most": limit}
    return (await db.scalars(_WAITING_OF, values)).all()


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
_IS_THREAD = and_(
    ChannelThread.instance_id == bindparam("its_instance"), ChannelThread.thread == bindparam("its_thread")
)
_THREAD = select(ChannelThread).where(_IS_THREAD)
_MET = (
    select(ChannelThread, Contact, ChatSession)
    .outerjoin(Contact, Contact.id == ChannelThread.contact_id)
    .outerjoin(ChatSession, ChatSession.id == ChannelThread.session_id)
    .where(_IS_THREAD)
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


async def met(
    db: AsyncSession, instance_id: str, thread_key: str
) -> tuple[ChannelThread, Contact | None, ChatSession | None] | None:
    """A thread with the customer who writes there and the conversation that goes on there."""
    found = (await db.execute(_MET, {"its_instance": instance_id, "its_thread": thread_key})).one_or_none()
    return None if found is None else (found[0], found[1], found[2])


async def add_thread(db: AsyncSession, thread: ChannelThread) -> None:
    """Store a thread that has just begun."""
    await db.execute(_NEW_THREAD, {name: getattr(thread, name) for name in THREADS.c.keys()})  # noqa: SIM118 -- columns


async def keep_thread(db: AsyncSession, thread: ChannelThread, names: tuple[str, ...]) -> None:
    """Store these of its fields, and no others: another process may be changing those."""
    values = {name: getattr(thread, name) for name in names}
    await db.execute(_keeping(names), values | {"its_id": thread.id})
    for name, value in values.items():
        set_committed_value(thread, name, value)


@cache
def _keeping(names: tuple[str, ...]) -> Update:
    values: dict[str, object] = {name: bindparam(name) for name in names}
    return update(THREADS).where(THREADS.c.id == bindparam("its_id")).values(values)


SESSIONS = cast(Table, ChatSession.__table__)
THREADS = cast(Table, ChannelThread.__table__)
_NEW_THREAD = insert(THREADS)
_OF_INSTANCE = THREADS.c.instance_id == SESSIONS.c.source_id
WAYS = (
    and_(_OF_INSTANCE, THREADS.c.session_id == SESSIONS.c.id),
    and_(_OF_INSTANCE, THREADS.c.thread == SESSIONS.c.contact_key),
)
"""Where the customer of a conversation is written to, whether it goes on there or a later one does. Asked in one, no
index would be used, and a bot has many threads.
"""
_ITS_SESSION = SESSIONS.c.id == bindparam("its_session")
_THREAD_OF = tuple(select(ChannelThread).join(SESSIONS, way).where(_ITS_SESSION).limit(1) for way in WAYS)
_WAY_OUT = tuple(
    select(THREADS.c.id, THREADS.c.instance_id, SESSIONS.c.state, SESSIONS.c.held_until)
    .join_from(SESSIONS, THREADS, way)
    .where(_ITS_SESSION)
    .limit(1)
    .with_for_update(of=SESSIONS)
    for way in WAYS
)


async def thread_of(db: AsyncSession, session_id: str) -> ChannelThread | None:
    """Where the customer of a conversation is written to."""
    for statement in _THREAD_OF:
        found = (await db.scalars(statement, {"its_session": session_id})).first()
        if found is not None:
            return found
    return None


async def way_out(db: AsyncSession, session_id: str) -> Row[str, str, SessionState, datetime | None] | None:
    """(id, instance_id) of the thread of a conversation, and (state, held_until) of that, which is locked."""
    for statement in _WAY_OUT:
        found = (await db.execute(statement, {"its_session": session_id})).first()
        if found is not None:
            return found
    return None


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
