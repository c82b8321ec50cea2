"""What the tests of the log stand on: units that are audited, and a hand that changes the table past the program."""

from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import text
from tests.domain.hand_clock import HandClock

from secretary.audit.chain import Entry
from secretary.audit.keyring import Keyring
from secretary.audit.log import AuditLog
from secretary.audit.queries import links
from secretary.audit.service import clean_up
from secretary.audit.verify import Verdict, verify
from secretary.kernel.events import Event, Trace
from secretary.kernel.secrets import Vault
from secretary.kernel.unit import Actor, UnitFactory

VAULT = Vault(["k" * 43])
ANNA = Actor("user", "anna", "admin", "session-1", address="192.0.2.1")


@dataclass(frozen=True)
class Happened(Event):
    what: str = "thing"
    details: dict = field(default_factory=dict)

    def trace(self):
        return Trace("create", "thing", self.what, self.details)


@dataclass(frozen=True)
class Unaudited(Event):
    """Leaves no row."""


@dataclass
class Registry:
    """A log over a real database."""

    units: UnitFactory
    log: AuditLog
    clock: HandClock

    async def happen(self, *whats: str, actor: Actor = ANNA) -> None:
        """One unit for each."""
        for what in whats:
            async with self.units.write(actor) as unit:
                unit.record(Happened(what))

    async def rows(self) -> list[Entry]:
        async with self.units.read() as unit:
            return list(await links.next_entries(unit.db, 0, 10_000))

    async def verify(self) -> Verdict:
        return await verify(self.units, self.log.keyring)

    async def clean_up(self, days: int) -> int:
        return await clean_up(self.units, ANNA, self.log.keyring, days)

    async def tamper(self, *statements: str) -> None:
        """What somebody who has the database, and not the key, can do."""
        async with self.units.write() as unit:
            for statement in statements:
                await unit.db.execute(text(statement))


@pytest.fixture
def registry(units: UnitFactory) -> Registry:
    clock, log = HandClock(), AuditLog(Keyring(VAULT))
    return Registry(replace(units, clock=clock, audit=log), log, clock)
