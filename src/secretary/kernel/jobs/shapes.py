"""What callers of the jobs see: what they enqueue, what they are handed, what they are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType

from pydantic import JsonValue

from secretary.kernel.errors import Conflict
from secretary.kernel.events import Event, News, Trace

JobId = NewType("JobId", str)
Payload = Mapping[str, JsonValue]

MAX_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class NewJob:
    """Work to be done.

    `key`: while a job of this kind and key is open, enqueuing it again changes nothing; with `once` that is so as long
    as the job is kept. `lane`: jobs of one lane run one at a time, in the order in which they were enqueued; a retry
    holds its lane. `run_at`: not before then.
    """

    kind: str
    payload: Payload = field(default_factory=dict)
    key: str | None = None
    lane: str | None = None
    run_at: datetime | None = None
    max_attempts: int = MAX_ATTEMPTS
    once: bool = False


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job in the hands of one worker; `holder` and `attempt` prove it until the lease is lost."""

    id: JobId
    kind: str
    payload: Payload
    key: str | None
    lane: str | None
    attempt: int
    max_attempts: int
    holder: str
    progress: Payload | None
    created_by: str = ""


@dataclass(frozen=True, slots=True)
class WorkAvailable(Event):
    """There may be something to do: wakes the workers of this process. `after` is the job that was completed just now,
    where that is why.
    """

    kind: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class JobChanged(Event):
    """A job was enqueued, got on, or came to an end."""

    job_id: str
    action: Literal["queued", "progressed", "done", "failed", "dead"]
    owner_id: str

    def news(self) -> News:
        return News(self.action, "job", self.job_id, self.owner_id)


@dataclass(frozen=True, slots=True)
class JobResent(Event):
    """Somebody had a dead job tried again; it has a new id."""

    job_id: str
    kind: str

    def trace(self) -> Trace:
        return Trace("resend", "job", self.job_id, {"kind": self.kind})


@dataclass(frozen=True, slots=True)
class JobCancelled(Event):
    """Somebody had a job forgotten that waited or was dead."""

    job_id: str
    kind: str
    owner_id: str

    def trace(self) -> Trace:
        return Trace("cancel", "job", self.job_id, {"kind": self.kind})


@dataclass(frozen=True, slots=True)
class ScheduleChanged(Event):
    """Recurring work runs at other times now, or not at all."""

    key: str
    fields: tuple[str, ...]

    def trace(self) -> Trace:
        return Trace("update", "schedule", self.key, {"fields": self.fields})


class LeaseLost(Conflict):
    """Somebody else has this job now, or it is over: what was done for it must not be kept."""

    def __init__(self) -> None:
        super().__init__(
            "lease_lost", en="This job has been taken over by another worker.", ru="Задание перешло к другому процессу."
        )
