"""Durable jobs: work that is enqueued with its cause, in one transaction, and done at least once by some worker.

The port is five functions: `enqueue`, `claim`, `heartbeat`, `complete`, `fail`. A job runs again when its worker dies,
so its handler must bear repetition; a handler that completes its job in the unit of its own change runs exactly once.
"""

from secretary.kernel.jobs.dead_letters import DeadLetters, dead_letters, purge_finished, resend
from secretary.kernel.jobs.queue import claim, complete, enqueue, fail, heartbeat, release
from secretary.kernel.jobs.retry import Retry
from secretary.kernel.jobs.shapes import ClaimedJob, JobId, LeaseLost, NewJob, Payload, WorkAvailable
from secretary.kernel.jobs.table import Job, JobState
from secretary.kernel.jobs.worker import Handler, Worker

__all__ = [
    "ClaimedJob",
    "DeadLetters",
    "Handler",
    "Job",
    "JobId",
    "JobState",
    "LeaseLost",
    "NewJob",
    "Payload",
    "Retry",
    "WorkAvailable",
    "Worker",
    "claim",
    "complete",
    "dead_letters",
    "enqueue",
    "fail",
    "heartbeat",
    "purge_finished",
    "release",
    "resend",
]
