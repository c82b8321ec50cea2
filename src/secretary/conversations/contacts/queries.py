"""Statements on contacts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, bindparam, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.conversations.contacts.identity import alike
from secretary.conversations.contacts.models import IS_PROVEN, Contact, ContactIdentity, ContactNote
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import Visible
from secretary.kernel import upsert

_IDENTITIES = cast(Table, ContactIdentity.__table__)
_KNOWN = (
    select(Contact)
    .join(ContactIdentity, ContactIdentity.contact_id == Contact.id)
    .where(
        ContactIdentity.tenant == bindparam("its_tenant"),
        ContactIdentity.kind == bindparam("its_kind"),
        ContactIdentity.value == bindparam("its_value"),
        text(f"contact_identities.{IS_PROVEN}"),
    )
)


async def known_by(db: AsyncSession, tenant: str, kind: str, value: str) -> Contact | None:
    """The contact that has proven this identity."""
    asked = {"its_tenant": tenant, "its_kind": kind, "its_value": value}
    return (await db.scalars(_KNOWN, asked)).one_or_none()


@cache
def _claim(dialect: str) -> Any:
    claimed = upsert.insert(dialect, _IDENTITIES).on_conflict_do_nothing(
        index_elements=["tenant", "kind", "value"], index_where=text(IS_PROVEN)
    )
    return claimed.returning(_IDENTITIES.c.id)


async def claim(db: AsyncSession, identity: Mapping[str, object]) -> bool:
    """Store a proven identity, unless a contact of the tenant has it; waits for another unit that is about to."""
    connection = await db.connection()
    return (await connection.execute(_claim(connection.dialect.name), identity)).first() is not None


async def contact(db: AsyncSession, contact_id: str, *, lock: bool = False) -> Contact | None:
    statement = select(Contact).where(Contact.id == contact_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(statement)).one_or_none()


async def contacts(db: AsyncSession, ids: Collection[str | None]) -> Mapping[str, Contact]:
    return {row.id: row for row in await db.scalars(select(Contact).where(Contact.id.in_(ids)))}


async def root_ids(db: AsyncSession, ids: Collection[str]) -> set[str]:
    """The roots of these contacts as they are now."""
    return set((await db.scalars(select(Contact.root_id).where(Contact.id.in_(ids)))).all())


async def trees(db: AsyncSession, root_ids: Collection[str], *, lock: bool = False) -> Sequence[Contact]:
    """All contacts of these trees, the oldest first; `lock` reads them anew and keeps them as they are."""
    statement = select(Contact).where(Contact.root_id.in_(root_ids)).order_by(Contact.id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(statement)).all()


async def identities(db: AsyncSession, contact_ids: Collection[str]) -> Sequence[ContactIdentity]:
    """By what these contacts are known, in the order in which it was learnt."""
    statement = select(ContactIdentity).where(ContactIdentity.contact_id.in_(contact_ids))
    return (await db.scalars(statement.order_by(ContactIdentity.created, ContactIdentity.id))).all()


async def identity(db: AsyncSession, contact_ids: Collection[str], identity_id: str) -> ContactIdentity | None:
    statement = select(ContactIdentity).where(
        ContactIdentity.id == identity_id, ContactIdentity.contact_id.in_(contact_ids)
    )
    return (await db.scalars(statement)).one_or_none()


async def seen(db: AsyncSession, contact_id: str, now: datetime) -> None:
    """Past the unit of work, and without a lock that a message would wait for."""
    statement = update(Contact).where(Contact.id == contact_id, Contact.last_seen < now).values(last_seen=now)
    await db.execute(statement.execution_options(synchronize_session=False))


async def block(db: AsyncSession, root_id: str, *, blocked: bool) -> None:
    await db.execute(update(Contact).where(Contact.root_id == root_id).values(blocked=blocked))


async def alike_of(db: AsyncSession, tree: Sequence[Contact], *, limit: int) -> Sequence[Contact]:
    """Roots of other trees of the tenant that are known by the same as one of these, the latest seen first."""
    mine = await identities(db, [each.id for each in tree])
    if not mine:
        return ()
    same = [and_(ContactIdentity.value == one.value, ContactIdentity.kind.in_(alike(one.kind))) for one in mine]
    found = (
        select(Contact.root_id)
        .join(ContactIdentity, ContactIdentity.contact_id == Contact.id)
        .where(ContactIdentity.tenant == tree[0].tenant, Contact.root_id != tree[0].root_id, or_(*same))
    )
    statement = select(Contact).where(Contact.id.in_(found)).order_by(Contact.last_seen.desc(), Contact.id)
    return (await db.scalars(statement.limit(limit))).all()


def seen_by(visible: Visible) -> list[ColumnElement[bool]]:
    """The contacts that somebody may see."""
    if visible.owner_id is None:
        return []
    own = Contact.owner_id == visible.owner_id
    return [own | Contact.owner_id.is_(None) if visible.ownerless else own]


async def timeline(
    db: AsyncSession, root_id: str, visible: Visible, *, limit: int, offset: int
) -> tuple[Sequence[ChatSession], int]:
    """The conversations of all contacts of a tree, the latest first, and how many there are."""
    statement = (
        select(ChatSession).join(Contact, Contact.id == ChatSession.contact_id).where(Contact.root_id == root_id)
    )
    if visible.owner_id is not None:
        own = ChatSession.owner_id == visible.owner_id
        statement = statement.where(own | ChatSession.owner_id.is_(None) if visible.ownerless else own)
    total = await db.scalar(select(func.count()).select_from(statement.subquery())) or 0
    latest = statement.order_by(ChatSession.updated.desc(), ChatSession.id.desc()).limit(limit).offset(offset)
    return (await db.scalars(latest)).all(), total


async def notes(db: AsyncSession, contact_ids: Collection[str]) -> Sequence[ContactNote]:
    """The notes on these contacts, oldest first."""
    statement = select(ContactNote).where(ContactNote.contact_id.in_(contact_ids)).order_by(ContactNote.id)
    return (await db.scalars(statement)).all()


async def note(db: AsyncSession, contact_ids: Collection[str], note_id: str) -> ContactNote | None:
    statement = select(ContactNote).where(ContactNote.id == note_id, ContactNote.contact_id.in_(contact_ids))
    return (await db.scalars(statement)).one_or_none()
