"""Every select (and bulk delete) on users, sessions and attempts; keys, tickets and second factors are beside."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.accounts.models import LoginAttempt, RefreshSession, Role, User


async def user_by_id(db: AsyncSession, user_id: str) -> User | None:
    return await db.get(User, user_id)


async def user_to_change(db: AsyncSession, user_id: str) -> User | None:
    """The user as he is now; on PostgreSQL nobody else's access changes until the unit ends.

    Else two changes at once would end the sessions of one version only, and an opened one would outlive the other; and
    two admins who take each other's access away would wait for each other.
    """
    await db.flush()
    await lock_subject(db, "access of users")
    return await db.get(User, user_id, populate_existing=True)


async def user_by_key(db: AsyncSession, username_key: str) -> User | None:
    """The user of that folded name."""
    return (await db.execute(select(User).where(User.username_key == username_key))).scalar_one_or_none()


async def users(db: AsyncSession) -> Sequence[User]:
    """All users, oldest first."""
    return (await db.execute(select(User).order_by(User.created, User.id))).scalars().all()


async def active_admins(db: AsyncSession) -> Sequence[User]:
    """Oldest first; on PostgreSQL locked, so that two changes cannot each take the other's last admin away."""
    found = select(User).where(User.role == Role.ADMIN, User.is_active).order_by(User.created, User.id)
    return (await db.execute(found.with_for_update())).scalars().all()


async def add_user(db: AsyncSession, user: User) -> bool:
    """Store `user`; False when the name is taken, also by a change that runs beside this one."""
    try:
        async with db.begin_nested():
            db.add(user)
            await db.flush()
    except IntegrityError:
        return False
    return True


def is_live_session(now: datetime) -> ColumnElement[bool]:
    return and_(
        RefreshSession.revoked_at.is_(None),
        RefreshSession.expires > now,
        RefreshSession.credentials_version == User.credentials_version,
        User.is_active,
    )


async def live_session(db: AsyncSession, session_id: str, now: datetime) -> RefreshSession | None:
    """A session that may be refreshed, locked on PostgreSQL until the unit ends."""
    found = (
        select(RefreshSession)
        .join(User, RefreshSession.user_id == User.id)
        .where(RefreshSession.id == session_id, is_live_session(now))
        .with_for_update(of=RefreshSession)
    )
    return (await db.execute(found)).scalar_one_or_none()


async def session_by_id(db: AsyncSession, session_id: str) -> RefreshSession | None:
    return await db.get(RefreshSession, session_id)


async def is_known_address(db: AsyncSession, user_id: str, address: str) -> bool:
    """Has this user signed in from here within the life of a session? Costs the same for a user who is not there."""
    found = exists().where(RefreshSession.user_id == user_id, RefreshSession.address == address)
    return bool(await db.scalar(select(found)))


async def forget_expired_sessions(db: AsyncSession, now: datetime) -> None:
    await db.execute(delete(RefreshSession).where(RefreshSession.expires <= now))


async def lock_subject(db: AsyncSession, subject: str) -> None:
    """Let one unit at a time work on `subject`; on SQLite the writing unit itself sees to that."""
    if db.get_bind().dialect.name == "postgresql":
        await db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(subject, 0))))


async def attempts_since(db: AsyncSession, subject: str, since: datetime) -> tuple[int, datetime | None]:
    """How many attempts counted, and when the last was."""
    counted = select(func.count(), func.max(LoginAttempt.at)).where(
        LoginAttempt.subject == subject, LoginAttempt.at > since
    )
    count, last = (await db.execute(counted)).one()
    return count, last


async def forget_attempts(db: AsyncSession, ids: Sequence[str]) -> None:
    await db.execute(delete(LoginAttempt).where(LoginAttempt.id.in_(ids)))


async def forget_attempts_on(db: AsyncSession, subject: str) -> None:
    await db.execute(delete(LoginAttempt).where(LoginAttempt.subject == subject))


async def forget_attempts_before(db: AsyncSession, moment: datetime) -> None:
    await db.execute(delete(LoginAttempt).where(LoginAttempt.at < moment))
