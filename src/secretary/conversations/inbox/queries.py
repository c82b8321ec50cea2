"""Statements of the inbox. Each page is read from the end of an index; nothing is counted further than it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.conversations.contacts.models import Contact
from secretary.conversations.models import IS_UNREAD, ChatSession
from secretary.conversations.ports import OF_STAFF, SessionState, Visible
from secretary.conversations.queries import no_index

COUNTED = 1_000
LISTED = 10_000


@dataclass(frozen=True, slots=True)
class Conditions:
    """Which conversations. `but` leaves a state out; `nobodys` are assigned to nobody; `ids` were found by a search."""

    visible: Visible
    state: SessionState | None = None
    but: SessionState | None = None
    assignee_id: str | None = None
    nobodys: bool = False
    source: str | None = None
    unread: bool = False
    contact_root: str | None = None
    ids: Sequence[str] | None = None

    def waiting(self) -> "Conditions":
        return replace(self, state=SessionState.WAITING)

    def others(self) -> "Conditions":
        return replace(self, but=SessionState.WAITING)

    def parts(self) -> list[list[ColumnElement[bool]]]:
        """The conditions of each part. One part an index: an OR would make SQLite sort everything."""
        rest = self._rest()
        if self.visible.owner_id is None:
            return [rest]
        own = [ChatSession.owner_id == self.visible.owner_id, *rest]
        return [own, [ChatSession.owner_id.is_(None), *rest]] if self.visible.ownerless else [own]

    def _rest(self) -> list[ColumnElement[bool]]:
        is_source = ChatSession.source.not_in(OF_STAFF)
        asked: list[tuple[bool, ColumnElement[bool]]] = [
            (True, is_source if self.source is None else is_source & (ChatSession.source == self.source)),
            (self.state is not None, self._of_state()),
            (self.but is not None, ChatSession.state != self.but),
            (self.assignee_id is not None, ChatSession.assignee_id == self.assignee_id),
            (self.nobodys, ChatSession.assignee_id.is_(None)),
            (self.unread, self._is_unread()),
            (self.contact_root is not None, ChatSession.contact_id.in_(_tree(self.contact_root))),
            (self.ids is not None, ChatSession.id.in_(self.ids or ())),
        ]
        return [condition for is_asked, condition in asked if is_asked]

    def _of_state(self) -> ColumnElement[bool]:
        """Few wait or are a person's; of the others one's own are fewer."""
        is_many = self.state in (SessionState.SECRETARY, SessionState.CLOSED)
        state = no_index(ChatSession.state) if is_many and self.visible.owner_id is not None else ChatSession.state
        return state == self.state

    def _is_unread(self) -> ColumnElement[bool]:
        """In the words of the index, unless one's own are fewer."""
        if self.visible.owner_id is not None:
            return ChatSession.unread + 0 > 0
        return cast(ColumnElement[bool], IS_UNREAD)


def _tree(root_id: str | None) -> Select[str]:
    return select(Contact.id).where(Contact.root_id == root_id)


def _order(*, by_waiting: bool) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Who waits longest comes first; of the others, where something was said last."""
    if by_waiting:
        return ChatSession.waiting_since.asc(), ChatSession.id.asc()
    return ChatSession.updated.desc(), ChatSession.id.desc()


async def page(db: AsyncSession, wanted: Conditions, *, limit: int, offset: int) -> Sequence[ChatSession]:
    order = _order(by_waiting=wanted.state is SessionState.WAITING)
    parts = [
        select(ChatSession.id).where(*conditions).order_by(*order).limit(limit + offset).subquery()
        for conditions in wanted.parts()
    ]
    ids = union_all(*(select(part.c.id) for part in parts)).subquery()
    found = select(ChatSession).join(ids, ids.c.id == ChatSession.id).order_by(*order).limit(limit).offset(offset)
    return (await db.scalars(found)).all()


async def count(db: AsyncSession, wanted: Conditions, *, up_to: int) -> int:
    """How many there are, or `up_to` where they are more."""
    return await db.scalar(select(_counted(wanted, up_to))) or 0


async def counts(db: AsyncSession, wanted: Sequence[Conditions]) -> Sequence[int]:
    """How many there are of each, to a thousand, in one statement."""
    row = (await db.execute(select(*(_counted(one, COUNTED).label(f"n{at}") for at, one in enumerate(wanted))))).one()
    return list(row)


def _counted(wanted: Conditions, up_to: int) -> ColumnElement[int]:
    parts = [
        select(literal(1).label("one")).select_from(ChatSession).where(*conditions).limit(up_to).subquery()
        for conditions in wanted.parts()
    ]
    all_parts = union_all(*(select(part.c.one) for part in parts)).limit(up_to).subquery()
    return select(func.count()).select_from(all_parts).scalar_subquery()


async def of_contacts_named(db: AsyncSession, folded: str, *, last: int) -> Sequence[str]:
    """The latest conversations of customers that are found by these words, whoever they were merged with."""
    found = select(Contact.root_id).where(Contact.search_text.contains(folded, autoescape=True))
    tree = select(Contact.id).where(Contact.root_id.in_(found))
    statement = select(ChatSession.id).where(ChatSession.contact_id.in_(tree))
    return (await db.scalars(statement.order_by(ChatSession.updated.desc()).limit(last))).all()
