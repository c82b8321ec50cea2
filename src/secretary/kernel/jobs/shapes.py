"""What callers of the jobs see: what they enqueue, what they are handed, what they are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType

from pydantic import JsonValue

from secretary.kernel.errors import Conflict
from secretary.kernel.events import Event

JobId = NewType("JobId", str)
Payload = Mapping[str, JsonValue]

MAX_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class NewJob:
    """Work to be done.

    `key`: while a job of this kind and key is open, enqueuing it again changes nothing. `lane`: jobs of one lane run
    one at a time, in the order in which they were enqueued; a retry holds its lane. `run_at`: not before then.
    """

    kind: str
    payload: Payload = field(default_factory=dict)
    key: str | None = None
    lane: str | None = None
    run_at: datetime | None = None
    max_attempts: int = MAX_ATTEMPTS


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


@dataclass(frozen=True, slots=True)
class WorkAvailable(Event):
    """There may be something to do: wakes the workers of this process."""

    kind: str


class LeaseLost(Conflict):
    """Somebody else has this job now, or it is over: what was done for it must not be kept."""

    def __init__(self) -> None:
        super().__init__(
            "lease_lost", en="This job has been taken over by another worker.", ru="Задание перешло к другому процессу."
        )
