"""Several ledgers on one database: limits are exact, the books agree, whoever dies and whenever."""

import asyncio
import os
import signal
import sys
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from tests.domain.usage import house
from tests.support.databases import drop, migrated_postgresql, migrated_sqlite

from secretary.kernel.errors import Internal
from secretary.usage import ledger as module
from secretary.usage import writing
from secretary.usage.models import CallStatus, Measure, UsageLimit
from secretary.usage.ports import Amount, Call, LimitReached, Outcome

CALL = Call("llm", "chat", backend="b", model="m", source="widget")
FIND_ALL = timedelta(0)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request, run, tmp_path_factory, worker_id):
    database = run(
        migrated_sqlite(tmp_path_factory.mktemp("usage"))
        if request.param == "sqlite"
        else migrated_postgresql(f"usage_{worker_id}_{os.getpid()}")
    )
    yield database
    run(drop(database))


@pytest.fixture
def two(shared, run):
    ledgers = house.ledger_on(shared.url), house.ledger_on(shared.url)
    run(house.empty(ledgers[0]._units))
    yield ledgers
    run(house.close(*ledgers))


class SlowWriter:
    """Holds whoever stores something until he may go on."""

    def __init__(self):
        self.begun, self.go_on, self._write = asyncio.Event(), asyncio.Event(), module.write

    async def __call__(self, *parts):
        self.begun.set()
        await self.go_on.wait()
        return await self._write(*parts)


@pytest.fixture
def slow_writer(monkeypatch):
    slow = SlowWriter()
    monkeypatch.setattr(module, "write", slow)
    return slow


async def call(ledger, estimate, used=None, status=CallStatus.DONE):
    try:
        ticket = await ledger.open(CALL, Amount(estimate))
    except LimitReached:
        return 0
    await asyncio.sleep(0)
    ledger.settle(ticket, Outcome(status, Amount(estimate if used is None else used)))
    return 1


async def test_two_ledgers_never_pass_a_limit_together(two):
    units = two[0]._units
    await house.limit(units, 3_000)
    await house.limit(units, 25, Measure.REQUESTS, hard=True)
    made = sum(await asyncio.gather(*(call(two[place % 2], 100) for place in range(120))))
    await asyncio.gather(*(ledger.flush() for ledger in two))
    assert made == 25
    count, rows, still, hours, requests, used, held = await house.books(units)
    assert (count, rows, still, hours, requests) == (25, 2_500, 0, 2_500, 25)
    assert (used, held) == (2_500 + 25, 0)


async def test_call_that_ends_while_its_beginning_is_stored_is_not_lost(two, slow_writer):
    """The writer is between two statements when the call ends."""
    ledger = two[0]
    await house.limit(ledger._units, 1_000, hard=False)
    ticket = await ledger.open(CALL, Amount(100))
    flushing = asyncio.create_task(ledger.flush())
    await slow_writer.begun.wait()
    ledger.settle(ticket, Outcome(CallStatus.DONE, Amount(70)))
    slow_writer.go_on.set()
    await flushing
    await ledger.flush()
    assert await house.books(ledger._units) == (1, 70, 0, 70, 1, 70, 0)


async def test_closing_waits_for_what_is_being_stored(two, slow_writer):
    ledger = two[0]
    ledger.settle(await ledger.open(CALL, Amount(100)), Outcome(CallStatus.DONE, Amount(70)))
    closing = asyncio.create_task(ledger.close())
    await slow_writer.begun.wait()
    for _ in range(5):
        await asyncio.sleep(0)
    slow_writer.go_on.set()
    await closing
    assert (await house.books(ledger._units))[:2] == (1, 70)


async def test_caller_who_leaves_before_he_is_let_in_counts_for_nothing(two, slow_writer):
    ledger = two[0]
    await house.limit(ledger._units, 2, Measure.REQUESTS)
    first = asyncio.create_task(ledger.open(CALL, Amount(1)))
    await slow_writer.begun.wait()
    leaving = asyncio.create_task(ledger.open(CALL, Amount(1)))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    slow_writer.go_on.set()
    ledger.settle(await first, Outcome(CallStatus.DONE, Amount(1)))
    assert await call(ledger, 1) == 1
    assert await call(ledger, 1) == 0


@pytest.mark.parametrize("turns", range(0, 24, 3))
async def test_caller_who_leaves_at_any_moment_leaves_the_books_right(two, turns):
    ledger = two[0]
    await house.limit(ledger._units, 100)
    leaving = asyncio.create_task(ledger.open(CALL, Amount(100)))
    for _ in range(turns):
        await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    if not leaving.cancelled():
        ledger.settle(leaving.result(), Outcome(CallStatus.CANCELLED))
    await ledger.flush()
    assert await call(ledger, 100) == 1
    await ledger.flush()
    assert (await house.books(ledger._units))[5:] == (100, 0)


async def test_driver_that_reaches_no_server_is_a_refusal_and_no_hang(two, monkeypatch):
    ledger, stored = two[0], module.write
    await house.limit(ledger._units, 1_000)

    async def away(*_):
        raise ConnectionRefusedError

    monkeypatch.setattr(module, "write", away)
    with pytest.raises(Internal, match="storage_failed"):
        await ledger.open(CALL, Amount(100))
    monkeypatch.setattr(module, "write", stored)
    assert await call(ledger, 1_000) == 1
    await ledger.flush()
    assert (await house.books(ledger._units))[0] == 1


async def test_fault_of_our_own_loses_no_row(two, monkeypatch):
    ledger, stored = two[0], module.write
    monkeypatch.setattr(module, "FLUSH_S", 0.001)

    async def broken(*_):
        raise KeyError("ours")

    monkeypatch.setattr(module, "write", broken)
    ledger.settle(await ledger.open(CALL, Amount(100)), Outcome(CallStatus.DONE, Amount(70)))
    with pytest.raises(KeyError):
        await ledger._writer
    monkeypatch.setattr(module, "write", stored)
    await ledger.flush()
    assert (await house.books(ledger._units))[:2] == (1, 70)


async def test_row_that_no_database_takes_holds_nothing_up(two):
    ledger = two[0]
    odd = Call("llm", "x" * 99, backend="b\0" * 99, model="я" * 300, source="\ud800" * 30, source_id="s" * 99)
    await house.limit(ledger._units, 1_000)
    ticket = await ledger.open(odd, Amount(5, -3, "DOLLARS"))
    details = {"nul": "\0", "object": object()}
    ledger.settle(ticket, Outcome(CallStatus.FAILED, Amount(-7, 2**80, "USD"), "c" * 99, -1, 2**70, details=details))
    assert await call(ledger, 70) == 1
    await ledger.flush()
    assert await house.books(ledger._units) == (2, 70, 0, 70, 2, 70, 0)


async def test_limit_that_turns_soft_gives_nobody_elses_room_back(two):
    ledger, other = two
    limit_id = await house.limit(ledger._units, 1_000)
    first = await ledger.open(CALL, Amount(300))
    async with ledger._units.write() as unit:
        await unit.db.execute(update(UsageLimit).where(UsageLimit.id == limit_id).values(hard_limit=False))
    second = await ledger.open(CALL, Amount(300))  # it still knows the limit as hard
    ledger.settle(second, Outcome(CallStatus.DONE, Amount(200)))
    await ledger.flush()
    assert (await house.books(ledger._units))[5:] == (200, 300)
    ledger.settle(first, Outcome(CallStatus.DONE, Amount(100)))
    await ledger.flush()
    assert (await house.books(ledger._units))[5:] == (300, 0)
    await other.flush()


async def test_two_who_recover_at_once_count_the_lost_once(two):
    one, other = two
    await house.limit(one._units, 10_000)
    await asyncio.gather(*(one.open(CALL, Amount(10)) for _ in range(30)))
    await one.flush()
    found = await asyncio.gather(*(ledger.recover(FIND_ALL) for ledger in (one, other, one, other)))
    assert sum(found) == 30
    assert await house.books(one._units) == (30, 300, 0, 300, 30, 300, 0)


async def test_call_that_was_taken_for_lost_is_not_counted_again(two, monkeypatch):
    one, other = two
    monkeypatch.setattr(writing, "SURELY_OURS", timedelta(0))
    await house.limit(one._units, 10_000)
    tickets = [await one.open(CALL, Amount(10)) for _ in range(3)]
    assert await other.recover(FIND_ALL) == 3
    for ticket in tickets:
        one.settle(ticket, Outcome(CallStatus.DONE, Amount(7)))
    await one.flush()
    assert await house.books(one._units) == (3, 30, 0, 30, 3, 30, 0)


async def test_more_are_recovered_than_one_transaction_takes(two, monkeypatch):
    one, other = two
    monkeypatch.setattr(writing, "LOST_AT_ONCE", 7)
    for _ in range(20):
        await one.open(CALL, Amount(1))
    await one.flush()
    assert await other.recover(FIND_ALL) == 20


ONE_CALL = st.tuples(
    st.integers(0, 1),
    st.integers(1, 400),
    st.floats(0, 1),
    st.sampled_from(["done", "failed", "cancelled", "slow", "left", "forgotten"]),
)


async def play(ledgers, number, estimate, share, fate):
    """One call with its fate; `forgotten` is never settled, `left` is cancelled while it asks."""
    ledger, used = ledgers[number], int(estimate * share)
    asking = asyncio.create_task(ledger.open(CALL, Amount(estimate)))
    if fate == "left":
        for _ in range(used % 7):
            await asyncio.sleep(0)
        asking.cancel()
    try:
        ticket = await asking
    except (LimitReached, asyncio.CancelledError, Internal):
        return
    for _ in range(estimate % 5 if fate == "slow" else 0):
        await asyncio.sleep(0)
    if fate != "forgotten":
        status = CallStatus(fate) if fate != "slow" else CallStatus.DONE
        ledger.settle(ticket, Outcome(status, Amount(used)))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    calls=st.lists(ONE_CALL, max_size=40),
    value=st.integers(1, 3_000),
    requests=st.integers(1, 40),
    dies=st.booleans(),
    turns=st.integers(0, 60),
)
def test_whatever_happens_limits_hold_and_the_books_agree(shared, run, calls, value, requests, dies, turns):
    run(_whatever_happens(shared, calls, (value, requests), turns if dies else None))


async def _whatever_happens(shared, calls, limits, dies_after):
    ledgers = [house.ledger_on(shared.url) for _ in range(2)]
    units = ledgers[0]._units
    await house.empty(units)
    await house.limit(units, limits[0])
    await house.limit(units, limits[1], Measure.REQUESTS)
    playing = [asyncio.create_task(play(ledgers, *each)) for each in calls]
    if dies_after is not None:
        for _ in range(dies_after):
            await asyncio.sleep(0)
        if ledgers[1]._writer is not None:  # what it had not stored is gone
            ledgers[1]._writer.cancel()
            await asyncio.gather(ledgers[1]._writer, return_exceptions=True)
    await asyncio.gather(*playing, return_exceptions=True)
    await asyncio.gather(*(ledger.flush() for ledger in ledgers))
    _, rows, still, hours, _, used, held = await house.books(units)
    assert used + held <= sum(limits)
    assert rows - still == hours
    await ledgers[0].recover(FIND_ALL)
    count, rows, still, hours, counted, used, held = await house.books(units)
    assert (still, held) == (0, 0)
    assert (rows, count) == (hours, counted)
    assert used == rows + count
    assert rows <= limits[0]
    assert count <= limits[1]
    await house.close(*ledgers)


async def started(url, calls, units):
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.domain.usage.caller", url, str(calls), str(units), stdout=asyncio.subprocess.PIPE
    )


def plain(url):
    return url.replace("+asyncpg", "").replace("+aiosqlite", "")


async def test_two_processes_never_pass_a_limit_together(shared, two):
    if shared.is_sqlite:
        pytest.skip("an embedded database has one process")
    await house.limit(two[0]._units, 5_000)
    callers = [await started(plain(shared.url), 80, 100) for _ in range(2)]
    said = [(await caller.communicate())[0] for caller in callers]
    assert all(text.endswith(b"over\n") for text in said)
    assert sum(text.count(b"made") for text in said) == 50
    assert await house.books(two[0]._units) == (50, 5_000, 0, 5_000, 50, 5_000, 0)


async def test_killed_process_loses_no_call_that_it_was_let_to_make(shared, two):
    await house.limit(two[0]._units, 100_000_000)
    caller = await started(plain(shared.url), 1_000_000, 10)
    made = 0
    while made < 200:
        made += (await caller.stdout.readline()).count(b"made")
    caller.send_signal(signal.SIGKILL)
    made += (await caller.stdout.read()).count(b"made")
    await caller.wait()
    await two[0].recover(FIND_ALL)
    count, rows, still, hours, requests, used, held = await house.books(two[0]._units)
    assert count >= made
    assert (rows, still, hours, requests, used, held) == (count * 10, 0, count * 10, count, count * 10, 0)
