"""What could not be delivered is tried once more, at the end of its conversation's line."""

from secretary.channels.letters import queue_of
from secretary.channels.outgoing import queries
from secretary.conversations.models import ChatSession
from secretary.kernel.errors import Conflict
from secretary.kernel.outbox import send_again
from secretary.kernel.unit import Unit


async def send_once_more(unit: Unit, session: ChatSession, message_id: str) -> None:
    """Raises Conflict where the message has been given up by nobody."""
    if not await send_again(unit, queue_of(session.source, session.source_id), message_id):
        raise Conflict(
            "not_undelivered",
            en="This message is on its way or has arrived; there is nothing to send again.",
            ru="Это сообщение в пути или уже доставлено: отправлять снова нечего.",
        )
    await queries.queue_failed(unit.db, message_id, unit.now())
