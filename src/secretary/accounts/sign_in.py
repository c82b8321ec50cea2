"""Signing in, staying in, changing the password: flows of several short units with slow hashing between them."""

from dataclasses import dataclass, field

from secretary.accounts import factors, limits, queries, service, sessions
from secretary.accounts.challenges import (
    issue_challenge,
    read_challenge,
    second_factor_needed,
    sign_in_again,
    wrong_second_factor,
)
from secretary.accounts.events import SignInFailed
from secretary.accounts.limits import Counted, LoginLimits, by_account, by_address, by_second_factor
from secretary.accounts.models import User
from secretary.accounts.names import username_key
from secretary.accounts.passwords import Passwords, check_policy
from secretary.accounts.queries.factors import is_on
from secretary.accounts.sessions import Device, Opened
from secretary.accounts.tokens import AccessTokens, RefreshToken, bad_token
from secretary.kernel.errors import Invalid, Unauthenticated
from secretary.kernel.secrets import Vault
from secretary.kernel.unit import ANONYMOUS, Actor, Unit, UnitFactory


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An access token and, unless the browser holds it already, a refresh token."""

    access_token: str
    refresh_token: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What was known of an account before its password was checked."""

    user_id: str
    password_hash: str | None
    version: int


NOBODY = Candidate("", None, 0)


@dataclass(frozen=True, slots=True)
class Accounts:
    """What the accounts' routes stand on; one for the installation."""

    units: UnitFactory
    tokens: AccessTokens
    vault: Vault
    passwords: Passwords = field(default_factory=Passwords)
    limits: LoginLimits = field(default_factory=LoginLimits)
    is_open_house: bool = False

    async def sign_in(self, username: str, password: str, device: Device) -> SignedIn:
        """Raises RateLimited, and Unauthenticated alike for a wrong password, no such user and a deactivated one.

        Raises Unauthenticated `second_factor_needed` with a challenge for `finish_sign_in`.
        """
        key = username_key(username)
        async with self.units.read() as unit:
            candidate = await _candidate(unit, key)
            counted = await self._counted(unit, candidate, key, device.address)
        attempt = await self.count(counted)
        if not await self.passwords.is_right(candidate.password_hash, password):
            await self._note_failure(candidate.user_id, device)
            raise wrong_credentials()
        async with self.units.write(_proved(candidate.user_id, device)) as unit:
            await queries.forget_attempts(unit.db, attempt)
            user = _unchanged(await queries.user_by_id(unit.db, candidate.user_id), candidate.version)
            opened = None if await is_on(unit.db, user.id) else await sessions.open_session(unit, user, device)
        if opened is None:
            now = self.units.clock()
            raise second_factor_needed(issue_challenge(self.vault, candidate.user_id, candidate.version, now))
        return self._signed_in(opened)

    async def finish_sign_in(self, challenge: str, code: str, device: Device) -> SignedIn:
        """Raises RateLimited, and Unauthenticated for a wrong or used code and for a challenge that is too old."""
        user_id, version = read_challenge(self.vault, challenge, self.units.clock())
        attempt = await self.count([by_second_factor(self.limits, user_id), by_address(self.limits, device.address)])
        try:
            async with self.units.write(_proved(user_id, device)) as unit:
                user = await queries.user_by_id(unit.db, user_id)
                if user is None or not user.is_active or user.credentials_version != version:
                    raise sign_in_again()
                if not await factors.accept(unit, self.vault, user_id, code):
                    raise wrong_second_factor()
                await queries.forget_attempts(unit.db, attempt)
                opened = await sessions.open_session(unit, user, device)
        except Unauthenticated:
            await self._note_failure(user_id, device)
            raise
        return self._signed_in(opened)

    async def refresh(self, refresh_token: str, device: Device) -> SignedIn:
        """A new access token. Raises Unauthenticated; a token used twice has ended its session by then."""
        async with self.units.write(_stranger(device)) as unit:
            opened = await sessions.rotate(unit, RefreshToken.parse(refresh_token), device)
        if opened is None:
            raise bad_token()
        return self._signed_in(opened)

    async def change_password(self, actor: Actor, old: str, new: str, device: Device) -> SignedIn:
        """Every session of the user ends; the answer is a new one for the caller.

        Raises Invalid for a wrong old password or a new one against the policy, RateLimited after many wrong ones.
        """
        async with self.units.read() as unit:
            user = await service.user_of(unit, actor.id)
        check_policy(new, user.username)
        attempt = await self.count([by_account(self.limits, f"change:{user.id}")])
        if not await self.passwords.is_right(user.password_hash, old):
            raise wrong_current_password()
        new_hash = await self.passwords.hash(new)
        async with self.units.write(actor) as unit:
            await queries.forget_attempts(unit.db, attempt)
            changed = _unchanged(await queries.user_to_change(unit.db, user.id), user.credentials_version)
            await service.set_password_hash(unit, changed, new_hash)
            opened = await sessions.open_session(unit, changed, device)
        return self._signed_in(opened)

    async def sign_out(self, actor: Actor | None, refresh_token: str) -> bool:
        """End the caller's session, or without one that of the cookie; is the cookie now worth nothing?"""
        presented = RefreshToken.parse(refresh_token)
        async with self.units.write(actor or ANONYMOUS) as unit:
            ending = actor.session_id if actor else await sessions.session_of(unit, presented)
            await sessions.end_session(unit, ending or "")
        return actor is None or presented.session_id == ending

    async def _note_failure(self, user_id: str, device: Device) -> None:
        """In a unit of its own: that of the request comes to nothing."""
        async with self.units.write(_stranger(device)) as unit:
            unit.record(SignInFailed(user_id))

    def _signed_in(self, opened: Opened) -> SignedIn:
        access = self.tokens.issue(opened.claims, self.units.clock())
        return SignedIn(access, opened.refresh.text if opened.refresh is not None else None)

    async def _counted(self, unit: Unit, candidate: Candidate, key: str, address: str) -> list[Counted]:
        is_known = await queries.is_known_address(unit.db, candidate.user_id, address)
        return [by_account(self.limits, key, address if is_known else None), by_address(self.limits, address)]

    async def count(self, counted: list[Counted]) -> list[str]:
        """Count an attempt on each; returns what `queries.forget_attempts` takes back. Raises RateLimited."""
        async with self.units.read() as unit:
            await limits.refuse_if_limited(unit, counted)  # a flood is turned away without the writing connection
        async with self.units.write() as unit:
            return await limits.count(unit, counted)


def _proved(user_id: str, device: Device) -> Actor:
    """Who signs in, once he has proved his password."""
    return Actor("user", user_id, address=device.address)


def _stranger(device: Device) -> Actor:
    """Somebody at the door of the staff: where he stands is worth keeping."""
    return Actor("visitor", "", address=device.address)


async def _candidate(unit: Unit, key: str) -> Candidate:
    user = await queries.user_by_key(unit.db, key)
    if user is None or not user.is_active:
        return NOBODY
    return Candidate(user.id, user.password_hash, user.credentials_version)


def _unchanged(user: User | None, version: int) -> User:
    """The user, unless he was changed while the password was being checked."""
    if user is None or not user.is_active or user.credentials_version != version:
        raise wrong_credentials()
    return user


def wrong_credentials() -> Unauthenticated:
    return Unauthenticated(
        "wrong_credentials", en="Wrong user name or password.", ru="Неверное имя пользователя или пароль."
    )


def wrong_current_password() -> Invalid:
    return Invalid("wrong_current_password", en="The current password is wrong.", ru="Текущий пароль введён неверно.")
