"""A person's reply: stored, and on its way to the customer, in one transaction."""

from collections.abc import Sequence
from datetime import timedelta

from secretary.assistant import queries as assistants
from secretary.assistant.handover.rules import HandOverRules
from secretary.channels.ports import Outlet
from secretary.conversations.attachments import service as attachments
from secretary.conversations.attachments.service import NewAttachment
from secretary.conversations.handover import service as handover
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.kernel.unit import Unit


async def hold_of(unit: Unit, session: ChatSession) -> timedelta:
    """How long a conversation stays a person's after his last word, as its assistant's owner wants it."""
    assistant = await assistants.assistant(unit.db, session.assistant_id)
    rules = assistant.handover if assistant is not None else HandOverRules()
    return timedelta(minutes=rules.hold_minutes)


async def reply(
    unit: Unit,
    session: ChatSession,
    outlet: Outlet,
    user_id: str,
    text: str,
    message_id: str | None,
    files: Sequence[NewAttachment] = (),
) -> ChatMessage:
    """Write to a customer as a person. With the same `message_id` it is written and sent once.

    Raises Conflict("window_closed") where the provider lets nobody write now; then nothing is stored.
    """
    if message_id and (known := await handover.said(unit, session.id, message_id)):
        return known
    message = await handover.say_as_person(unit, session, user_id, text, message_id, await hold_of(unit, session))
    await attachments.add(unit, session.id, message.id, files)
    await outlet.send(unit, session, message.id, is_automatic=False)
    return message
