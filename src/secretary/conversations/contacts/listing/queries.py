"""Statements of the list of contacts. A merged contact is found, and shown as the one that it was merged into."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, TableValuedAlias, cast, exists, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.conversations.contacts.models import Contact, ContactIdentity
from secretary.conversations.contacts.queries import seen_by
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import Visible
from secretary.kernel.inflection import fold

COUNTED = 10_000
Sort = Literal["last_seen", "first_seen", "name"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asks for. `source` is a kind of channel by which one is known."""

    visible: Visible
    search: str = ""
    tag: str | None = None
    source: str | None = None
    blocked: bool | None = None
    sort: Sort = "last_seen"
    ascending: bool = False


async def page(db: AsyncSession, wanted: Wanted, *, limit: int, offset: int) -> tuple[Sequence[Contact], int]:
    """Contacts in the order that is asked for, and how many there are, counted to ten thousand."""
    statement = select(Contact).where(Contact.merged_into.is_(None), *seen_by(wanted.visible))
    for condition in _conditions(db, wanted):
        statement = statement.where(condition)
    counted = statement.with_only_columns(literal(1).label("one")).limit(COUNTED).subquery()
    total = await db.scalar(select(func.count()).select_from(counted)) or 0
    by = (getattr(Contact, wanted.sort), Contact.id)
    ordered = statement.order_by(*(column.asc() if wanted.ascending else column.desc() for column in by))
    return (await db.scalars(ordered.limit(limit).offset(offset))).all(), total


async def tags(db: AsyncSession, visible: Visible, *, limit: int) -> Sequence[tuple[str, int]]:
    """The tags that contacts have, each with how many have it, the most used first."""
    each = _tags_of(db)
    tag, count = each.c.value, func.count()
    found = select(tag, count).select_from(Contact).join(each, literal(1) == 1)
    found = found.where(Contact.merged_into.is_(None), *seen_by(visible)).group_by(tag)
    return [(row[0], row[1]) for row in await db.execute(found.order_by(count.desc(), tag).limit(limit))]


def _tags_of(db: AsyncSession) -> TableValuedAlias:
    if db.get_bind().dialect.name == "postgresql":
        return func.jsonb_array_elements_text(cast(Contact.tags, JSONB)).table_valued("value")
    return func.json_each(Contact.tags).table_valued("value")


def _conditions(db: AsyncSession, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.search:
        known = select(Contact.root_id).where(Contact.search_text.contains(fold(wanted.search), autoescape=True))
        found.append(Contact.id.in_(known))
    if wanted.tag is not None:
        found.append(_has_tag(db, wanted.tag))
    if wanted.source is not None:
        of_kind = select(Contact.root_id).join(ContactIdentity, ContactIdentity.contact_id == Contact.id)
        found.append(Contact.id.in_(of_kind.where(ContactIdentity.kind == wanted.source)))
    if wanted.blocked is not None:
        found.append(Contact.blocked == wanted.blocked)
    return found


def _has_tag(db: AsyncSession, tag: str) -> ColumnElement[bool]:
    if db.get_bind().dialect.name == "postgresql":
        return cast(Contact.tags, JSONB).contains([tag])
    each = _tags_of(db)
    return exists().select_from(each).where(each.c.value == tag)


async def keys_of(db: AsyncSession, root_id: str, *, limit: int) -> Collection[str]:
    """As whom a customer writes, by channel: the keys of his conversations."""
    statement = (
        select(ChatSession.contact_key)
        .join(Contact, Contact.id == ChatSession.contact_id)
        .where(Contact.root_id == root_id)
        .distinct()
    )
    return (await db.scalars(statement.limit(limit))).all()
