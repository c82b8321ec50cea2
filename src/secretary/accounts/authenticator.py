"""Fills the port `web.deps.Authenticator`: from an access token to the actor, with rights as they are now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from secretary.accounts import queries
from secretary.accounts.events import SessionEnded, UserAccessChanged
from secretary.accounts.tokens import AccessTokens, bad_token
from secretary.kernel.events import Event
from secretary.kernel.unit import ANONYMOUS, Actor, UnitFactory

CACHE_LIFE = timedelta(seconds=1)
CACHE_SIZE = 4096


@dataclass(frozen=True, slots=True)
class _Seen:
    actor: Actor
    at: datetime


class SessionAuthenticator:
    """Believes a token only as long as its session and its user are good in the database.

    A good session is remembered for one second; what ends a session in this process is known at once. With
    `open_house` callers without a token act as that user.
    """

    def __init__(self, units: UnitFactory, tokens: AccessTokens, open_house: Actor | None = None) -> None:
        self._units = units
        self._tokens = tokens
        self._seen: dict[str, _Seen] = {}
        self._changes = 0
        self.anonymous = open_house or ANONYMOUS
        units.bus.subscribe(SessionEnded, self._forget)
        units.bus.subscribe(UserAccessChanged, self._forget)

    async def authenticate(self, bearer: str) -> Actor:
        """The actor behind an access token. Raises Unauthenticated."""
        now = self._units.clock()
        session_id = self._tokens.read(bearer, now).session_id
        seen = self._seen.get(session_id)
        if seen is not None and timedelta(0) <= now - seen.at < CACHE_LIFE:
            return seen.actor
        return await self._look_up(session_id, now)

    async def _look_up(self, session_id: str, now: datetime) -> Actor:
        changes = self._changes
        async with self._units.read() as unit:
            found = await queries.live_role(unit.db, session_id, now)
        if found is None:
            raise bad_token()
        actor = Actor("user", found[0], found[1].value, session_id)
        if changes == self._changes:  # else a session may have ended while we read
            self._remember(session_id, _Seen(actor, now))
        return actor

    def _remember(self, session_id: str, seen: _Seen) -> None:
        if len(self._seen) >= CACHE_SIZE:
            self._seen.clear()
        self._seen[session_id] = seen

    def _forget(self, ended: Event) -> None:
        del ended  # all of it: one query a session is cheaper than knowing whose is whose
        self._changes += 1
        self._seen.clear()
