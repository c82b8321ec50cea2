"""One database and several ledgers on it, each on connections of its own, as several processes have them."""

from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select

from secretary.kernel.db import Database
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory
from secretary.usage.ledger import Ledger
from secretary.usage.models import CallStatus, Measure, Period, UsageCounter, UsageHour, UsageLimit, UsageRow
from secretary.usage.rules import Limits

TABLES = (UsageCounter, UsageLimit, UsageRow, UsageHour)


async def in_utc(_):
    return ZoneInfo("UTC")


def ledger_on(url):
    """A ledger with a pool of its own."""
    units = UnitFactory(Database(url), EventBus())
    return Ledger(units, Limits(units, in_utc))


async def limit(units, value, measure=Measure.UNITS, period=Period.DAILY, *, hard=True):
    async with units.write() as unit:
        row = UsageLimit(
            id=unit.new_id(),
            service_type="llm",
            limit_type=period,
            measure=measure,
            limit_value=value,
            hard_limit=hard,
            created=unit.now(),
            updated=unit.now(),
        )
        unit.db.add(row)
        await unit.db.flush()
        return row.id


async def empty(units):
    async with units.write() as unit:
        for table in TABLES:
            await unit.db.execute(delete(table))


async def books(units):
    """(calls, units of rows, units of rows that are open, units of hours, calls in hours, used, held)"""
    async with units.read() as unit:
        count, rows = (await unit.db.execute(select(func.count(), func.sum(UsageRow.units_consumed)))).one()
        still = await unit.db.scalar(
            select(func.sum(UsageRow.units_consumed)).where(UsageRow.status == CallStatus.OPEN)
        )
        hours, requests = (await unit.db.execute(select(func.sum(UsageHour.units), func.sum(UsageHour.requests)))).one()
        used, held = (await unit.db.execute(select(func.sum(UsageCounter.used), func.sum(UsageCounter.held)))).one()
    return tuple(int(number or 0) for number in (count, rows, still, hours, requests, used, held))


async def close(*ledgers):
    for ledger in ledgers:
        await ledger.close()
        await ledger._units.database.close()
