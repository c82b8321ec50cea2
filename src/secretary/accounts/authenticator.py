"""Fills the port `web.deps.Authenticator`: from a token or an API key to the actor, with rights as they are now."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from secretary.accounts.events import ApiKeyRevoked, SessionEnded, UserAccessChanged, UserDeleted
from secretary.accounts.key_use import KeyUses
from secretary.accounts.keys import MARK, KeyText
from secretary.accounts.queries.keys import live_keys
from secretary.accounts.queries.sign_ins import live_actors
from secretary.accounts.tokens import AccessTokens, bad_token
from secretary.accounts.watch import SignInWatch
from secretary.kernel.errors import Unauthenticated
from secretary.kernel.events import Event
from secretary.kernel.unit import ANONYMOUS, Actor, Unit, UnitFactory

CACHE_LIFE = timedelta(seconds=1)
CACHE_SIZE = 4096

LookUp = Callable[[Unit], Awaitable[Actor | None]]


@dataclass(frozen=True, slots=True)
class _Seen:
    actor: Actor
    at: datetime


class SessionAuthenticator:
    """Believes a token or a key only as long as it and its user are good in the database.

    A good one is remembered for one second; what ends it in this process is known at once. With `open_house`
    callers without a token act as that user. `watch` tells streams when their caller's sign-in has ended.
    """

    def __init__(self, units: UnitFactory, tokens: AccessTokens, open_house: Actor | None = None) -> None:
        self._units = units
        self._tokens = tokens
        self._seen: dict[str, _Seen] = {}
        self._changes = 0
        self._uses = KeyUses(units)
        self.watch = SignInWatch(units)
        self.anonymous = open_house or ANONYMOUS
        for kind in (SessionEnded, UserAccessChanged, UserDeleted, ApiKeyRevoked):
            units.bus.subscribe(kind, self._forget)

    async def authenticate(self, bearer: str) -> Actor:
        """The actor behind an access token or an API key. Raises Unauthenticated."""
        now = self._units.clock()
        if bearer.startswith(MARK):
            return await self._holder(KeyText(bearer), now)
        return await self.behind(self._tokens.read(bearer, now).session_id)

    async def behind(self, session_id: str) -> Actor:
        """The actor who holds this session now. Raises Unauthenticated."""

        async def look_up(unit: Unit) -> Actor | None:
            return (await live_actors(unit.db, [session_id], unit.now())).get(session_id)

        actor = await self._remembered(session_id, look_up)
        if actor is None:
            raise bad_token()
        return actor

    async def close(self) -> None:
        """Store when keys were last used, and stop looking after streams."""
        await self._uses.settle()
        await self.watch.close()

    async def _holder(self, key: KeyText, now: datetime) -> Actor:
        async def look_up(unit: Unit) -> Actor | None:
            for row, owner in await live_keys(unit.db, key.prefix, now):
                if key.fits(row.key_hash):
                    return Actor("api_key", owner.id, owner.role.value, row.id, scopes=frozenset(row.scopes))
            return None

        actor = await self._remembered(key.digest, look_up)
        if actor is None:
            raise bad_api_key()
        self._uses.note(actor.session_id, now)
        return actor

    async def _remembered(self, name: str, look_up: LookUp) -> Actor | None:
        now = self._units.clock()
        seen = self._seen.get(name)
        if seen is not None and timedelta(0) <= now - seen.at < CACHE_LIFE:
            return seen.actor
        changes = self._changes
        async with self._units.read() as unit:
            actor = await look_up(unit)
        if actor is not None and changes == self._changes:  # else a session may have ended while we read
            self._remember(name, _Seen(actor, now))
        return actor

    def _remember(self, name: str, seen: _Seen) -> None:
        if len(self._seen) >= CACHE_SIZE:
            self._seen.clear()
        self._seen[name] = seen

    def _forget(self, ended: Event) -> None:
        del ended  # all of it: one query a session is cheaper than knowing whose is whose
        self._changes += 1
        self._seen.clear()


def bad_api_key() -> Unauthenticated:
    return Unauthenticated(
        "bad_api_key",
        en="This API key is unknown, revoked or expired.",
        ru="Этот ключ API неизвестен, отозван или просрочен.",
    )
