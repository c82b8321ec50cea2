"""Whatever is enqueued, claimed, finished, failed or forgotten, in any order: never two holders, lanes in order,
a key once, nothing lost."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from secretary.kernel.events import EventBus
from secretary.kernel.jobs import (
    ClaimedJob,
    Job,
    LeaseLost,
    NewJob,
    claim,
    complete,
    dead_letters,
    enqueue,
    fail,
    heartbeat,
    release,
    resend,
)
from secretary.kernel.jobs.retry import Failure
from secretary.kernel.unit import UnitFactory

LEASE_S = 10
LANES = st.sampled_from([None, "a", "b"])
KEYS = st.sampled_from([None, None, "k1", "k2"])
PICK = st.integers(0, 50)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), LANES, KEYS, st.integers(0, 5)),
        st.tuples(st.just("claim"), st.integers(1, 3)),
        st.tuples(st.just("complete"), PICK),
        st.tuples(st.just("fail"), PICK, st.booleans()),
        st.tuples(st.just("heartbeat"), PICK),
        st.tuples(st.just("release"), PICK),
        st.tuples(st.just("resend"), PICK),
        st.tuples(st.just("pass_"), st.integers(0, 12)),
    ),
    max_size=40,
)


@dataclass
class Known:
    """What a bystander knows of a job."""

    lane: str | None
    key: str | None
    position: int
    holding: ClaimedJob | None = None
    good_until: datetime | None = None
    is_over: bool = False


class Bystander:
    """Drives the queue, believes nothing, and keeps its own book."""

    def __init__(self, database) -> None:
        self.moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.units = UnitFactory(database, EventBus(), lambda: self.moment)
        self.book: dict[str, Known] = {}
        self.dead: list[str] = []
        self.hands: list[ClaimedJob] = []
        self.positions = 0

    async def act(self, steps) -> None:
        for name, *arguments in steps:
            await getattr(self, name)(*arguments)

    async def put(self, lane, key, delay) -> None:
        new = NewJob("work", {}, key, lane, self.moment + timedelta(seconds=delay), max_attempts=3)
        async with self.units.write() as unit:
            job_id = await enqueue(unit, new)
        self._enter(job_id, lane, key)

    async def claim(self, limit) -> None:
        async with self.units.write() as unit:
            jobs = await claim(unit, ["work"], unit.new_id(), LEASE_S, limit)
        await self._notice_the_exhausted()
        for job in jobs:
            mine = self.book[job.id]
            assert not mine.is_over
            assert not self._is_held(mine), "two holders"
            for other in self.book.values():
                if mine.lane is not None and other.lane == mine.lane and other is not mine and not other.is_over:
                    assert other.position > mine.position, "out of order"
                    assert not self._is_held(other), "two of a lane at once"
            mine.holding, mine.good_until = job, self.moment + timedelta(seconds=LEASE_S)
            self.hands.append(job)

    async def complete(self, pick) -> None:
        if (job := self._pick(pick)) and await self._try(complete, job):
            self.book[job.id].is_over = True

    async def fail(self, pick, is_final) -> None:
        if (job := self._pick(pick)) and await self._try(fail, job, Failure("odd", is_final), 3.0):
            known = self.book[job.id]
            known.holding = None
            if is_final or job.attempt == job.max_attempts:
                known.is_over = True
                self.dead.append(job.id)

    async def heartbeat(self, pick) -> None:
        if (job := self._pick(pick)) and await self._try(heartbeat, job, LEASE_S):
            self.book[job.id].good_until = self.moment + timedelta(seconds=LEASE_S)

    async def release(self, pick) -> None:
        if (job := self._pick(pick)) and await self._try(release, job):
            self.book[job.id].holding = None

    async def resend(self, pick) -> None:
        if self.dead:
            dead = self.dead.pop(pick % len(self.dead))
            async with self.units.write() as unit:
                job_id = await resend(unit, dead)
            self._enter(job_id, self.book[dead].lane, self.book[dead].key)

    async def pass_(self, seconds) -> None:
        self.moment += timedelta(seconds=seconds)

    async def finish(self) -> None:
        """Everything that was enqueued comes to an end, when somebody works at it."""
        for _ in range(len(self.book) + 1):
            self.moment += timedelta(seconds=LEASE_S + 5)
            held = len(self.hands)
            await self.claim(50)
            for index in range(held, len(self.hands)):
                await self.complete(index)
        assert [job_id for job_id, known in self.book.items() if not known.is_over] == []
        async with self.units.read() as unit:
            assert sorted(self.dead) == sorted(job.id for job in (await dead_letters(unit, limit=1000)).jobs)

    def _enter(self, job_id, lane, key) -> None:
        still_open = [known for known in self.book.values() if key and known.key == key and not known.is_over]
        assert bool(still_open) is (job_id in self.book), "a key twice, or not at all"
        if not still_open:
            self.positions += 1
            self.book[job_id] = Known(lane, key, self.positions)

    def _is_held(self, known: Known) -> bool:
        return known.holding is not None and known.good_until > self.moment

    def _pick(self, pick) -> ClaimedJob | None:
        return self.hands[pick % len(self.hands)] if self.hands else None

    async def _try(self, step, job: ClaimedJob, *arguments) -> bool:
        """Did it work? It must for the holder, and must not for anybody who is no more."""
        known = self.book[job.id]
        is_mine = known.holding is job and not known.is_over
        is_repeated = step is complete and known.holding is job and job.id not in self.dead
        try:
            async with self.units.write() as unit:
                await step(unit, job, *arguments)
        except LeaseLost:
            assert not is_mine, "the holder was locked out"
            return False
        assert is_mine or is_repeated, "a former holder changed the job"
        return is_mine

    async def _notice_the_exhausted(self) -> None:
        """A claim may bury jobs whose last lease ran out; only such ones."""
        async with self.units.read() as unit:
            dead = (await dead_letters(unit, limit=1000)).jobs
        for job in dead:
            known = self.book[job.id]
            if not known.is_over:
                assert not self._is_held(known)
                assert job.attempts == job.max_attempts
                known.is_over, known.holding = True, None
                self.dead.append(job.id)


async def _story(database, steps) -> None:
    bystander = Bystander(database)
    try:
        await bystander.act(steps)
        await bystander.finish()
    finally:
        async with bystander.units.write() as unit:
            await unit.db.execute(delete(Job))


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_queue_keeps_its_promises_in_any_order_of_events(engine, databases, run, steps):
    run(_story(databases(engine, seeded=False), steps))
