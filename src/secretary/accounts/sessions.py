"""Sign-ins and their refresh tokens: opened, rotated, ended. Use cases on a unit."""

from dataclasses import dataclass
from datetime import timedelta

from secretary.accounts import queries
from secretary.accounts.events import SessionEnded, UserSignedIn
from secretary.accounts.models import USER_AGENT_LENGTH, RefreshSession, User
from secretary.accounts.queries.sign_ins import other_sessions
from secretary.accounts.tokens import REFRESH_LIFE, Claims, RefreshToken
from secretary.kernel.errors import NotFound
from secretary.kernel.unit import Unit

# Two tabs that wake together send the same token; the second one of them is no thief.
RACE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Device:
    """Where a request comes from: the peer's address and what the browser calls itself."""

    address: str
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a sign-in is worth: claims for an access token, and a refresh token unless the browser has it already."""

    claims: Claims
    refresh: RefreshToken | None


async def open_session(unit: Unit, user: User, device: Device) -> Opened:
    """A new sign-in of `user`, who has proved who he is."""
    now = unit.now()
    refresh = RefreshToken.new(unit.new_id())
    session = RefreshSession(
        id=refresh.session_id,
        user_id=user.id,
        token_hash=refresh.digest,
        credentials_version=user.credentials_version,
        created=now,
        last_used=now,
        expires=now + REFRESH_LIFE,
        user_agent=_short(device.user_agent),
        address=device.address,
    )
    unit.db.add(session)
    user.last_login = now
    await queries.forget_expired_sessions(unit.db, now)
    unit.record(UserSignedIn(user.id, session.id))
    return Opened(Claims(user.id, session.id), refresh)


async def rotate(unit: Unit, presented: RefreshToken, device: Device) -> Opened | None:
    """Exchange a refresh token for its successor; `None` when it is not good.

    A token that was exchanged before revokes its session: somebody copied it. Within `RACE` of the exchange it is
    good once more, but brings no successor, since the browser has received that already. Nothing is raised, because
    the revocation must be committed.
    """
    session = await queries.live_session(unit.db, presented.session_id, unit.now())
    if session is None:
        return None
    claims = Claims(session.user_id, session.id)
    if presented.fits(session.token_hash):
        return Opened(claims, _succeed(unit, session, device))
    if presented.fits(session.previous_hash) and unit.now() - session.last_used <= RACE:
        return Opened(claims, None)
    _end(unit, session, is_suspicious=True)
    return None


async def end_session(unit: Unit, session_id: str) -> None:
    """Sign out. Repeating changes nothing, nor does a session that is not there."""
    session = await queries.session_by_id(unit.db, session_id)
    if session is not None and session.revoked_at is None:
        _end(unit, session, is_suspicious=False)


async def end_own_session(unit: Unit, session_id: str) -> None:
    """End one of the actor's own sessions. Repeating changes nothing. Raises NotFound, for a foreign one, too."""
    session = await queries.session_by_id(unit.db, session_id)
    if session is None or session.user_id != unit.actor.id:
        raise NotFound("not_found", en="There is no such thing.", ru="Такого нет.")
    if session.revoked_at is None:
        _end(unit, session, is_suspicious=False)


async def end_other_sessions(unit: Unit) -> int:
    """End every session of the actor but the one he acts through; returns how many there were."""
    others = await other_sessions(unit.db, unit.actor.id, unit.actor.session_id, unit.now())
    for session in others:
        _end(unit, session, is_suspicious=False)
    return len(others)


async def session_of(unit: Unit, presented: RefreshToken) -> str | None:
    """The session that a refresh token is good for, without exchanging it."""
    session = await queries.live_session(unit.db, presented.session_id, unit.now())
    return session.id if session is not None and presented.fits(session.token_hash) else None


def _succeed(unit: Unit, session: RefreshSession, device: Device) -> RefreshToken:
    now = unit.now()
    refresh = RefreshToken.new(session.id)
    session.previous_hash, session.token_hash = session.token_hash, refresh.digest
    session.last_used, session.expires = now, now + REFRESH_LIFE
    session.address, session.user_agent = device.address, _short(device.user_agent)
    return refresh


def _end(unit: Unit, session: RefreshSession, *, is_suspicious: bool) -> None:
    session.revoked_at = unit.now()
    unit.record(SessionEnded(session.id, is_suspicious, session.user_id))


def _short(user_agent: str) -> str:
    return user_agent.replace("\0", "")[:USER_AGENT_LENGTH]
