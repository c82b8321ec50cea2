"""The ledger: every call a row, hours that add up, and limits that are never passed, however many call at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from secretary.kernel.errors import Internal
from secretary.usage.events import LimitChanged, LimitNear
from secretary.usage.ledger import Ledger
from secretary.usage.models import CallStatus, Measure, Period, UsageCounter, UsageHour, UsageLimit, UsageRow
from secretary.usage.periods import period_end, period_start
from secretary.usage.ports import Amount, Call, LimitReached, Outcome
from secretary.usage.rules import Limits

CALL = Call("llm", "chat", backend="cloud:x", model="m", source="widget", assistant_id="a1", api_key_id="k1")
SPENT = Outcome(CallStatus.DONE, Amount(70, 7, "USD"), prompt_tokens=50, completion_tokens=20)


@pytest.fixture
def ledger(units, run):
    async def moscow(_):
        return ZoneInfo("Europe/Moscow")

    opened = Ledger(units, Limits(units, moscow))
    yield opened
    run(opened.close())


async def limit(units, value, measure=Measure.UNITS, *, hard=True, scope="", currency="", period=Period.DAILY):
    async with units.write() as unit:
        row = UsageLimit(
            id=unit.new_id(),
            scope=scope,
            service_type="llm",
            limit_type=period,
            measure=measure,
            currency=currency,
            limit_value=value,
            hard_limit=hard,
            created=unit.now(),
            updated=unit.now(),
        )
        unit.db.add(row)
        await unit.db.flush()
        unit.record(LimitChanged(row.id, "create"))


async def rows(units):
    async with units.read() as unit:
        return (await unit.db.scalars(select(UsageRow).order_by(UsageRow.id))).all()


async def counter(units):
    async with units.read() as unit:
        return (await unit.db.scalars(select(UsageCounter))).one()


async def hours(units):
    async with units.read() as unit:
        columns = (UsageHour.requests, UsageHour.units, UsageHour.cost_micro, UsageHour.failed)
        return tuple((await unit.db.execute(select(*(func.sum(column) for column in columns)))).one())


async def test_call_is_an_open_row_until_it_is_settled(units, ledger):
    ticket = await ledger.open(CALL, Amount(100, 10, "USD"))
    await ledger.flush()
    (row,) = await rows(units)
    assert (row.status, row.units_consumed, row.model) == (CallStatus.OPEN, 100, "m")
    ledger.settle(ticket, SPENT)
    ledger.settle(ticket, SPENT)
    await ledger.flush()
    (row,) = await rows(units)
    assert (row.status, row.units_consumed, row.cost_micro, row.prompt_tokens) == (CallStatus.DONE, 70, 7, 50)
    assert await hours(units) == (1, 70, 7, 0)


async def test_short_call_is_one_row_from_the_start(units, ledger):
    ledger.settle(await ledger.open(CALL, Amount(100)), SPENT)
    await ledger.flush()
    assert [row.status for row in await rows(units)] == [CallStatus.DONE]
    assert await hours(units) == (1, 70, 7, 0)


async def test_many_calls_at_once_never_pass_a_hard_limit(units, ledger):
    await limit(units, 1_000)

    async def call():
        try:
            ticket = await ledger.open(CALL, Amount(100))
        except LimitReached:
            return 0
        await asyncio.sleep(0)
        ledger.settle(ticket, Outcome(CallStatus.DONE, Amount(100)))
        return 1

    made = sum(await asyncio.gather(*(call() for _ in range(50))))
    await ledger.flush()
    found = await counter(units)
    assert made == 10
    assert (found.used, found.held) == (1_000, 0)
    assert len(await rows(units)) == 10


async def test_what_was_held_and_not_used_is_free_again(units, ledger):
    await limit(units, 100)
    ledger.settle(await ledger.open(CALL, Amount(90)), Outcome(CallStatus.FAILED, code="llm_unreachable"))
    ledger.settle(await ledger.open(CALL, Amount(100)), Outcome(CallStatus.DONE, Amount(100)))
    await ledger.flush()
    with pytest.raises(LimitReached) as refused:
        await ledger.open(CALL, Amount(1))
    assert refused.value.code == "usage_limit_reached"
    assert 0 < refused.value.retry_after_s <= 86_400
    assert len(await rows(units)) == 2


async def test_limit_counts_what_was_consumed_before_it_was_set(units, ledger):
    ledger.settle(await ledger.open(CALL, Amount(100)), SPENT)
    await ledger.flush()
    await limit(units, 100)
    with pytest.raises(LimitReached):
        await ledger.open(CALL, Amount(31))
    assert await ledger.open(CALL, Amount(30))


@pytest.mark.parametrize(
    ("scope", "other"),
    [("key:k1", Call("llm", "chat", api_key_id="k2")), ("assistant:a1", Call("llm", "chat", assistant_id="a2"))],
)
async def test_limit_of_one_key_or_assistant_leaves_the_others_alone(units, ledger, scope, other):
    await limit(units, 10, scope=scope)
    with pytest.raises(LimitReached):
        await ledger.open(CALL, Amount(11))
    assert await ledger.open(other, Amount(11))


async def test_costs_count_in_the_currency_of_the_limit_alone(units, ledger):
    await limit(units, 10, Measure.COST, currency="RUB")
    assert await ledger.open(CALL, Amount(1, 100, "USD"))
    with pytest.raises(LimitReached):
        await ledger.open(CALL, Amount(1, 11, "RUB"))


async def test_soft_limit_warns_once_at_each_mark_and_refuses_nothing(units, ledger):
    heard = []
    units.bus.subscribe(LimitNear, heard.append)
    await limit(units, 100, hard=False)
    for _ in range(3):
        ledger.settle(await ledger.open(CALL, Amount(1_000)), Outcome(CallStatus.DONE, Amount(85)))
        await ledger.flush()
    assert [(event.percent, event.is_reached) for event in heard] == [(85, False), (170, True)]
    assert (await counter(units)).used == 255


async def test_dead_process_calls_count_as_estimated(units, ledger):
    await limit(units, 1_000)
    await ledger.open(CALL, Amount(400))
    await ledger.flush()
    after = Ledger(units, ledger._limits)
    assert await after.recover(timedelta(0)) == 1
    found = await counter(units)
    assert (found.used, found.held) == (400, 0)
    assert [(row.status, row.units_consumed) for row in await rows(units)] == [(CallStatus.LOST, 400)]
    assert await after.recover(timedelta(0)) == 0


async def test_caller_who_leaves_while_waiting_gives_his_room_back(units, ledger):
    await limit(units, 100)
    ledger.settle(await ledger.open(CALL, Amount(1)), Outcome(CallStatus.FAILED))
    waiting = asyncio.create_task(ledger.open(CALL, Amount(100)))
    for _ in range(3):
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await ledger.flush()
    assert await ledger.open(CALL, Amount(100))


async def test_rows_survive_a_database_that_fails_for_a_while(units, ledger, monkeypatch):
    from secretary.usage import ledger as module

    stored, fails = module.write, [True, True, True]

    async def flaky(*parts):
        if fails:
            fails.pop()
            raise Internal("storage_failed", en="No.", ru="Нет.")
        return await stored(*parts)

    monkeypatch.setattr(module, "write", flaky)
    monkeypatch.setattr(module, "FLUSH_S", 0.001)
    ledger.settle(await ledger.open(CALL, Amount(100)), SPENT)
    await ledger.flush()
    assert [row.status for row in await rows(units)] == [CallStatus.DONE]
    fails.extend([True, True])
    await limit(units, 1_000)
    with pytest.raises(Internal):
        await ledger.open(CALL, Amount(100))


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 -- made aware below
    st.sampled_from(["Europe/Moscow", "America/New_York", "Asia/Kolkata", "Pacific/Chatham"]),
    st.sampled_from(Period),
)
def test_period_holds_its_moment_and_the_next_begins_at_its_end(naive, zone, period):
    moment, clock = naive.replace(tzinfo=UTC), ZoneInfo(zone)
    start, end = period_start(moment, period, clock), period_end(moment, period, clock)
    assert start <= moment < end
    assert period_start(end, period, clock) == end
    local = start.astimezone(clock)
    assert (local.hour, local.minute) == (0, 0)
    assert period is Period.DAILY or local.day == 1
