"""Statements on the tree of messages. Each walks by index and touches only the part of the tree that it is about."""

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from secretary.conversations.models import ChatMessage
from secretary.conversations.ports import MessageStatus

AT_ONCE = 500
PREVIEW = 50

_MESSAGES = cast(Table, ChatMessage.__table__)


def _said_above() -> Select[str, str]:
    """Made once, of bare tables: the making would cost a turn more than the reading."""
    asked, above, said = _MESSAGES.alias(), _MESSAGES.alias(), _MESSAGES.alias()
    up = (
        select(asked.c.parent_id.label("id"), literal(1).label("steps"))
        .where(asked.c.id == bindparam("its_id"))
        .cte("up", recursive=True)
    )
    further = select(above.c.parent_id, up.c.steps + 1).join(up, above.c.id == up.c.id)
    up = up.union_all(further.where(up.c.steps < bindparam("last", type_=Integer)))
    return (
        select(said.c.role, said.c.content)
        .join(up, said.c.id == up.c.id)
        .where(said.c.content != "")
        .order_by(said.c.seq)
    )


_SAID_ABOVE = _said_above()


async def said_above(db: AsyncSession, message_id: str, *, last: int) -> Sequence[tuple[str, str]]:
    """(role, content) of the `last` messages on the way down to this one, oldest first; empty ones left out.

    The message's own ancestors, whatever branch is visible by now.
    """
    found = await (await db.connection()).execute(_SAID_ABOVE, {"its_id": message_id, "last": last})
    return [(role, content) for role, content in found.all()]


async def way_up(db: AsyncSession, message_id: str) -> Sequence[Row[str, int, bool]]:
    """(id, seq, is_active) from a message up to the first visible one, that one included."""
    up = (
        select(ChatMessage.id, ChatMessage.seq, ChatMessage.is_active, ChatMessage.parent_id)
        .where(ChatMessage.id == message_id)
        .cte("up", recursive=True)
    )
    above = aliased(ChatMessage)
    up = up.union_all(
        select(above.id, above.seq, above.is_active, above.parent_id).join(
            up, and_(above.id == up.c.parent_id, ~up.c.is_active)
        )
    )
    return (await db.execute(select(up.c.id, up.c.seq, up.c.is_active).order_by(up.c.seq.desc()))).all()


async def way_down(db: AsyncSession, message_id: str) -> Sequence[str]:
    """The ids from a message down to a leaf, the newest child each time."""
    down = select(ChatMessage.id, ChatMessage.seq).where(ChatMessage.id == message_id).cte("down", recursive=True)
    below, other = aliased(ChatMessage), aliased(ChatMessage)
    newest = select(func.max(other.seq)).where(other.parent_id == down.c.id).correlate(down).scalar_subquery()
    down = down.union_all(
        select(below.id, below.seq).join(down, and_(below.parent_id == down.c.id, below.seq == newest))
    )
    return (await db.scalars(select(down.c.id).order_by(down.c.seq))).all()


async def subtree(db: AsyncSession, message_id: str) -> Sequence[Row[str, MessageStatus]]:
    """(id, status) of a message and of everything below it, the deepest first."""
    tree = (
        select(ChatMessage.id, ChatMessage.seq, ChatMessage.status)
        .where(ChatMessage.id == message_id)
        .cte("tree", recursive=True)
    )
    below = aliased(ChatMessage)
    tree = tree.union_all(select(below.id, below.seq, below.status).join(tree, below.parent_id == tree.c.id))
    return (await db.execute(select(tree.c.id, tree.c.status).order_by(tree.c.seq.desc()))).all()


async def hide_below(db: AsyncSession, session_id: str, seq: int) -> None:
    """Hide the visible branch below number `seq`."""
    await db.execute(
        update(ChatMessage)
        .where(ChatMessage.session_id == session_id, ChatMessage.is_active, ChatMessage.seq > seq)
        .values(is_active=False)
        .execution_options(synchronize_session=False)
    )


async def show(db: AsyncSession, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), AT_ONCE):
        await db.execute(
            update(ChatMessage)
            .where(ChatMessage.id.in_(ids[start : start + AT_ONCE]))
            .values(is_active=True)
            .execution_options(synchronize_session=False)
        )


async def remove(db: AsyncSession, ids: Sequence[str]) -> None:
    """Delete messages; children come before their parents, so that no cascade runs deeper than SQLite allows."""
    for start in range(0, len(ids), AT_ONCE):
        await db.execute(
            delete(ChatMessage)
            .where(ChatMessage.id.in_(ids[start : start + AT_ONCE]))
            .execution_options(synchronize_session=False)
        )


async def cut_all(db: AsyncSession, session_ids: Sequence[str]) -> None:
    """Loosen all messages of conversations from each other before they are deleted: see `remove`."""
    await db.execute(
        update(ChatMessage)
        .where(ChatMessage.session_id.in_(session_ids), ChatMessage.parent_id.is_not(None))
        .values(parent_id=None)
        .execution_options(synchronize_session=False)
    )


async def newest_child(db: AsyncSession, session_id: str, parent_id: str | None) -> str | None:
    """The newest answer to a message, or the newest first message for `None`."""
    statement = (
        select(ChatMessage.id)
        .where(ChatMessage.session_id == session_id, _child_of(parent_id))
        .order_by(ChatMessage.seq.desc())
        .limit(1)
    )
    return (await db.scalars(statement)).one_or_none()


async def unsaid_answer(db: AsyncSession, question_id: str) -> str | None:
    """The answer to a question that has no word yet: the list shows the question then."""
    unsaid = select(ChatMessage.id).where(ChatMessage.parent_id == question_id, ChatMessage.content == "")
    return (await db.scalars(unsaid.order_by(ChatMessage.seq.desc()).limit(1))).one_or_none()


async def shown_answers(db: AsyncSession, session_id: str, question_ids: Collection[str]) -> Mapping[str, str]:
    """Of these questions the answers that are shown, by question; without those of which none is."""
    columns = (ChatMessage.parent_id, ChatMessage.id)
    its = and_(ChatMessage.session_id == session_id, ChatMessage.parent_id.in_(question_ids), ChatMessage.is_active)
    rows = await db.execute(select(*columns).where(its))
    return {parent_id: answer_id for parent_id, answer_id in rows if parent_id is not None}


async def siblings(db: AsyncSession, session_id: str, parents: Sequence[str | None]) -> Sequence[Row[str | None, str]]:
    """(parent, id) of all children of these parents, in order."""
    below = ChatMessage.parent_id.in_([parent for parent in parents if parent is not None])
    statement = select(ChatMessage.parent_id, ChatMessage.id).where(
        ChatMessage.session_id == session_id,
        or_(below, ChatMessage.parent_id.is_(None)) if None in parents else below,
    )
    return (await db.execute(statement.order_by(ChatMessage.seq))).all()


async def nodes(
    db: AsyncSession, session_id: str, start: str | None, levels: int
) -> Sequence[Row[str, str | None, str, str, bool, int]]:
    """(id, parent, role, beginning, is_active, level) of the tree from its roots, or from `start`, in order."""
    root = ChatMessage.id == start if start is not None else ChatMessage.parent_id.is_(None)
    tree = (
        select(ChatMessage.id, literal(1).label("level"))
        .where(ChatMessage.session_id == session_id, root)
        .cte("tree", recursive=True)
    )
    below = aliased(ChatMessage)
    tree = tree.union_all(
        select(below.id, tree.c.level + 1).join(tree, below.parent_id == tree.c.id).where(tree.c.level < levels)
    )
    message = ChatMessage
    statement = (
        select(
            message.id,
            message.parent_id,
            message.role,
            func.substr(message.content, 1, PREVIEW),
            message.is_active,
            tree.c.level,
        )
        .join(tree, message.id == tree.c.id)
        .order_by(message.seq)
    )
    return (await db.execute(statement)).all()


def _child_of(parent_id: str | None) -> ColumnElement[bool]:
    return ChatMessage.parent_id.is_(None) if parent_id is None else ChatMessage.parent_id == parent_id
