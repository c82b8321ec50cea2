"""Selects on sign-ins: who stands behind a session or an API key now, a user's sessions, tickets of streams."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.accounts.models import ApiKey, RefreshSession, StreamTicket, User
from secretary.accounts.queries import is_live_session
from secretary.accounts.queries.keys import is_live as is_live_key
from secretary.kernel.unit import Actor


async def live_actors(db: AsyncSession, ids: Collection[str], now: datetime) -> dict[str, Actor]:
    """By id of session or key, the actor behind it with rights as they are now; those that are dead are missing."""
    sessions = (
        select(RefreshSession.id, User.id, User.role)
        .join(User, RefreshSession.user_id == User.id)
        .where(RefreshSession.id.in_(ids), is_live_session(now))
    )
    found = {
        session_id: Actor("user", user_id, role.value, session_id)
        for session_id, user_id, role in (await db.execute(sessions)).all()
    }
    return found if len(found) == len(ids) else found | await _live_keys(db, set(ids) - set(found), now)


async def _live_keys(db: AsyncSession, ids: Collection[str], now: datetime) -> dict[str, Actor]:
    keys = (
        select(ApiKey.id, User.id, User.role, ApiKey.scopes)
        .join(User, ApiKey.owner_id == User.id)
        .where(ApiKey.id.in_(ids), is_live_key(now))
    )
    return {
        key_id: Actor("api_key", user_id, role.value, key_id, scopes=frozenset(scopes))
        for key_id, user_id, role, scopes in (await db.execute(keys)).all()
    }


async def sessions_of(
    db: AsyncSession, user_id: str, now: datetime, *, limit: int, offset: int
) -> tuple[Sequence[RefreshSession], int]:
    """A user's live sessions, the last used first, and how many there are."""
    wanted = (
        select(RefreshSession)
        .join(User, RefreshSession.user_id == User.id)
        .where(RefreshSession.user_id == user_id, is_live_session(now))
    )
    total = await db.scalar(select(func.count()).select_from(wanted.subquery()))
    page = wanted.order_by(RefreshSession.last_used.desc(), RefreshSession.id.desc()).limit(limit).offset(offset)
    return (await db.execute(page)).scalars().all(), total or 0


async def other_sessions(db: AsyncSession, user_id: str, session_id: str, now: datetime) -> Sequence[RefreshSession]:
    """A user's live sessions but this one."""
    found = (
        select(RefreshSession)
        .join(User, RefreshSession.user_id == User.id)
        .where(RefreshSession.user_id == user_id, RefreshSession.id != session_id, is_live_session(now))
    )
    return (await db.execute(found)).scalars().all()


async def take_ticket(db: AsyncSession, digest: str, now: datetime) -> tuple[str | None] | None:
    """Use a ticket up: the session it was made for, in a tuple. None for one that is unknown, used or too old."""
    used = (
        delete(StreamTicket)
        .where(StreamTicket.digest == digest)
        .returning(StreamTicket.session_id, StreamTicket.expires)
    )
    row = (await db.execute(used)).one_or_none()
    return (row[0],) if row is not None and row[1] > now else None


async def forget_old_tickets(db: AsyncSession, now: datetime) -> None:
    await db.execute(delete(StreamTicket).where(StreamTicket.expires <= now))
