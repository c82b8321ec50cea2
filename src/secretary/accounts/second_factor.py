"""Setting up, renewing and giving up the second factor: flows of short units with slow hashing between them.

Each asks for the password again: an unlocked screen must not be enough to lock its owner out.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from secretary.accounts import factors, queries, service, totp
from secretary.accounts.factors import wrong_code
from secretary.accounts.limits import by_account, by_second_factor
from secretary.accounts.sign_in import Accounts, wrong_current_password
from secretary.kernel.errors import Conflict
from secretary.kernel.unit import Actor, Unit

ISSUER = "AI Secretary"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setup:
    """What the authenticator application is given: the secret as text and as the address of a QR code."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """The flows for one's own second factor."""

    accounts: Accounts

    async def set_up(self, actor: Actor, password: str) -> Setup:
        """Begin anew. Raises Conflict when one is on, Invalid for a wrong password, RateLimited."""
        await self._prove(actor, password)
        async with self.accounts.units.write(actor) as unit:
            secret = await factors.begin(unit, self.accounts.vault, actor.id)
            username = (await service.user_of(unit, actor.id)).username
        return Setup(secret, totp.uri(secret, username, ISSUER))

    async def confirm(self, actor: Actor, code: str) -> list[str]:
        """Switch on; returns the recovery codes. Raises Invalid for a wrong code, NotFound, Conflict, RateLimited."""
        attempt = await self.accounts.count([by_second_factor(self.accounts.limits, actor.id)])
        async with self.accounts.units.write(actor) as unit:
            codes = await factors.confirm(unit, self.accounts.vault, actor.id, "".join(code.split()))
            await queries.forget_attempts(unit.db, attempt)
        return codes

    async def renew_recovery_codes(self, actor: Actor, password: str, code: str) -> list[str]:
        """Raises Conflict when it is off, Invalid for a wrong password or code, RateLimited."""
        return await self._with_both(actor, password, code, lambda unit: factors.renew_recovery_codes(unit, actor.id))

    async def disable(self, actor: Actor, password: str, code: str) -> None:
        """Switch off. Raises as `renew_recovery_codes`."""
        await self._with_both(actor, password, code, lambda unit: factors.remove(unit, actor.id))

    async def _with_both(self, actor: Actor, password: str, code: str, change: Callable[[Unit], Awaitable[T]]) -> T:
        await self._prove(actor, password)
        attempt = await self.accounts.count([by_second_factor(self.accounts.limits, actor.id)])
        async with self.accounts.units.write(actor) as unit:
            if not (await factors.state_of(unit, actor.id)).enabled:
                raise Conflict("second_factor_off", en="Two-factor login is off.", ru="Двухфакторный вход выключен.")
            if not await factors.accept(unit, self.accounts.vault, actor.id, code):
                raise wrong_code()
            await queries.forget_attempts(unit.db, attempt)
            return await change(unit)

    async def _prove(self, actor: Actor, password: str) -> None:
        """Counted together with the attempts to change the password."""
        async with self.accounts.units.read() as unit:
            user = await service.user_of(unit, actor.id)
        attempt = await self.accounts.count([by_account(self.accounts.limits, f"change:{user.id}")])
        if not await self.accounts.passwords.is_right(user.password_hash, password):
            raise wrong_current_password()
        async with self.accounts.units.write() as unit:
            await queries.forget_attempts(unit.db, attempt)
