"""Letters of conversations: a stored message as it goes out now, with where it goes and how much of it is out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from secretary.channels.letters import Letter
from secretary.channels.messenger import Outgoing
from secretary.channels.models import DeliveryStatus
from secretary.channels.outgoing import queries
from secretary.channels.running.lines import Line
from secretary.conversations.attachments import service as attachments
from secretary.conversations.handover.state import Standing
from secretary.conversations.models import ChatAttachment
from secretary.kernel.jobs import Payload
from secretary.kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a conversation on its way out. `shown_id` is the growing answer whose place its first part takes,
    `is_held` says whether a person had the conversation when it was read.
    """

    id: str
    session_id: str
    instance_id: str
    letter: Letter
    parts_sent: int
    shown_id: str
    is_held: bool
    attachments: Sequence[ChatAttachment] = ()


async def write_message(unit: Unit, line: Line, payload: Payload) -> Message | None:
    """The message of a job; None where there is nothing to say (any more)."""
    message_id = str(payload["message_id"])
    found = await queries.on_its_way(unit.db, message_id)
    if found is None:
        return None
    files = (await attachments.of_messages(unit, [message_id])).get(message_id, ()) if found.attachment_count else ()
    text = found.content or (payload["apology"] and (line.settings.error_message or str(payload["apology"]))) or ""
    if not text and not files:
        return None
    outgoing = Outgoing(
        text=_reachable(str(text), line.public_url),
        sources=found.sources,
        buttons=found.buttons,
        language=found.language,
        # In a group an answer says whose question it answers.
        quoted_id=await queries.provider_id_of(unit.db, found.parent_id) if found.is_group else "",
        is_window_open=_is_open(unit, line, found.last_inbound),
    )
    return Message(
        id=message_id,
        session_id=found.session_id,
        instance_id=line.id,
        letter=Letter(found.address, outgoing),
        parts_sent=found.parts_sent,
        shown_id=found.shown_id,
        is_held=Standing(found.state, held_until=found.held_until).is_held(unit.now()),
        attachments=files,
    )


def _reachable(markdown: str, public_url: str) -> str:
    """Our own pages by an address that a messenger can open; a link that leads nowhere is its words there."""
    return markdown.replace("](/", f"]({public_url}/") if public_url else markdown


def _is_open(unit: Unit, line: Line, last_inbound: datetime) -> bool:
    window = line.messenger.capabilities.reply_window
    return window is None or unit.now() - last_inbound <= window


async def record(
    unit: Unit, message: Message, part: int, state: DeliveryStatus, provider_id: str = "", error: str = ""
) -> None:
    """Keep what became of a part."""
    row = {
        "message_id": message.id, "part": part, "instance_id": message.instance_id, "session_id": message.session_id,
        "state": state, "shown_id": "", "provider_message_id": provider_id or None, "error": error,
        "updated": unit.now(),
    }  # fmt: skip
    await queries.put(unit.db, row)
