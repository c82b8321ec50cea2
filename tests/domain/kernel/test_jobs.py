"""The queue of jobs, function by function, over both databases; each test is one promise of `kernel.jobs`."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from secretary.kernel.errors import Forbidden, Internal, Invalid, NotFound, RateLimited, Upstream
from secretary.kernel.jobs import (
    ClaimedJob,
    JobState,
    LeaseLost,
    NewJob,
    Retry,
    claim,
    complete,
    dead_letters,
    enqueue,
    fail,
    heartbeat,
    purge_finished,
    release,
    resend,
)
from secretary.kernel.jobs.queue import next_due
from secretary.kernel.jobs.retry import Failure, failure_of
from secretary.kernel.unit import Actor, UnitFactory

LEASE_S = 60
ODD = Failure("odd", is_final=False)
FINAL = Failure("final", is_final=True)


@dataclass
class Queue:
    """The queue with a clock that is moved by hand; every call is a unit of its own."""

    factory: UnitFactory
    moment: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)

    @property
    def units(self) -> UnitFactory:
        return replace(self.factory, clock=lambda: self.moment)

    def pass_(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    async def put(self, kind: str = "work", **fields) -> str:
        async with self.units.write() as unit:
            return await enqueue(unit, NewJob(kind, **fields))

    async def claim(self, limit: int = 10, kinds=("work",)) -> list[ClaimedJob]:
        async with self.units.write() as unit:
            return await claim(unit, kinds, unit.new_id(), LEASE_S, limit)

    async def do(self, step, *arguments):
        async with self.units.write() as unit:
            return await step(unit, *arguments)

    async def dead(self) -> list[str]:
        async with self.units.read() as unit:
            return [job.id for job in (await dead_letters(unit)).jobs]


@pytest.fixture
def queue(units: UnitFactory) -> Queue:
    return Queue(units)


def _ids(jobs: list[ClaimedJob]) -> list[str]:
    return [job.id for job in jobs]


async def test_job_is_claimed_with_what_it_carries_and_by_nobody_else(queue):
    job_id = await queue.put(payload={"text": "привет", "n": [1, None]}, key="k", lane="l")
    [job] = await queue.claim()
    assert (job.id, job.payload, job.key, job.lane, job.attempt) == (
        job_id,
        {"text": "привет", "n": [1, None]},
        "k",
        "l",
        1,
    )
    assert await queue.claim() == []


async def test_job_is_not_there_when_its_unit_fails(queue):
    async def enqueue_and_fail(unit) -> None:
        await enqueue(unit, NewJob("work"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await queue.do(enqueue_and_fail)
    assert await queue.claim() == []


async def test_only_kinds_that_a_worker_knows_are_claimed(queue):
    await queue.put("other")
    assert await queue.claim() == []
    assert len(await queue.claim(kinds=("work", "other"))) == 1


async def test_job_waits_for_its_time(queue):
    await queue.put(run_at=queue.moment + timedelta(minutes=5))
    assert await queue.claim() == []
    queue.pass_(300)
    assert len(await queue.claim()) == 1


async def test_jobs_come_in_the_order_in_which_they_fell_due(queue):
    later = await queue.put(run_at=queue.moment + timedelta(seconds=2))
    sooner = await queue.put(run_at=queue.moment + timedelta(seconds=1))
    queue.pass_(5)
    assert _ids(await queue.claim()) == [sooner, later]


async def test_key_is_enqueued_once_while_it_is_open(queue):
    first = await queue.put(key="k")
    assert await queue.put(key="k") == first
    [job] = await queue.claim()
    assert await queue.put(key="k") == first
    await queue.do(complete, job)
    assert await queue.put(key="k") != first
    assert len(await queue.claim()) == 1


async def test_same_key_of_another_kind_is_another_job(queue):
    assert await queue.put("work", key="k") != await queue.put("other", key="k")


async def test_lane_runs_one_at_a_time_and_in_order(queue):
    ids = [await queue.put(lane="a") for _ in range(3)]
    elsewhere = await queue.put(lane="b")
    seen = []
    jobs = await queue.claim()
    assert _ids(jobs) == [ids[0], elsewhere]
    for _ in range(3):
        seen.append(jobs[0].id)
        await queue.do(complete, jobs[0])
        jobs = await queue.claim()
    assert seen == ids


async def test_a_retry_holds_its_lane_and_a_dead_job_frees_it(queue):
    first, second = await queue.put(lane="a"), await queue.put(lane="a")
    [job] = await queue.claim()
    assert not await queue.do(fail, job, ODD, 30.0)
    assert await queue.claim() == []
    queue.pass_(30)
    [job] = await queue.claim()
    assert job.id == first
    assert await queue.do(fail, job, FINAL, 30.0)
    assert _ids(await queue.claim()) == [second]


async def test_expired_lease_lets_another_worker_have_the_job_and_locks_the_first_out(queue):
    await queue.put(lane="a")
    [first] = await queue.claim()
    queue.pass_(LEASE_S - 1)
    assert await queue.claim() == []
    queue.pass_(1)
    [second] = await queue.claim()
    assert (second.id, second.attempt) == (first.id, 2)
    for step in (complete, release):
        with pytest.raises(LeaseLost):
            await queue.do(step, first)
    with pytest.raises(LeaseLost):
        await queue.do(heartbeat, first, LEASE_S)
    with pytest.raises(LeaseLost):
        await queue.do(fail, first, ODD, 1.0)
    await queue.do(complete, second)


async def test_heartbeat_keeps_the_lease_and_shows_progress(queue):
    await queue.put()
    [job] = await queue.claim()
    for _ in range(5):
        queue.pass_(LEASE_S - 1)
        await queue.do(heartbeat, job, LEASE_S, {"done": 3})
        assert await queue.claim() == []
    queue.pass_(LEASE_S)
    [again] = await queue.claim()
    assert again.progress == {"done": 3}


async def test_failed_job_runs_again_until_its_last_attempt(queue):
    job_id = await queue.put(max_attempts=3)
    for attempt in (1, 2, 3):
        [job] = await queue.claim()
        assert job.attempt == attempt
        assert await queue.do(fail, job, ODD, 10.0) is (attempt == 3)
        queue.pass_(9)
        assert await queue.claim() == []
        queue.pass_(1)
    assert await queue.claim() == []
    assert await queue.dead() == [job_id]


async def test_job_that_takes_its_worker_down_every_time_is_dead_in_the_end(queue):
    job_id = await queue.put(max_attempts=2, lane="a")
    behind = await queue.put(lane="a")
    for _ in range(2):
        assert _ids(await queue.claim()) == [job_id]
        queue.pass_(LEASE_S)
    assert _ids(await queue.claim()) == [behind]
    async with queue.units.read() as unit:
        [dead] = (await dead_letters(unit)).jobs
    assert (dead.id, dead.last_error) == (job_id, "lease_expired")


async def test_completing_twice_changes_nothing(queue):
    await queue.put()
    [job] = await queue.claim()
    await queue.do(complete, job)
    await queue.do(complete, job)
    assert await queue.claim() == []


async def test_completion_is_undone_with_the_unit_it_was_part_of(queue):
    await queue.put()
    [job] = await queue.claim()

    async def complete_and_fail(unit) -> None:
        await complete(unit, job)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await queue.do(complete_and_fail)
    queue.pass_(LEASE_S)
    assert len(await queue.claim()) == 1


async def test_released_job_is_free_at_once_and_has_lost_no_attempt(queue):
    await queue.put(max_attempts=1)
    [job] = await queue.claim()
    await queue.do(release, job)
    [again] = await queue.claim()
    assert again.attempt == 1


async def test_dead_letters_come_in_pages_with_a_total_and_by_kind(queue):
    for kind in ("mail.a", "mail.b", "other"):
        await queue.put(kind)
        [job] = await queue.claim(kinds=(kind,))
        await queue.do(fail, job, FINAL, 0.0)
        queue.pass_(1)
    async with queue.units.read() as unit:
        page = await dead_letters(unit, "mail.", limit=1, offset=0)
        everything = await dead_letters(unit)
    assert ([job.kind for job in page.jobs], page.total) == (["mail.b"], 2)
    assert everything.total == 3


async def test_resent_job_has_all_its_attempts_again_at_the_end_of_its_lane(queue):
    dead = await queue.put(lane="a", payload={"n": 1}, max_attempts=1)
    [job] = await queue.claim()
    await queue.do(fail, job, ODD, 0.0)
    behind = await queue.put(lane="a")
    again = await queue.do(resend, dead)
    [job] = await queue.claim()
    assert job.id == behind
    await queue.do(complete, job)
    [job] = await queue.claim()
    assert (job.id, job.payload, job.attempt, job.max_attempts) == (again, {"n": 1}, 1, 1)
    assert await queue.dead() == []


async def test_only_dead_jobs_are_resent(queue):
    open_job = await queue.put()
    for job_id in (open_job, "no-such-id"):
        with pytest.raises(NotFound):
            await queue.do(resend, job_id)


async def test_done_jobs_are_forgotten_in_time_and_dead_ones_stay(queue):
    for step in (lambda job: (complete, job), lambda job: (fail, job, FINAL, 0.0)):
        await queue.put()
        [job] = await queue.claim()
        await queue.do(*step(job))
    assert await queue.do(purge_finished, queue.moment) == 0
    queue.pass_(1)
    assert await queue.do(purge_finished, queue.moment) == 1
    assert len(await queue.dead()) == 1


async def test_worker_is_told_when_to_look_again(queue):
    async def due():
        async with queue.units.read() as unit:
            return await next_due(unit, ("work",))

    assert await due() == (None, False)
    await queue.put(run_at=queue.moment + timedelta(minutes=2))
    assert await due() == (queue.moment + timedelta(minutes=2), False)
    await queue.put(lane="a")
    await queue.put(lane="a")
    await queue.claim()
    assert await due() == (queue.moment + timedelta(seconds=LEASE_S), True)  # the second one waits for its lane


async def test_job_remembers_who_asked_for_it(queue):
    async with queue.units.write(Actor("user", "user-1", "user")) as unit:
        await enqueue(unit, NewJob("work"))
    [job] = await queue.claim()
    await queue.do(fail, job, FINAL, 0.0)
    async with queue.units.read() as unit:
        [dead] = (await dead_letters(unit)).jobs
    assert dead.created_by == "user-1"
    assert dead.state is JobState.DEAD


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (
            Upstream("down", en="", ru="", retryable=True, retry_after_s=7),
            Failure("down", is_final=False, retry_after_s=7),
        ),
        (Upstream("refused", en="", ru="", retryable=False), Failure("refused", is_final=True)),
        (RateLimited("slow", en="", ru="", retry_after_s=9), Failure("slow", is_final=False, retry_after_s=9)),
        (Internal("ours", en="", ru=""), Failure("ours", is_final=False)),
        (Invalid("bad", en="", ru=""), Failure("bad", is_final=True)),
        (Forbidden("no", en="", ru=""), Failure("no", is_final=True)),
        (ValueError("secret inside"), Failure("internal", is_final=False)),
    ],
)
def test_errors_say_whether_trying_again_makes_sense(error, failure):
    assert failure_of(error) == failure


def test_waits_double_vary_and_honour_what_the_other_side_asks():
    retry = Retry(first_s=2, longest_s=60)
    assert [retry.wait_s(attempt, luck=0) for attempt in (1, 2, 3, 6, 500)] == [2, 4, 8, 60, 60]
    assert retry.wait_s(3, luck=0.999) == pytest.approx(4, abs=0.01)
    assert retry.wait_s(1, luck=0, retry_after_s=120) == 120
    assert retry.wait_s(6, luck=0, retry_after_s=1) == 60
