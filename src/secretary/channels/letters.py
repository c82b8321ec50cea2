"""Letters: what goes out to messengers, written when it is sent, so that no job keeps a customer's words.

A job in the outbox names its writer and holds ids; the writer reads what they stand for and says where it goes.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from secretary.channels.messenger import Address, Outgoing
from secretary.kernel import outbox
from secretary.kernel.jobs import JobId, Payload
from secretary.kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class Letter:
    """A message and where it goes. `sent` is told the provider's ids of its parts, in the unit that ends the job."""

    address: Address
    message: Outgoing
    sent: Callable[[Unit, Sequence[str]], Awaitable[None]] | None = None


Writer = Callable[[Unit, Payload], Awaitable[Letter | None]]
"""Writes the letter of a job's payload; None when there is nothing to be said any more."""


def queue_of(kind: str, instance_id: str) -> str:
    """The outbox of one instance: nobody waits for another instance's provider."""
    return f"{kind}:{instance_id}"


async def post(unit: Unit, queue: str, writer: str, payload: Payload, *, key: str, conversation: str = "") -> JobId:
    """Put a letter into an instance's outbox. `writer` is one that `app` has registered; see `outbox.send_later`."""
    return await outbox.send_later(unit, outbox.Outgoing(queue, key, {"writer": writer, **payload}, conversation))
