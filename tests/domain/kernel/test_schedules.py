"""Schedules: due when the clock of their zone says so, fired once each time, whoever looks and whatever was missed."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from secretary.kernel.errors import Invalid, NotFound
from secretary.kernel.events import EventBus
from secretary.kernel.jobs import (
    ClaimedJob,
    Daily,
    Interval,
    Job,
    NewSchedule,
    Schedule,
    ScheduleChange,
    Weekly,
    Worker,
    change_schedule,
    ensure_schedules,
    fire_due,
    list_schedules,
    zone_of,
)
from secretary.kernel.jobs.rules import WEEKDAYS, next_run
from secretary.kernel.jobs.shapes import JobChanged, ScheduleChanged

BERLIN, MOSCOW = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Moscow")
ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"}))
MOMENTS = st.integers(915_148_800, 2_051_222_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
RULES = st.one_of(
    st.builds(Daily, at=TIMES),
    st.builds(Weekly, at=TIMES, on=st.frozensets(st.sampled_from(WEEKDAYS), min_size=1)),
    st.builds(Interval, minutes=st.integers(1, 3000)),
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "after", "expected"),
    [
        (MOSCOW, utc(2026, 3, 1, 0, 29), utc(2026, 3, 1, 0, 30)),
        (MOSCOW, utc(2026, 3, 1, 0, 30), utc(2026, 3, 2, 0, 30)),
        (BERLIN, utc(2026, 3, 27, 12), utc(2026, 3, 28, 2, 30)),
        (BERLIN, utc(2026, 3, 29, 12), utc(2026, 3, 30, 1, 30)),
        (ZoneInfo("Asia/Kolkata"), utc(2026, 3, 1), utc(2026, 3, 1, 22)),
        (ZoneInfo("America/New_York"), utc(2026, 1, 1), utc(2026, 1, 1, 8, 30)),
    ],
)
def test_daily_follows_the_clock_of_its_zone(zone, after, expected):
    assert next_run(Daily(at=time(3, 30)), zone, after) == expected


def test_time_that_the_clocks_skip_is_due_as_soon_as_they_go_on():
    rule = Daily(at=time(2, 30))
    skipped = next_run(rule, BERLIN, utc(2026, 3, 28, 12))
    assert skipped == utc(2026, 3, 29, 1)
    assert skipped.astimezone(BERLIN).time() == time(3)
    assert next_run(rule, BERLIN, skipped) == utc(2026, 3, 30, 0, 30)


def test_time_that_the_clocks_show_twice_is_due_once():
    rule = Daily(at=time(2, 30))
    first = next_run(rule, BERLIN, utc(2026, 10, 24, 12))
    assert first == utc(2026, 10, 25, 0, 30)
    assert next_run(rule, BERLIN, first) == utc(2026, 10, 26, 1, 30)


def test_day_that_an_island_skipped_is_due_when_the_next_begins():
    apia = ZoneInfo("Pacific/Apia")
    assert next_run(Daily(at=time(12)), apia, utc(2011, 12, 30, 9)).astimezone(apia) == datetime(
        2011, 12, 31, tzinfo=apia
    )


def test_weekly_takes_its_days_only():
    rule = Weekly(at=time(9), on=frozenset({"mon", "fri"}))
    moments = [utc(2026, 3, 1)]
    for _ in range(4):
        moments.append(next_run(rule, MOSCOW, moments[-1]))
    assert [(moment.astimezone(MOSCOW).weekday(), moment.hour) for moment in moments[1:]] == [(0, 6), (4, 6)] * 2


@settings(max_examples=300)
@given(rule=RULES, zone=ZONES, after=MOMENTS)
def test_next_time_is_later_the_soonest_and_follows_the_rule(rule, zone, after):
    where = ZoneInfo(zone)
    due = next_run(rule, where, after)
    assert due > after
    assert next_run(rule, where, due) > due
    assert next_run(rule, where, due - timedelta(microseconds=1)) == due
    if isinstance(rule, Interval):
        assert due - after <= timedelta(minutes=rule.minutes)
    elif isinstance(rule, Daily):
        assert due - after <= timedelta(hours=75)


@pytest.mark.parametrize(
    "name", ["Moscow", "", "../etc/passwd", "/etc/localtime", "Europe", "Europe/Moscow\0", "x" * 500]
)
def test_what_is_no_time_zone_is_refused(name):
    with pytest.raises(Invalid) as refused:
        zone_of(name)
    assert refused.value.code == "no_such_time_zone"


NIGHTLY = NewSchedule("nightly", "work", Daily(at=time(3)), "Europe/Moscow", {"deep": True})


class Clock:
    def __init__(self) -> None:
        self.now = utc(2026, 3, 1, 12)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def told():
    return []


@pytest.fixture
def timed(units, clock, told):
    units.bus.subscribe_all(told.append)
    return replace(units, clock=clock)


async def jobs_of(units) -> list[Job]:
    async with units.read() as unit:
        return list(await unit.db.scalars(select(Job).order_by(Job.number)))


async def ensure(units, *wanted):
    async with units.write() as unit:
        await ensure_schedules(unit, wanted)


async def fire(units, kinds=("work",)) -> int:
    async with units.write() as unit:
        return await fire_due(unit, kinds)


async def the_schedule(units) -> Schedule:
    async with units.read() as unit:
        [schedule] = await list_schedules(unit)
    return schedule


async def test_due_schedule_becomes_a_job_once_and_moves_on(timed, clock):
    await ensure(timed, NIGHTLY)
    assert await fire(timed) == 0
    clock.now = utc(2026, 3, 2, 0, 1)
    assert await fire(timed) == 1
    assert await fire(timed) == 0
    [job] = await jobs_of(timed)
    assert (job.kind, job.payload, job.key) == ("work", {"deep": True}, "nightly@2026-03-02T00:00:00+00:00")
    schedule = await the_schedule(timed)
    assert (schedule.last_run, schedule.next_run) == (clock.now, utc(2026, 3, 3))


async def test_missed_times_are_made_up_for_once(timed, clock):
    await ensure(timed, NIGHTLY)
    clock.now = utc(2026, 3, 20, 12)
    assert await fire(timed) == 1
    assert len(await jobs_of(timed)) == 1
    assert (await the_schedule(timed)).next_run == utc(2026, 3, 21)


async def test_clock_that_goes_back_fires_nothing_twice(timed, clock):
    await ensure(timed, NIGHTLY)
    clock.now = utc(2026, 3, 2, 0, 1)
    await fire(timed)
    clock.now = utc(2026, 3, 1, 23, 59)
    assert await fire(timed) == 0
    clock.now = utc(2026, 3, 2, 0, 2)
    assert await fire(timed) == 0


async def test_schedule_of_work_that_nobody_here_can_do_waits(timed, clock):
    await ensure(timed, NIGHTLY)
    clock.now = utc(2026, 3, 5)
    assert await fire(timed, ["other"]) == 0


async def test_what_the_owner_changed_stays_changed_after_a_restart(timed, told):
    await ensure(timed, NIGHTLY)
    async with timed.write() as unit:
        change = ScheduleChange(Weekly(at=time(5), on=frozenset({"sun"})), "Asia/Vladivostok")
        changed = await change_schedule(unit, "nightly", change)
    assert changed.next_run == utc(2026, 3, 7, 19)
    await ensure(timed, NIGHTLY)
    schedule = await the_schedule(timed)
    assert (schedule.rule, schedule.zone) == (change.rule, change.zone)
    assert ScheduleChanged("nightly", ("rule", "zone")) in told


async def test_schedule_that_is_switched_off_does_not_fire_and_makes_up_for_nothing(timed, clock):
    await ensure(timed, NIGHTLY)
    async with timed.write() as unit:
        await change_schedule(unit, "nightly", ScheduleChange(enabled=False))
    clock.now = utc(2026, 3, 9, 12)
    assert await fire(timed) == 0
    async with timed.write() as unit:
        assert (await change_schedule(unit, "nightly", ScheduleChange(enabled=True))).next_run == utc(2026, 3, 10)
    assert await fire(timed) == 0


async def test_nonsense_is_refused(timed):
    await ensure(timed, NIGHTLY)
    with pytest.raises(Invalid):
        async with timed.write() as unit:
            await change_schedule(unit, "nightly", ScheduleChange(zone="Mars/Olympus"))
    with pytest.raises(NotFound):
        async with timed.write() as unit:
            await change_schedule(unit, "hourly", ScheduleChange(enabled=True))


async def test_zone_that_the_machine_forgot_stops_nothing(timed, clock):
    await ensure(timed, NIGHTLY, replace(NIGHTLY, key="other"))
    async with timed.write() as unit:
        await unit.db.execute(update(Schedule).where(Schedule.key == "other").values(zone="Old/Zone"))
    clock.now = utc(2026, 3, 2, 1)
    assert await fire(timed) == 2


async def test_work_tells_what_becomes_of_it(timed, clock, told):
    await ensure(timed, NIGHTLY)
    clock.now = utc(2026, 3, 2, 1)
    await fire(timed)
    [job] = await jobs_of(timed)
    assert JobChanged(job.id, "queued", "system") in told


@pytest.fixture
def live(live_units, run):
    yield live_units

    async def forget() -> None:
        async with live_units.write() as unit:
            await unit.db.execute(delete(Schedule))

    run(forget())


async def test_several_workers_fire_a_schedule_once(live):
    runs: list[str | None] = []
    done = asyncio.Event()

    async def handle(job: ClaimedJob) -> None:
        runs.append(job.key)
        done.set()

    await ensure(live, replace(NIGHTLY, rule=Interval(minutes=1)))
    async with live.write() as unit:
        await unit.db.execute(update(Schedule).values(next_run=utc(2026, 1, 1)))
    workers = [Worker(replace(live, bus=EventBus()), {"work": handle}, poll_s=0.05) for _ in range(4)]
    running = [asyncio.create_task(worker.run()) for worker in workers]
    async with asyncio.timeout(10):
        await done.wait()
        await asyncio.gather(*(fire(live) for _ in range(8)))
    for worker in workers:
        worker.stop()
    await asyncio.gather(*running)
    assert runs == ["nightly@2026-01-01T00:00:00+00:00"]


async def test_worker_wakes_when_a_schedule_is_due(live):
    done = asyncio.Event()

    async def handle(job: ClaimedJob) -> None:
        done.set()

    await ensure(live, NIGHTLY)
    soon = datetime.now(UTC) + timedelta(seconds=0.2)
    async with live.write() as unit:
        await unit.db.execute(update(Schedule).values(next_run=soon))
    worker = Worker(live, {"work": handle}, poll_s=3600)
    running = asyncio.create_task(worker.run())
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            await done.wait()
    worker.stop()
    await running
    assert done.is_set()
