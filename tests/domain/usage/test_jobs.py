"""What settles the calls of dead processes: at a start, and by the clock."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from tests.domain.usage.house import in_utc

from secretary.kernel.events import EventBus
from secretary.kernel.jobs import ClaimedJob, JobId, ensure_schedules
from secretary.kernel.unit import UnitFactory
from secretary.usage import jobs
from secretary.usage.ledger import Ledger
from secretary.usage.models import CallStatus, UsageRow
from secretary.usage.ports import Amount, Call, Outcome
from secretary.usage.rules import Limits

JOB = ClaimedJob(JobId("1"), jobs.RECOVER, {}, None, None, 1, 8, "me", None)


class World:
    def __init__(self, database):
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.units = UnitFactory(database, EventBus(), lambda: self.now)
        self.ledger = Ledger(self.units, Limits(self.units, in_utc))

    async def statuses(self):
        async with self.units.read() as unit:
            return [row.status for row in await unit.db.scalars(select(UsageRow).order_by(UsageRow.id))]


async def test_job_leaves_young_calls_alone(database):
    world = World(database)
    old = await world.ledger.open(Call("llm", "chat"), Amount(5))
    await world.ledger.flush()
    world.now += timedelta(minutes=59)
    await jobs.handlers(world.ledger)[jobs.RECOVER](JOB)
    assert await world.statuses() == [CallStatus.OPEN]
    world.now += timedelta(minutes=2)
    await world.ledger.open(Call("llm", "chat"), Amount(5))
    await world.ledger.flush()
    await jobs.handlers(world.ledger)[jobs.RECOVER](JOB)
    assert await world.statuses() == [CallStatus.LOST, CallStatus.OPEN]
    world.ledger.settle(old, Outcome(CallStatus.DONE, Amount(3)))  # it lives after all: it is counted already
    await world.ledger.close()
    assert await world.statuses() == [CallStatus.LOST, CallStatus.OPEN]


async def test_start_of_an_embedded_database_settles_everything(database):
    world = World(database)
    await world.ledger.open(Call("llm", "chat"), Amount(5))
    await world.ledger.flush()
    assert await jobs.recover_at_start(world.ledger, is_embedded=False) == 0
    assert await jobs.recover_at_start(world.ledger, is_embedded=True) == 1
    assert await world.statuses() == [CallStatus.LOST]


async def test_schedule_can_be_kept(units):
    async with units.write() as unit:
        await ensure_schedules(unit, [jobs.SCHEDULE])
