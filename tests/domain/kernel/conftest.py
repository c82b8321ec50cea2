"""For what only real commits can show: units on the shared databases, whose jobs are removed after the test."""

import pytest
from sqlalchemy import delete

from secretary.kernel.events import EventBus
from secretary.kernel.jobs import Job
from secretary.kernel.unit import UnitFactory


async def _forget_jobs(units: UnitFactory) -> None:
    async with units.write() as unit:
        await unit.db.execute(delete(Job))


@pytest.fixture(params=["sqlite", "postgresql"])
def live_units(request, databases, run):
    """Units that really commit, side by side."""
    units = UnitFactory(databases(request.param, seeded=False), EventBus())
    yield units
    run(_forget_jobs(units))


@pytest.fixture
def live_postgresql(databases, run):
    """The same, where writers do not wait for each other."""
    units = UnitFactory(databases("postgresql", seeded=False), EventBus())
    yield units
    run(_forget_jobs(units))
