"""`/admin/jobs` and `/admin/schedules`: the work behind the scenes, what went wrong with it, and when it recurs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from secretary.accounts.access import require
from secretary.accounts.reach import ensure_may_touch, owner_filter
from secretary.kernel import jobs
from secretary.kernel.jobs import JobState, JobsWanted, ScheduleChange
from secretary.kernel.unit import Actor
from secretary.operations.schemas import (
    DoneOut,
    JobsOut,
    OneJobOut,
    OneScheduleOut,
    ScheduleIn,
    ScheduleOut,
    SchedulesOut,
)
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin", tags=["jobs"])

MaySee = Annotated[Actor, Depends(require("jobs", "view"))]
MayEdit = Annotated[Actor, Depends(require("jobs", "edit"))]
MaySchedule = Annotated[Actor, Depends(require("jobs", "manage"))]
Kind = Annotated[str, Query(max_length=64)]
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]


@router.get("/jobs")
async def list_jobs(
    unit: UnitDep,
    actor: MaySee,
    state: JobState | None = None,
    kind: Kind = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> JobsOut:
    """Jobs, latest first, of kinds that begin with `kind`; those that are done are kept for a week."""
    wanted = JobsWanted(state, kind, owner_filter(actor, "jobs"))
    return JobsOut.of(*await jobs.list_jobs(unit, wanted, limit, offset))


@router.get("/jobs/dead")
async def list_dead_letters(
    unit: UnitDep, actor: MaySee, kind: Kind = "", limit: Limit = 50, offset: Offset = 0
) -> JobsOut:
    """What could not be done, latest first; `kind=outbox.` is what could not be sent."""
    owner_id = owner_filter(actor, "jobs")
    if owner_id is not None:
        return JobsOut.of(*await jobs.list_jobs(unit, JobsWanted(JobState.DEAD, kind, owner_id), limit, offset))
    dead = await jobs.dead_letters(unit, kind, limit, offset)
    return JobsOut.of(dead.jobs, dead.total)


@router.get("/jobs/{job_id}")
async def read_job(unit: UnitDep, actor: MaySee, job_id: str) -> OneJobOut:
    """One job, with how far it is."""
    job = await jobs.get_job(unit, job_id)
    ensure_may_touch(actor, "jobs", job.created_by, "view")
    return OneJobOut.of(job)


@router.post("/jobs/{job_id}/resend")
async def resend_job(unit: UnitDep, actor: MayEdit, job_id: str) -> DoneOut:
    """Try a dead job again, all its attempts anew. Its new id comes back."""
    ensure_may_touch(actor, "jobs", (await jobs.get_job(unit, job_id)).created_by)
    return DoneOut(job_id=await jobs.resend(unit, job_id))


@router.post("/jobs/{job_id}/cancel")
async def cancel_job(unit: UnitDep, actor: MayEdit, job_id: str) -> DoneOut:
    """Forget a job that waits, or a dead one."""
    ensure_may_touch(actor, "jobs", (await jobs.get_job(unit, job_id)).created_by)
    return DoneOut(job_id=(await jobs.cancel(unit, job_id)).id)


@router.get("/schedules")
async def list_schedules(unit: UnitDep, _who: MaySchedule) -> SchedulesOut:
    """What recurs, and when next."""
    rows = [ScheduleOut.model_validate(row) for row in await jobs.list_schedules(unit)]
    return SchedulesOut(schedules=rows, total=len(rows))


@router.put("/schedules/{key}")
async def change_schedule(unit: UnitDep, _who: MaySchedule, key: str, body: ScheduleIn) -> OneScheduleOut:
    """Change when something recurs, or whether it does."""
    change = ScheduleChange(body.rule, body.zone, body.enabled)
    return OneScheduleOut.of(await jobs.change_schedule(unit, key, change))
