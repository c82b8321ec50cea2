"""Statements of the list of conversations. Each page is read from the end of an index; no message is touched."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.conversations.models import ChatSession
from secretary.conversations.ports import Visible
from secretary.conversations.queries import no_index, seen_by


class _Asked(NamedTuple):
    """The conditions of a list. Statements are made once for each, of names: making them costs more than reading."""

    is_narrowed: bool
    ownerless: bool
    has_source: bool

    @classmethod
    def of(cls, visible: Visible, source: str | None) -> "_Asked":
        return cls(visible.owner_id is not None, visible.ownerless, source is not None)

    def parts(self) -> list[list[ColumnElement[bool]]]:
        """The conditions of each part. One part an index: an OR would make SQLite sort everything. Where nothing is
        asked nothing is said: it counts a whole table at once, and with `1 = 1` row by row.
        """
        source = [ChatSession.source == bindparam("its_source")] if self.has_source else []
        if not self.is_narrowed:
            return [source]
        own = [ChatSession.owner_id == bindparam("its_owner"), *source]
        return [own, [ChatSession.owner_id.is_(None), *source]] if self.ownerless else [own]


@cache
def _page(asked: _Asked) -> Select[ChatSession]:
    latest = select(ChatSession.id, ChatSession.updated).order_by(ChatSession.updated.desc(), ChatSession.id.desc())
    parts = [latest.where(*conditions).limit(bindparam("up_to")).subquery() for conditions in asked.parts()]
    ids = union_all(*(select(part.c.id) for part in parts)).subquery()
    page = select(ChatSession).join(ids, ids.c.id == ChatSession.id)
    return _latest_first(page).limit(bindparam("at_most")).offset(bindparam("from_there"))


@cache
def _count(asked: _Asked) -> Select[int]:
    every = select(func.count().label("count")).select_from(ChatSession)
    parts = union_all(*(every.where(*conditions) for conditions in asked.parts())).subquery()
    return select(func.sum(parts.c.count))


async def page(
    db: AsyncSession, visible: Visible, *, source: str | None, limit: int, offset: int
) -> Sequence[ChatSession]:
    """Conversations, the latest first."""
    asked = {"its_owner": visible.owner_id, "its_source": source}
    turned = {"up_to": limit + offset, "at_most": limit, "from_there": offset}
    return (await db.scalars(_page(_Asked.of(visible, source)), asked | turned)).all()


async def count(db: AsyncSession, visible: Visible, *, source: str | None) -> int:
    asked = {"its_owner": visible.owner_id, "its_source": source}
    return int(await db.scalar(_count(_Asked.of(visible, source)), asked) or 0)


async def sources(db: AsyncSession) -> Sequence[str]:
    """The kinds of channel that there are conversations of, by jumping from one to the next in the index."""
    found: list[str] = []
    while (
        following := await db.scalar(
            select(func.min(ChatSession.source)).where(ChatSession.source > (found[-1] if found else ""))
        )
    ) is not None:
        found.append(following)
    return found


async def among(db: AsyncSession, ids: Sequence[str], visible: Visible, *, source: str | None) -> Sequence[ChatSession]:
    """Those of these conversations that may be seen, the latest first."""
    statement = select(ChatSession).where(ChatSession.id.in_(ids), *seen_by(visible))
    statement = statement if source is None else statement.where(ChatSession.source == source)
    return (await db.scalars(_latest_first(statement))).all()


async def newest_of_contact(db: AsyncSession, source: str, source_id: str, contact_key: str) -> ChatSession | None:
    """The conversation that a contact began last at a channel."""
    statement = (
        select(ChatSession)
        .where(
            no_index(ChatSession.source) == source,
            ChatSession.source_id == source_id,
            ChatSession.contact_key == contact_key,
        )
        .order_by(ChatSession.created.desc(), ChatSession.id.desc())
        .limit(1)
    )
    return (await db.scalars(statement)).one_or_none()


def _latest_first(statement: Select[ChatSession]) -> Select[ChatSession]:
    return statement.order_by(ChatSession.updated.desc(), ChatSession.id.desc())
