"""Selects on API keys."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.accounts.models import ApiKey, User


def is_live(now: datetime) -> ColumnElement[bool]:
    return and_(ApiKey.revoked_at.is_(None), or_(ApiKey.expires.is_(None), ApiKey.expires > now), User.is_active)


async def live_keys(db: AsyncSession, prefix: str, now: datetime) -> Sequence[tuple[ApiKey, User]]:
    """Keys that begin so, with their owners; a prefix is no secret and need not be unique."""
    found = select(ApiKey, User).join(User, ApiKey.owner_id == User.id).where(ApiKey.prefix == prefix, is_live(now))
    return [(key, owner) for key, owner in (await db.execute(found)).all()]


async def keys(
    db: AsyncSession, *, owner_id: str | None, with_revoked: bool, limit: int, offset: int
) -> tuple[Sequence[ApiKey], int]:
    """Keys, newest first, of one owner or of all, and how many there are."""
    wanted = select(ApiKey)
    if owner_id is not None:
        wanted = wanted.where(ApiKey.owner_id == owner_id)
    if not with_revoked:
        wanted = wanted.where(ApiKey.revoked_at.is_(None))
    total = await db.scalar(select(func.count()).select_from(wanted.subquery()))
    page = wanted.order_by(ApiKey.created.desc(), ApiKey.id.desc()).limit(limit).offset(offset)
    return (await db.execute(page)).scalars().all(), total or 0


async def key_by_id(db: AsyncSession, key_id: str) -> ApiKey | None:
    return await db.get(ApiKey, key_id)


async def store_uses(db: AsyncSession, uses: Mapping[str, datetime]) -> None:
    """When keys were last used; never backwards, since another process may have written a later moment."""
    for key_id, at in sorted(uses.items()):  # two processes never wait crosswise
        is_later = or_(ApiKey.last_used.is_(None), ApiKey.last_used < at)
        await db.execute(update(ApiKey).where(ApiKey.id == key_id, is_later).values(last_used=at))
