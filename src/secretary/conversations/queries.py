"""Every statement of conversations."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import ColumnElement, Select, Table, Update, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm.attributes import set_committed_value

from secretary.conversations.models import IS_UNFINISHED, ChatMessage, ChatSession
from secretary.conversations.ports import Visible
from secretary.conversations.why import Why

_MAPPER = ChatSession.__mapper__
MESSAGES = cast(Table, ChatMessage.__table__)
SESSIONS = cast(Table, ChatSession.__table__)

_INSERT = insert(MESSAGES)
_STILL_OPEN = select(MESSAGES.c.id).where(MESSAGES.c.id.in_(bindparam("its_ids", expanding=True)), IS_UNFINISHED)
_SAY_LAST = (
    update(SESSIONS)
    .where(SESSIONS.c.id == bindparam("its_session"), SESSIONS.c.leaf_id == bindparam("its_leaf"))
    .values(last_message=bindparam("its_text"))
)


async def session(db: AsyncSession, session_id: str, *, lock: bool = False) -> ChatSession | None:
    """One conversation; `lock` keeps others from storing into it until the unit ends, and reads it anew."""
    if lock and db.get_bind().dialect.name == "sqlite":  # one unit writes at a time: what it has read stays as it is
        known = db.identity_map.get(_MAPPER.identity_key_from_primary_key((session_id,)))
        if known is not None:
            return cast(ChatSession, known)
    return (await db.scalars(_SESSION_LOCKED if lock else _SESSION, {"its_id": session_id})).one_or_none()


async def sessions(db: AsyncSession, ids: Collection[str], *, lock: bool = False) -> Sequence[ChatSession]:
    """Those of these conversations that there are; `lock` as in `session`, in one order for all."""
    statement = select(ChatSession).where(ChatSession.id.in_(ids)).order_by(ChatSession.id)
    return (await db.scalars(_locked(statement) if lock else statement)).all()


def _locked(statement: Select[ChatSession]) -> Select[ChatSession]:
    """What the unit has read of it before may be old by the time that the lock is ours."""
    return statement.with_for_update().execution_options(populate_existing=True)


_SESSION = select(ChatSession).where(ChatSession.id == bindparam("its_id"))
_SESSION_LOCKED = _locked(_SESSION)
_WENT_ON = ("title", "last_seq", "leaf_id", "message_count", "last_message", "unread", "state", "updated")
_GO_ON = (
    update(SESSIONS).where(SESSIONS.c.id == bindparam("its_id")).values({name: bindparam(name) for name in _WENT_ON})
)


async def go_on(db: AsyncSession, session: ChatSession) -> None:
    """Store what a new message changes in its conversation: past the unit of work, which would cost a turn more than
    all the rest of the storing.
    """
    values = {name: getattr(session, name) for name in _WENT_ON}
    await (await db.connection()).execute(_GO_ON, values | {"its_id": session.id})
    for name, value in values.items():
        set_committed_value(session, name, value)


def no_index(column: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """A column in a condition that is not what to search by: of an expression there is no index.

    SQLite knows nothing of how many rows there are, and takes an index for an equality before any other.
    """
    return column.concat("")


def seen_by(visible: Visible) -> list[ColumnElement[bool]]:
    """The conversations that somebody may see, where another index is searched by."""
    if visible.owner_id is None:
        return []
    own = ChatSession.owner_id == visible.owner_id
    return [own | ChatSession.owner_id.is_(None) if visible.ownerless else own]


async def visible_messages(
    db: AsyncSession, session_id: str, *, last: int, before: int | None = None
) -> Sequence[ChatMessage]:
    """The newest `last` messages of the visible branch, of those before number `before`, oldest first."""
    statement = select(ChatMessage).where(ChatMessage.session_id == session_id, ChatMessage.is_active)
    if before is not None:
        statement = statement.where(ChatMessage.seq < before)
    statement = statement.order_by(ChatMessage.seq.desc()).limit(last).execution_options(populate_existing=True)
    return list(reversed((await db.scalars(statement)).all()))


async def messages_after(
    db: AsyncSession, session_id: str, seq: int, *, limit: int, visible_only: bool
) -> Sequence[ChatMessage]:
    """The first `limit` messages after number `seq`, in order."""
    statement = select(ChatMessage).where(ChatMessage.session_id == session_id, ChatMessage.seq > seq)
    if visible_only:
        statement = statement.where(ChatMessage.is_active)
    return (await db.scalars(statement.order_by(ChatMessage.seq).limit(limit))).all()


async def message(db: AsyncSession, session_id: str, message_id: str) -> ChatMessage | None:
    statement = select(ChatMessage).where(ChatMessage.id == message_id, ChatMessage.session_id == session_id)
    return (await db.scalars(statement)).one_or_none()


async def customers_message(db: AsyncSession, session_id: str, provider_message_id: str) -> ChatMessage | None:
    """What a customer wrote, by the id that his provider gave it; the newest, should it have given two the same."""
    statement = select(ChatMessage).where(
        ChatMessage.session_id == session_id, ChatMessage.provider_message_id == provider_message_id
    )
    return (await db.scalars(statement.order_by(no_index(ChatMessage.id).desc()).limit(1))).one_or_none()


async def exchange(
    db: AsyncSession, session_id: str, client_message_id: str
) -> tuple[ChatMessage, ChatMessage | None] | None:
    """The question stored under the client's own id, and its answer: the visible one, else the newest.

    A held one has none: what a person said below it answers no single question.
    """
    question = (
        await db.scalars(
            select(ChatMessage).where(
                ChatMessage.session_id == session_id, ChatMessage.client_message_id == client_message_id
            )
        )
    ).one_or_none()
    if question is None:
        return None
    if question.held:
        return question, None
    answer = await db.scalars(
        select(ChatMessage)
        .where(ChatMessage.parent_id == question.id, ChatMessage.role == "assistant")
        .order_by(ChatMessage.is_active.desc(), ChatMessage.seq.desc())
        .limit(1)
    )
    return question, answer.one_or_none()


async def messages(db: AsyncSession, ids: Collection[str | None]) -> Sequence[ChatMessage]:
    return (await db.scalars(select(ChatMessage).where(ChatMessage.id.in_(ids)))).all()


async def abandoned(db: AsyncSession, expired_at: datetime | None) -> Sequence[str]:
    """The conversations that `unfinished_answers` are in."""
    statement = select(ChatMessage.session_id).where(IS_UNFINISHED).distinct()
    if expired_at is not None:
        statement = statement.where(ChatMessage.lease_until < expired_at)
    return (await db.scalars(statement)).all()


async def unfinished_answers(
    db: AsyncSession, session_ids: Collection[str], *, expired_at: datetime | None
) -> Sequence[ChatMessage]:
    """Answers of these conversations that are not over, in order, locked: those whose lease ended before `expired_at`,
    or all for `None`.
    """
    statement = select(ChatMessage).where(IS_UNFINISHED, no_index(ChatMessage.session_id).in_(session_ids))
    if expired_at is not None:
        statement = statement.where(ChatMessage.lease_until < expired_at)
    return (await db.scalars(statement.order_by(ChatMessage.id).with_for_update())).all()


async def renew_leases(db: AsyncSession, holder: str, answer_ids: Collection[str], until: datetime) -> None:
    """Of those of these unfinished answers that are `holder`'s."""
    mine = update(ChatMessage).where(ChatMessage.id.in_(answer_ids), IS_UNFINISHED, ChatMessage.holder == holder)
    await db.execute(mine.values(lease_until=until).execution_options(synchronize_session=False))


async def held_by(db: AsyncSession, holder: str, answer_ids: Collection[str]) -> set[str]:
    """Which of these unfinished answers are `holder`'s; they are locked."""
    statement = (
        select(ChatMessage.id)
        .where(ChatMessage.id.in_(answer_ids), IS_UNFINISHED, ChatMessage.holder == holder)
        .order_by(ChatMessage.id)
        .with_for_update()
    )
    return set((await db.scalars(statement)).all())


async def still_open(db: AsyncSession, answer_ids: Collection[str]) -> set[str]:
    """Which of these answers are not over."""
    return set((await (await db.connection()).execute(_STILL_OPEN, {"its_ids": list(answer_ids)})).scalars())


async def earlier_unfinished(db: AsyncSession, session_id: str, seq: int) -> bool:
    """Is an earlier message of this conversation still being answered?"""
    statement = (
        select(ChatMessage.id)
        .where(no_index(ChatMessage.session_id) == session_id, ChatMessage.seq < seq, IS_UNFINISHED)
        .limit(1)
    )
    return (await db.scalars(statement)).first() is not None


async def messages_since(
    db: AsyncSession, *, source_id: str, contact_key: str, address_hash: str, since: datetime
) -> int:
    """How many messages this contact, or anybody from his address, wrote to a channel instance since then."""
    same_person = ChatSession.contact_key == contact_key
    if address_hash:
        same_person |= ChatSession.address_hash == address_hash
    at_instance = no_index(ChatSession.source_id) == source_id  # else all that it ever had would be read
    # Whatever is said in a conversation moves it to the end of this index.
    his = select(ChatSession.id).where(ChatSession.updated >= since, at_instance, same_person)
    statement = select(func.count()).where(
        ChatMessage.session_id.in_(his), ChatMessage.role == "user", ChatMessage.created >= since
    )
    return (await db.scalar(statement)) or 0


async def insert_messages(db: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Store several messages in one round trip; the rows name the same columns."""
    await (await db.connection()).execute(_INSERT, rows)


async def update_answers(db: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Change several answers, found by their `id`, in as few round trips as their columns allow.

    One that is gone is left out, and one that is over: nobody says more after he was silenced.
    """
    alike: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for row in rows:
        alike.setdefault(tuple(row), []).append({"its_id" if name == "id" else name: row[name] for name in row})
    connection = await db.connection()
    for names, changes in alike.items():
        await connection.execute(_changing(names), changes)


@cache
def _changing(names: tuple[str, ...]) -> Update:
    values: dict[str, object] = {name: bindparam(name) for name in names if name != "id"}
    return update(MESSAGES).where(MESSAGES.c.id == bindparam("its_id"), IS_UNFINISHED).values(values)


async def why(db: AsyncSession, message_id: str) -> Why | None:
    """Why this answer was given, where that was kept."""
    return (await db.execute(select(ChatMessage.why).where(ChatMessage.id == message_id))).scalar_one_or_none()


async def say_last(db: AsyncSession, rows: Sequence[Mapping[str, str]]) -> None:
    """Show the beginning of a finished answer in the list, where it is the last visible message."""
    if rows:
        await (await db.connection()).execute(_SAY_LAST, rows)


async def unfinished_of(db: AsyncSession, session_ids: Sequence[str]) -> Sequence[str]:
    """The answers of these conversations that are still being given."""
    statement = select(ChatMessage.id).where(IS_UNFINISHED, no_index(ChatMessage.session_id).in_(session_ids))
    return (await db.scalars(statement)).all()
