"""What somebody writes or taps: who he is, whether he may, and the message that his conversation gets."""

from dataclasses import dataclass
from typing import Protocol

from secretary.assistant.ports import Inbound, Turns
from secretary.channels.files import fetch_later
from secretary.channels.incoming.greeting import greet
from secretary.channels.incoming.limits import Limits
from secretary.channels.incoming.meeting import conversation_in, customer_of, meet
from secretary.channels.incoming.taken import Taken, skipped
from secretary.channels.messenger import IncomingFile, Said, Tapped
from secretary.channels.models import ChannelReceipt, ChannelThread
from secretary.channels.running.lines import Line
from secretary.conversations.attachments import service as attachments
from secretary.conversations.attachments.service import NewAttachment
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import AttachmentKind
from secretary.kernel.unit import Unit

MAX_CHARACTERS = 4_096


class Operators(Protocol):
    """Who listens first: people of the staff who have linked their messenger; `channels.owner` fills it."""

    async def hears(self, unit: Unit, line: Line, said: Said | Tapped) -> bool:
        """Was it to us rather than to the secretary? Then it is done, and answered by a letter."""
        ...


@dataclass(frozen=True, slots=True)
class Hearing:
    """Hears for all instances."""

    turns: Turns
    operators: Operators
    limits: Limits

    async def hear(self, unit: Unit, line: Line, receipt: ChannelReceipt, said: Said | Tapped) -> Taken:
        """Store it as a message, in the unit that takes the receipt, unless it is for somebody else or too much."""
        if isinstance(said, Said) and not said.is_addressed:
            return skipped("not_addressed")
        callback_id = said.callback_id if isinstance(said, Tapped) else ""
        if not said.is_group and await self.operators.hears(unit, line, said):
            return Taken(callback_id=callback_id)
        if not line.messenger.admitted(said, line.settings):
            await self.limits.refuse(unit, line, receipt, said)
            return skipped("not_allowed")
        return await self._customer(unit, line, receipt, said)

    async def _customer(self, unit: Unit, line: Line, receipt: ChannelReceipt, said: Said | Tapped) -> Taken:
        met = await meet(unit, line, receipt.thread, said)
        contact = await customer_of(unit, line, met, said.person)
        if contact.blocked:
            await met.keep(unit)
            return skipped("blocked")
        if (over := await self.limits.exceeded(unit, line, met.thread)) is not None:
            await met.keep(unit)
            await self.limits.tell(unit, line, receipt, met.thread, over)
            return skipped(over.code)
        session = await conversation_in(unit, line, met, contact)
        await met.keep(unit)
        if isinstance(said, Said) and said.is_start:
            await greet(unit, line, session, met.thread)
            return Taken(thread=met.thread)
        return await self._store(unit, session, met.thread, said)

    async def _store(self, unit: Unit, session: ChatSession, thread: ChannelThread, said: Said | Tapped) -> Taken:
        """Each once, for its receipt is taken with it: it needs no number of its own."""
        files = said.files if isinstance(said, Said) else ()
        written = said.text if isinstance(said, Said) else said.value
        text = "\n".join(part for part in (written, *(file.text for file in files)) if part)[:MAX_CHARACTERS]
        if not text.strip() and not files:
            return skipped("empty")
        inbound = Inbound(session.id, text, files=len(files), provider_message_id=said.message_id)
        exchange = await self.turns.store(unit, inbound)
        kept = [_attachment(file) for file in files if file.ref]
        stored = await attachments.add(unit, session.id, exchange.question.id, kept)
        await fetch_later(unit, [each.id for each in stored])
        exchange.question.attachment_count = len(files)
        return Taken(
            exchange=exchange,
            thread=thread,
            callback_id=said.callback_id if isinstance(said, Tapped) else "",
            quoted_id=said.message_id,
        )


def _attachment(file: IncomingFile) -> NewAttachment:
    return NewAttachment(AttachmentKind(file.kind), file.name, file.media_type, file.size or None, file.ref)
