"""What the tests of accounts stand on: a clock that is moved by hand, a user, the flows."""

import asyncio
from dataclasses import dataclass, replace

import pytest
from tests.domain.hand_clock import HandClock

from secretary.accounts import service
from secretary.accounts.authenticator import SessionAuthenticator
from secretary.accounts.models import Role, User
from secretary.accounts.passwords import Passwords
from secretary.accounts.sessions import Device
from secretary.accounts.sign_in import Accounts
from secretary.accounts.tokens import AccessTokens
from secretary.kernel.secrets import Vault
from secretary.kernel.unit import UnitFactory

PASSWORD = "верная лошадь"
PASSWORD_HASH = asyncio.run(Passwords().hash(PASSWORD))
VAULT = Vault(["k" * 43])
HOME = Device("192.0.2.10", "Firefox")


@dataclass
class House:
    """The flows of accounts over one database, as `app` joins them."""

    accounts: Accounts
    authenticator: SessionAuthenticator
    clock: HandClock

    @property
    def units(self) -> UnitFactory:
        return self.accounts.units

    async def add(self, username: str, role: Role = Role.USER) -> User:
        async with self.units.write() as unit:
            return await service.create_user(unit, username, PASSWORD_HASH, role)

    async def sign_in(self, username: str, password: str = PASSWORD, device: Device = HOME):
        return await self.accounts.sign_in(username, password, device)


@pytest.fixture
def house(units: UnitFactory) -> House:
    clock = HandClock()
    ours = replace(units, clock=clock)
    tokens = AccessTokens(b"k" * 32, "installation-1")
    return House(Accounts(ours, tokens, VAULT), SessionAuthenticator(ours, tokens), clock)
