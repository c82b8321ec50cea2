"""Queueing: a stored message enters its instance's outbox, and the panel sees that it waits."""

from secretary.channels.letters import post, queue_of
from secretary.channels.models import ChannelThread
from secretary.channels.outgoing import queries
from secretary.kernel.jobs import Payload
from secretary.kernel.unit import Unit

MESSAGE = "message"


async def queue(
    unit: Unit,
    kind: str,
    thread: ChannelThread,
    session_id: str,
    message_id: str,
    *,
    is_automatic: bool,
    apology: str = "",
) -> None:
    """Have a message brought to a thread's customer, after what was queued for him before."""
    await queries.add_queued(unit.db, message_id, thread.instance_id, session_id, unit.now())
    payload: Payload = {"message_id": message_id, "is_automatic": is_automatic, "apology": apology}
    await post(unit, queue_of(kind, thread.instance_id), MESSAGE, payload, key=message_id, conversation=thread.id)
