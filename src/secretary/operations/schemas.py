"""What the endpoints of operations take and give."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from secretary.kernel.jobs import Job, JobState, Rule, Schedule
from secretary.operations.overview import Overview, Slot
from secretary.operations.tally import ANSWERED_BY, FIRST_WORD, TOTAL, Tally


class JobOut(BaseModel):
    """A job as the panel shows it. What it works on may be about customers, so that stays inside."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: str
    state: JobState
    attempts: int
    max_attempts: int
    last_error: str | None
    progress: dict[str, JsonValue] | None
    run_at: datetime
    created_by: str
    created: datetime
    finished: datetime | None


class JobsOut(BaseModel):
    """A page of jobs."""

    jobs: list[JobOut]
    total: int

    @classmethod
    def of(cls, jobs: Any, total: int) -> "JobsOut":
        return cls(jobs=[JobOut.model_validate(job) for job in jobs], total=total)


class OneJobOut(BaseModel):
    """One job."""

    job: JobOut

    @classmethod
    def of(cls, job: Job) -> "OneJobOut":
        return cls(job=JobOut.model_validate(job))


class DoneOut(BaseModel):
    """It is done; `job_id` is the job that stands for it now."""

    status: str = "ok"
    job_id: str


class ScheduleOut(BaseModel):
    """Recurring work; `rule` is read on the clock of `zone`."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    kind: str
    rule: Rule
    zone: str
    enabled: bool
    next_run: datetime
    last_run: datetime | None


class SchedulesOut(BaseModel):
    """All recurring work."""

    schedules: list[ScheduleOut]
    total: int


class OneScheduleOut(BaseModel):
    """One schedule."""

    schedule: ScheduleOut

    @classmethod
    def of(cls, schedule: Schedule) -> "OneScheduleOut":
        return cls(schedule=ScheduleOut.model_validate(schedule))


class ScheduleIn(BaseModel):
    """What may be changed about recurring work; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    rule: Rule | None = None
    zone: str | None = Field(default=None, min_length=1, max_length=64)
    enabled: bool | None = None


class Times(BaseModel):
    """Milliseconds within which half of them, and 95 % of them, came; within 10 %. None where nothing was timed."""

    median: int | None
    p95: int | None

    @classmethod
    def of(cls, tally: Tally, lane: int) -> "Times":
        return cls(median=tally.percentile(lane, 0.5), p95=tally.percentile(lane, 0.95))


class Numbers(BaseModel):
    """What happened within a time. `unanswered` are those where the secretary took a message or failed."""

    conversations: int
    messages: int
    questions: int
    answers: int
    answered_by: dict[str, int]
    unanswered: int
    interrupted: int
    cancelled: int
    failed: int
    first_word_ms: Times
    total_ms: Times

    @classmethod
    def of(cls, tally: Tally) -> "Numbers":
        return cls(**_numbers(tally))


class Part(Numbers):
    """A day or an hour, on the caller's clock."""

    start: datetime

    @classmethod
    def of_slot(cls, slot: Slot) -> "Part":
        return cls(start=slot.start, **_numbers(slot.tally))


class OverviewOut(BaseModel):
    """The numbers of the whole time, and of its days or hours."""

    tz: str
    group: str
    totals: Numbers
    series: list[Part]

    @classmethod
    def of(cls, found: Overview, zone: str, group: str) -> "OverviewOut":
        series = [Part.of_slot(slot) for slot in found.slots]
        return cls(tz=zone, group=group, totals=Numbers.of(found.total), series=series)


def _numbers(tally: Tally) -> dict[str, Any]:
    answered_by = {name: count for name in ANSWERED_BY if (count := tally[name])}
    answers = sum(answered_by.values())
    return {
        **{name: tally[name] for name in ("conversations", "questions", "interrupted", "cancelled", "failed")},
        "messages": tally["questions"] + answers,
        "answers": answers,
        "answered_by": answered_by,
        "unanswered": tally["message"] + tally["failed"],
        "first_word_ms": Times.of(tally, FIRST_WORD),
        "total_ms": Times.of(tally, TOTAL),
    }
