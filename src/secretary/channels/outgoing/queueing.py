"""Queueing: a stored message enters its instance's outbox, and the panel sees that it waits."""

from dataclasses import dataclass

from secretary.channels.letters import post, queue_of
from secretary.channels.outgoing import queries
from secretary.kernel.jobs import Payload
from secretary.kernel.unit import Unit

MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Way:
    """Where a message goes: a thread of an instance of this kind."""

    kind: str
    instance_id: str
    thread_id: str


async def queue(
    unit: Unit, way: Way, session_id: str, message_id: str, *, is_automatic: bool, apology: str = ""
) -> None:
    """Have a message brought to a thread's customer, after what was queued for him before."""
    await queries.add_queued(unit.db, message_id, way.instance_id, session_id, unit.now())
    payload: Payload = {"message_id": message_id, "is_automatic": is_automatic, "apology": apology}
    await post(unit, queue_of(way.kind, way.instance_id), MESSAGE, payload, key=message_id, conversation=way.thread_id)
