"""The first start: an installation without an admin gets one whose random password is shown once."""

from dataclasses import dataclass

from secretary.accounts import queries, service
from secretary.accounts.models import Role
from secretary.accounts.passwords import Passwords, random_password
from secretary.kernel.errors import Conflict
from secretary.kernel.unit import UnitFactory

FIRST_ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """The password is nowhere else: print it, then forget it."""

    username: str
    password: str


async def create_first_admin(
    units: UnitFactory, passwords: Passwords, username: str = FIRST_ADMIN
) -> FirstAdmin | None:
    """Create the first admin if there is no active one, else `None`; of two processes only one creates him."""
    async with units.read() as unit:
        if await queries.active_admins(unit.db):
            return None
    password = random_password()
    password_hash = await passwords.hash(password)
    try:
        async with units.write() as unit:
            if await queries.active_admins(unit.db):
                return None
            await service.create_user(unit, username, password_hash, Role.ADMIN)
    except Conflict:
        return None
    return FirstAdmin(username, password)
