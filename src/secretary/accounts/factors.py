"""Use cases on the second factor, each within one unit: set up, confirmed, accepted, removed.

The code generator's secret is sealed for its user's row. Of a recovery code (80 random bits) only the digest is
kept. Whoever calls these has proved the password and counted the attempt.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass

from secretary.accounts import totp
from secretary.accounts.events import (
    RecoveryCodesRenewed,
    RecoveryCodeUsed,
    SecondFactorEnabled,
    SecondFactorRemoved,
)
from secretary.accounts.models import SEALED, RecoveryCode, SecondFactor
from secretary.accounts.queries import factors as queries
from secretary.kernel.errors import Conflict, Invalid, NotFound
from secretary.kernel.secrets import Vault
from secretary.kernel.unit import Unit

RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # 80 bits, 16 letters and digits
GROUP = 4


@dataclass(frozen=True, slots=True)
class FactorState:
    """Does a user sign in with a second factor, and how many recovery codes has he left?"""

    enabled: bool
    recovery_codes_left: int


async def state_of(unit: Unit, user_id: str) -> FactorState:
    is_on = await queries.is_on(unit.db, user_id)
    return FactorState(is_on, await queries.recovery_codes_left(unit.db, user_id) if is_on else 0)


async def begin(unit: Unit, vault: Vault, user_id: str) -> str:
    """A fresh secret for the code generator, which counts once it is confirmed. Raises Conflict when one counts."""
    if await queries.is_on(unit.db, user_id):
        raise Conflict("second_factor_on", en="Two-factor login is on already.", ru="Двухфакторный вход уже включён.")
    await queries.forget_unconfirmed(unit.db, user_id)
    secret = totp.new_secret()
    sealed = vault.seal(secret, bound_to=_place(user_id))
    unit.db.add(SecondFactor(user_id=user_id, sealed_secret=sealed, created=unit.now()))
    await unit.db.flush()
    return secret


async def confirm(unit: Unit, vault: Vault, user_id: str, code: str) -> list[str]:
    """The second factor counts from now on; returns the recovery codes. Raises NotFound, Conflict, Invalid."""
    factor = await queries.factor_of(unit.db, user_id)
    if factor is None:
        raise _not_begun()
    if factor.confirmed_at is not None:
        raise Conflict("second_factor_on", en="Two-factor login is on already.", ru="Двухфакторный вход уже включён.")
    if not await _accept_code(unit, vault, factor, code):
        raise wrong_code()
    factor.confirmed_at = unit.now()
    unit.record(SecondFactorEnabled(user_id))
    return await renew_recovery_codes(unit, user_id)


async def accept(unit: Unit, vault: Vault, user_id: str, code: str) -> bool:
    """Is this the code of the moment, or a recovery code? Each is good once. False without a second factor."""
    factor = await queries.factor_of(unit.db, user_id)
    if factor is None or factor.confirmed_at is None:
        return False
    typed = "".join(code.split()).replace("-", "")
    if typed.isdecimal():
        return await _accept_code(unit, vault, factor, typed)
    if await queries.take_recovery_code(unit.db, user_id, _digest(user_id, typed)):
        unit.record(RecoveryCodeUsed(user_id))
        return True
    return False


async def renew_recovery_codes(unit: Unit, user_id: str) -> list[str]:
    """Ten new codes, which are nowhere else; the earlier ones are void."""
    await queries.forget_recovery_codes(unit.db, user_id)
    codes = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    unit.db.add_all(RecoveryCode(user_id=user_id, code_hash=_digest(user_id, code)) for code in codes)
    await unit.db.flush()
    unit.record(RecoveryCodesRenewed(user_id))
    return ["-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP)) for code in codes]


async def remove(unit: Unit, user_id: str) -> bool:
    """The password alone is enough again; was there anything to remove?"""
    removed = await queries.forget_factor(unit.db, user_id)
    if removed:
        unit.record(SecondFactorRemoved(user_id))
    return removed


async def _accept_code(unit: Unit, vault: Vault, factor: SecondFactor, code: str) -> bool:
    secret = vault.open(factor.sealed_secret, bound_to=_place(factor.user_id))
    step = totp.matching_step(secret, code, unit.now())
    return step is not None and await queries.take_step(unit.db, factor.user_id, step)


def _place(user_id: str) -> str:
    return SEALED[0].bound_to(user_id)


def _digest(user_id: str, code: str) -> str:
    return hashlib.sha256(f"{user_id}\0{code.lower()}".encode("utf-8", "surrogatepass")).hexdigest()


def wrong_code() -> Invalid:
    return Invalid("wrong_code", en="This code is wrong or has been used.", ru="Этот код неверен или уже использован.")


def _not_begun() -> NotFound:
    return NotFound("second_factor_not_begun", en="Begin the setup first.", ru="Сначала начните настройку.")
