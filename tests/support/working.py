"""A worker that does what waits and then goes home, for tests of jobs."""

from datetime import timedelta

from sqlalchemy import update

from secretary.kernel.errors import SecretaryError
from secretary.kernel.jobs import Job, JobState, claim, complete, fail
from secretary.kernel.jobs.retry import failure_of


async def do_jobs(units, handlers, most=50):
    """Do what waits, each job once, those too that are due later; the kinds that were done."""
    done = []
    async with units.write() as unit:
        due = update(Job).where(Job.state == JobState.QUEUED).values(run_at=unit.now() - timedelta(seconds=1))
        await unit.db.execute(due)
    while len(done) < most:
        async with units.write() as unit:
            jobs = await claim(unit, list(handlers), unit.new_id(), 60)
        if not jobs:
            return done
        job = jobs[0]
        done.append(job.kind)
        try:
            await handlers[job.kind](job)
        except SecretaryError as error:
            async with units.write() as unit:
                await fail(unit, job, failure_of(error), 3600)
        else:
            async with units.write() as unit:
                await complete(unit, job)
    return done
