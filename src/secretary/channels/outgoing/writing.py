"""Letters of conversations: a stored message as it goes out now, with where it goes and how much of it is out."""

from dataclasses import dataclass

from secretary.channels.incoming import queries as incoming
from secretary.channels.letters import Letter
from secretary.channels.messenger import Outgoing
from secretary.channels.models import ChannelDelivery, ChannelThread, DeliveryStatus
from secretary.channels.outgoing import queries
from secretary.channels.running.lines import Line
from secretary.conversations.handover.service import held
from secretary.conversations.models import ChatMessage
from secretary.kernel.jobs import Payload
from secretary.kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a conversation on its way out. `shown_id` is the growing answer whose place its first part takes."""

    id: str
    session_id: str
    instance_id: str
    letter: Letter
    parts_sent: int
    shown_id: str

    async def is_held(self, unit: Unit) -> bool:
        """Has a person the conversation? It stays so until the unit ends."""
        return bool(await held(unit, [self.session_id]))


async def write_message(unit: Unit, line: Line, payload: Payload) -> Message | None:
    """The message of a job; None where there is nothing to say (any more)."""
    found = await queries.message_in_session(unit.db, str(payload["message_id"]))
    thread = await incoming.thread_of(unit.db, found[1].id) if found else None
    if found is None or thread is None:
        return None
    message, session = found
    text = message.content or (payload["apology"] and (line.settings.error_message or str(payload["apology"])))
    if not text:
        return None
    outgoing = Outgoing(
        text=_reachable(str(text), line.public_url),
        sources=message.sources,
        buttons=message.buttons,
        language=session.language,
        quoted_id=await _quoted(unit, thread, message),
        is_window_open=_is_open(unit, line, thread),
    )
    parts = await queries.of_message(unit.db, message.id)
    first = next((part for part in parts if part.part == 1), None)
    return Message(
        id=message.id,
        session_id=session.id,
        instance_id=line.id,
        letter=Letter(thread.address, outgoing),
        parts_sent=sum(_is_out(part) for part in parts),
        shown_id=first.shown_id if first else "",
    )


def _reachable(markdown: str, public_url: str) -> str:
    """Our own pages by an address that a messenger can open; a link that leads nowhere is its words there."""
    return markdown.replace("](/", f"]({public_url}/") if public_url else markdown


def _is_out(part: ChannelDelivery) -> bool:
    return part.state in {DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ}


async def _quoted(unit: Unit, thread: ChannelThread, message: ChatMessage) -> str:
    """In a group an answer says whose question it answers."""
    if not thread.is_group:
        return ""
    question = await queries.question_of(unit.db, message)
    return (question.provider_message_id or "") if question else ""


def _is_open(unit: Unit, line: Line, thread: ChannelThread) -> bool:
    window = line.messenger.capabilities.reply_window
    return window is None or unit.now() - thread.last_inbound <= window


async def record(
    unit: Unit, message: Message, part: int, state: DeliveryStatus, provider_id: str = "", error: str = ""
) -> None:
    """Keep what became of a part."""
    row = next((row for row in await queries.of_message(unit.db, message.id) if row.part == part), None)
    if row is None:
        row = ChannelDelivery(
            message_id=message.id, part=part, instance_id=message.instance_id, session_id=message.session_id
        )
        unit.db.add(row)
    row.state, row.error, row.updated = state, error, unit.now()
    row.provider_message_id = provider_id or row.provider_message_id
    await unit.db.flush()
