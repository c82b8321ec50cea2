"""What a person sees of the jobs: pages, counts, progress; and what he may have forgotten."""

import pytest

from secretary.kernel.errors import Conflict, NotFound
from secretary.kernel.jobs import (
    JobState,
    JobsWanted,
    LeaseLost,
    NewJob,
    cancel,
    claim,
    complete,
    count_jobs,
    enqueue,
    fail,
    free_running,
    get_job,
    list_jobs,
    note_progress,
)
from secretary.kernel.jobs.retry import Failure


async def put(units, *jobs):
    async with units.write() as unit:
        return [await enqueue(unit, job) for job in jobs]


async def take(units, limit=1):
    async with units.write() as unit:
        return await claim(unit, ["work", "other"], unit.new_id(), 60, limit)


async def test_pages_are_latest_first_and_narrowed_by_state_and_kind(units):
    ids = await put(units, NewJob("work"), NewJob("other"), NewJob("work"))
    [first] = await take(units)
    async with units.write() as unit:
        await complete(unit, first)
        jobs, total = await list_jobs(unit, JobsWanted(), 2, 0)
        assert ([job.id for job in jobs], total) == ([ids[2], ids[1]], 3)
        assert (await list_jobs(unit, JobsWanted(JobState.DONE), 9, 0))[1] == 1
        assert [job.id for job in (await list_jobs(unit, JobsWanted(kind_prefix="wo"), 9, 1))[0]] == [ids[0]]
        assert (await list_jobs(unit, JobsWanted(kind_prefix="%"), 9, 0))[1] == 0
        assert (await list_jobs(unit, JobsWanted(created_by="somebody"), 9, 0))[1] == 0
        assert await count_jobs(unit) == {"queued": 2, "running": 0, "done": 1, "dead": 0}


async def test_progress_is_kept_when_the_worker_dies_and_found_by_the_next(units):
    [job_id] = await put(units, NewJob("work"))
    [first] = await take(units)
    async with units.write() as unit:
        await note_progress(unit, first, {"done": 3})
    async with units.write() as unit:
        assert await free_running(unit) == 1
    [second] = await take(units)
    assert (second.id, second.attempt, second.progress) == (job_id, 2, {"done": 3})
    with pytest.raises(LeaseLost):
        async with units.write() as unit:
            await note_progress(unit, first, {"done": 4})
    async with units.read() as unit:
        assert (await get_job(unit, job_id)).progress == {"done": 3}


async def test_waiting_and_dead_jobs_can_be_forgotten_and_their_lane_goes_on(units):
    ids = await put(units, NewJob("work", lane="a"), NewJob("other", lane="a"), NewJob("work", max_attempts=1))
    async with units.write() as unit:
        await cancel(unit, ids[0])
    jobs = await take(units, 5)
    assert {job.id for job in jobs} == set(ids[1:])
    async with units.write() as unit:
        dead = next(job for job in jobs if job.id == ids[2])
        assert await fail(unit, dead, Failure("odd", is_final=True), 0)
        await cancel(unit, dead.id)
    with pytest.raises(NotFound):
        async with units.write() as unit:
            await cancel(unit, dead.id)


async def test_job_that_runs_or_is_over_cannot_be_cancelled(units):
    [job_id] = await put(units, NewJob("work"))
    [job] = await take(units)
    with pytest.raises(Conflict):
        async with units.write() as unit:
            await cancel(unit, job_id)
    async with units.write() as unit:
        await complete(unit, job)
    with pytest.raises(Conflict):
        async with units.write() as unit:
            await cancel(unit, job_id)
