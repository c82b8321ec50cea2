"""Selects on users as an administrator sees them."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Table, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.accounts.models import User
from secretary.accounts.names import username_key
from secretary.kernel.db import Base


async def page_of_users(db: AsyncSession, *, search: str, limit: int, offset: int) -> tuple[Sequence[User], int]:
    """Users whose name, or display name as it is written, holds `search`, oldest first, and how many there are."""
    wanted = select(User)
    if search:
        in_name = User.username_key.contains(username_key(search), autoescape=True)
        wanted = wanted.where(or_(in_name, User.display_name.contains(search, autoescape=True)))
    total = await db.scalar(select(func.count()).select_from(wanted.subquery()))
    page = wanted.order_by(User.created, User.id).limit(limit).offset(offset)
    return (await db.execute(page)).scalars().all(), total or 0


async def users_by_ids(db: AsyncSession, ids: Collection[str]) -> Sequence[User]:
    """Those of these users that there are."""
    return (await db.scalars(select(User).where(User.id.in_(ids)))).all()


async def lock_user(db: AsyncSession, user_id: str) -> None:
    """On PostgreSQL nobody gives this user anything until the unit ends."""
    await db.execute(select(User.id).where(User.id == user_id).with_for_update())


async def tables_with_rows_of(db: AsyncSession, user_id: str) -> list[str]:
    """Names of the tables that hold rows which would lose their owner with this user."""
    return [
        table.name
        for table, is_his in _owning_columns(user_id)
        if await db.scalar(select(literal(1)).select_from(table).where(is_his).limit(1))
    ]


def _owning_columns(user_id: str) -> list[tuple[Table, ColumnElement[bool]]]:
    """Every column of the schema that points at a user and outlives him."""
    return [
        (table, key.parent == user_id)
        for table in Base.metadata.sorted_tables
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table.name == User.__tablename__ and (key.ondelete or "").upper() != "CASCADE"
    ]
