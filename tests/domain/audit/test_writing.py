"""Writing the log: with the change's own commit or not at all."""

import asyncio
import time

import pytest
from sqlalchemy import select, text
from tests.domain.audit.conftest import ANNA, VAULT, Happened, Unaudited
from tests.domain.hand_clock import HandClock

from secretary.audit.keyring import Keyring
from secretary.audit.log import AuditLog
from secretary.audit.service import clean_up
from secretary.audit.verify import verify
from secretary.kernel.db import Database
from secretary.kernel.errors import Conflict, NotFound
from secretary.kernel.events import EventBus
from secretary.kernel.unit import ANONYMOUS, SYSTEM, Actor, UnitFactory
from secretary.legal.models import Consent


def consent(unit, id_="c1"):
    return Consent(id=id_, user_id="u", user_type="t", consent_type="c", consent_version="1", granted_at=unit.now())


async def test_a_row_says_who_did_what_from_where_and_when(registry):
    async with registry.units.write(ANNA) as unit:
        unit.record(Happened("t1", {"fields": ("name", "hours"), "count": 2, "is_new": True}))
    (row,) = await registry.rows()
    assert (row.number, row.actor_kind, row.user_id, row.session_id) == (1, "user", "anna", "session-1")
    assert (row.user_ip, row.action, row.resource, row.resource_id) == ("192.0.2.1", "create", "thing", "t1")
    assert row.details == {"fields": ["name", "hours"], "count": 2, "is_new": True}
    assert row.timestamp == registry.clock()
    assert (await registry.verify()).fault is None


async def test_numbers_are_dense_across_units_and_within_one(registry):
    await registry.happen("a", "b")
    async with registry.units.write(SYSTEM) as unit:
        for what in ("c", "d", "e"):
            unit.record(Happened(what))
    rows = await registry.rows()
    assert [(row.number, row.resource_id) for row in rows] == list(zip(range(1, 6), "abcde", strict=True))
    assert [row.previous_hash for row in rows] == ["", *(row.hash for row in rows[:-1])]
    assert (await registry.verify()).checked == 5


async def test_what_is_not_audited_leaves_no_row(registry):
    async with registry.units.write() as unit:
        unit.record(Unaudited())
    assert await registry.rows() == []


async def test_a_rolled_back_change_leaves_no_row(registry):
    with pytest.raises(NotFound):
        async with registry.units.write(ANNA) as unit:
            unit.record(Happened())
            raise NotFound("x", en="", ru="")
    assert await registry.rows() == []
    await registry.happen("after")
    assert [row.number for row in await registry.rows()] == [1]


async def test_a_change_that_fails_at_its_last_moment_leaves_no_row(registry):
    async def store():
        async with registry.units.write(ANNA) as unit:
            unit.db.add(consent(unit))  # not flushed: the log must not be the first to learn of it
            unit.record(Happened())

    await store()
    with pytest.raises(Conflict):
        await store()
    assert len(await registry.rows()) == 1


async def test_a_change_whose_row_cannot_be_written_is_not_kept(registry):
    with pytest.raises(TypeError):
        async with registry.units.write(ANNA) as unit:
            unit.db.add(consent(unit))
            unit.record(Happened(details={"count": 2**80}))  # no JSON that others read holds such a number
    async with registry.units.read() as unit:
        assert (await unit.db.scalars(select(Consent.id))).all() == []


async def test_visitors_leave_no_address(registry):
    await registry.happen("a", actor=ANONYMOUS)
    assert (await registry.rows())[0].user_ip == ""


@pytest.mark.parametrize("address", ["a\0b", "\ud800", "ы" * 100, "x" * 1000])
async def test_any_address_that_a_proxy_passes_on_can_be_kept(registry, address):
    await registry.happen("a", actor=Actor("user", "anna", address=address))
    assert (await registry.verify()).fault is None


@pytest.fixture(params=["sqlite", "postgresql"])
def committed(request, databases, run):
    """A real database in which units are committed; the log is emptied afterwards."""
    database = databases(request.param, False)
    yield database
    units = UnitFactory(database, EventBus())

    async def empty():
        async with units.write() as unit:
            await unit.db.execute(text("DELETE FROM audit_log"))
            await unit.db.execute(text("DELETE FROM audit_seals"))
            await unit.db.execute(text("DELETE FROM audit_keys"))

    run(empty())


async def test_concurrent_changes_make_one_chain(committed):
    """Side by side; on PostgreSQL from two pools, as from two processes."""
    second = committed if committed.is_sqlite else Database(committed.url)
    logs = [UnitFactory(database, EventBus(), audit=AuditLog(Keyring(VAULT))) for database in (committed, second)]

    async def work(units, name):
        async with units.write(ANNA) as unit:
            await unit.db.execute(text("select 1"))
            unit.record(Happened(name))
            unit.record(Happened(name))

    await asyncio.gather(*(work(logs[number % 2], str(number)) for number in range(40)))
    verdict = await verify(logs[0], logs[0].audit.keyring)
    assert (verdict.fault, verdict.checked, verdict.number) == (None, 80, 80)
    if second is not committed:
        await second.close()


async def test_the_chain_can_be_proved_while_it_grows_and_is_cleaned_up(committed):
    clock = HandClock()
    units = UnitFactory(committed, EventBus(), clock, audit=AuditLog(Keyring(VAULT)))

    async def grow():
        for number in range(30):
            clock.pass_(days=1)
            async with units.write(ANNA) as unit:
                unit.record(Happened(str(number)))
            if number % 10 == 9:
                await clean_up(units, ANNA, units.audit.keyring, 7)

    growing = asyncio.create_task(grow())
    faults = []
    while not growing.done():
        faults.append((await verify(units, units.audit.keyring)).fault)
    await growing
    assert set(faults) == {None}
    verdict = await verify(units, units.audit.keyring)
    assert verdict.fault is None
    assert verdict.number > 30 > verdict.checked


async def test_a_row_costs_little(committed):
    """The limit is 1 ms of CPU a change; ten times that would be a mistake of ours, not a slow machine."""
    units = UnitFactory(committed, EventBus(), audit=AuditLog(Keyring(VAULT)))

    async def cpu_s(event):
        begun = time.process_time()
        for _ in range(100):
            async with units.write(ANNA) as unit:
                await unit.db.execute(text("UPDATE users SET is_active = is_active"))
                unit.record(event)
        return (time.process_time() - begun) / 100

    await cpu_s(Happened())
    assert await cpu_s(Happened()) - await cpu_s(Unaudited()) < 0.01
