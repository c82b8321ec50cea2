"""The outbox: what leaves the house, written with its cause and sent by a worker at least once.

A thin layer over the jobs: one kind a channel (`outbox.telegram`), one lane a conversation, and a key that is sent
once as long as the job is kept. The key goes to the provider too: where he takes it, delivery is exactly once; where
he does not, a crash between sending and recording may send twice.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from secretary.kernel.jobs import (
    ClaimedJob,
    DeadLetters,
    Handler,
    JobId,
    NewJob,
    Payload,
    dead_letters,
    enqueue,
    resend,
)
from secretary.kernel.jobs.selects import dead_job
from secretary.kernel.unit import Unit

PREFIX = "outbox."
MAX_ATTEMPTS = 14  # over two to three hours, with the waits of `jobs.Retry`


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something to be sent. `conversation` is what keeps its order; the empty one keeps none."""

    channel: str
    idempotency_key: str
    payload: Payload
    conversation: str = ""


Sender = Callable[[Outgoing], Awaitable[None]]
"""Sends one; raises `Upstream` (retryable or not) or `RateLimited` when it could not."""


async def send_later(unit: Unit, outgoing: Outgoing) -> JobId:
    """Put into the outbox of the unit. A key that is there already, sent or not, brings back its id."""
    kind = PREFIX + outgoing.channel
    lane = f"{kind}:{outgoing.conversation}" if outgoing.conversation else None
    job = NewJob(kind, outgoing.payload, outgoing.idempotency_key, lane, max_attempts=MAX_ATTEMPTS, once=True)
    return await enqueue(unit, job)


async def send_again(unit: Unit, channel: str, idempotency_key: str) -> bool:
    """Try once more what could not be sent; False where nothing of that key has been given up."""
    dead = await dead_job(unit.db, PREFIX + channel, idempotency_key)
    if dead is None:
        return False
    await resend(unit, dead)
    return True


def handlers_for(senders: Mapping[str, Sender]) -> dict[str, Handler]:
    """What a worker runs for these channels."""
    return {PREFIX + channel: _handler(channel, sender) for channel, sender in senders.items()}


async def unsent(unit: Unit, limit: int = 50, offset: int = 0) -> DeadLetters:
    """What could not be sent, latest first; `jobs.resend` tries one again."""
    return await dead_letters(unit, PREFIX, limit, offset)


def _handler(channel: str, send: Sender) -> Handler:
    async def deliver(job: ClaimedJob) -> None:
        conversation = (job.lane or "").removeprefix(f"{job.kind}:")
        await send(Outgoing(channel, job.key or job.id, job.payload, conversation))

    return deliver
