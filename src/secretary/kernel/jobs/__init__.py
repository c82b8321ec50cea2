"""Durable jobs: work that is enqueued with its cause, in one transaction, and done at least once by some worker.

The port is five functions: `enqueue`, `claim`, `heartbeat`, `complete`, `fail`. A job runs again when its worker dies,
so its handler must bear repetition; a handler that completes its job in the unit of its own change runs exactly once.
Long work says how far it is by `note_progress` and goes on from there; what recurs has a schedule.
"""

from secretary.kernel.jobs.dead_letters import DeadLetters, dead_letters, purge_finished, resend
from secretary.kernel.jobs.listing import JobsWanted, cancel, count_jobs, get_job, list_jobs
from secretary.kernel.jobs.queue import claim, complete, enqueue, fail, free_running, heartbeat, note_progress, release
from secretary.kernel.jobs.retry import Retry
from secretary.kernel.jobs.rules import Daily, Interval, Rule, Weekly, zone_of
from secretary.kernel.jobs.schedule_table import Schedule
from secretary.kernel.jobs.schedules import (
    NewSchedule,
    ScheduleChange,
    change_schedule,
    ensure_schedules,
    fire_due,
    list_schedules,
)
from secretary.kernel.jobs.shapes import ClaimedJob, JobId, LeaseLost, NewJob, Payload, WorkAvailable
from secretary.kernel.jobs.table import Job, JobState
from secretary.kernel.jobs.worker import Handler, Worker

__all__ = [
    "ClaimedJob",
    "Daily",
    "DeadLetters",
    "Handler",
    "Interval",
    "Job",
    "JobId",
    "JobState",
    "JobsWanted",
    "LeaseLost",
    "NewJob",
    "NewSchedule",
    "Payload",
    "Retry",
    "Rule",
    "Schedule",
    "ScheduleChange",
    "Weekly",
    "WorkAvailable",
    "Worker",
    "cancel",
    "change_schedule",
    "claim",
    "complete",
    "count_jobs",
    "dead_letters",
    "enqueue",
    "ensure_schedules",
    "fail",
    "fire_due",
    "free_running",
    "get_job",
    "heartbeat",
    "list_jobs",
    "list_schedules",
    "note_progress",
    "purge_finished",
    "release",
    "resend",
    "zone_of",
]
