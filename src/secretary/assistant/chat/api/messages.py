"""`/admin/chat/sessions/{id}/messages`: ask, listen, stop, edit, delete, ask again, rate."""

from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Header, Request

from secretary.accounts.watch import while_signed_in
from secretary.assistant.chat.access import touched
from secretary.assistant.chat.api.deps import MESSAGE, PREFIX, SESSION, ChatDep, MayHear, MayWrite
from secretary.assistant.chat.schemas import Ask, AskAgain, Edited, Thumb
from secretary.assistant.chat.service import Chat
from secretary.assistant.chat.shapes import Done, Exchanged, OneMessage, exchanged, message_out
from secretary.assistant.frames import frames, user_message
from secretary.assistant.noticing import rate
from secretary.assistant.ports import Accepted
from secretary.kernel.unit import Actor
from secretary.web.deps import UnitDep, services
from secretary.web.sse import EventStream, resume_from

router = APIRouter(prefix=PREFIX, tags=["chat"])

EVENTS = (
    "Events `user_message`, `chunk`, `sources`, `buttons`, `assistant_message`, `error`, then `[DONE]`. The `id` of an "
    "event is how many characters were said: send it back as `Last-Event-ID` to hear the rest."
)


async def _asked(chat: Chat, accepted: Accepted, *, wait: bool) -> Exchanged:
    return exchanged(await chat.whole(accepted) if wait else await chat.stored(accepted))


def _stream(request: Request, actor: Actor, events: AsyncGenerator[bytes, None]) -> EventStream:
    return EventStream(while_signed_in(services(request).authenticator, actor, events))


@router.post(SESSION + "/messages")
async def ask(chat: ChatDep, actor: MayWrite, session_id: str, body: Ask, *, wait: bool = True) -> Exchanged:
    """Send a message and wait for the answer; it is given even if nobody waits."""
    accepted = await chat.ask(actor, session_id, body.content, body.message_id, body.llm_override)
    return await _asked(chat, accepted, wait=wait)


@router.post(SESSION + "/stream", response_class=EventStream, response_description=EVENTS)
async def ask_and_listen(request: Request, chat: ChatDep, actor: MayWrite, session_id: str, body: Ask) -> EventStream:
    """Send a message and hear the answer as it is given."""
    accepted = await chat.ask(actor, session_id, body.content, body.message_id, body.llm_override)
    stored = user_message(accepted, body.content, body.message_id or "")
    return _stream(request, actor, frames(accepted.answer_id, chat.follow(accepted), stored))


@router.get(MESSAGE + "/stream", response_class=EventStream, response_description=EVENTS)
async def listen_again(
    request: Request,
    chat: ChatDep,
    actor: MayHear,
    session_id: str,
    message_id: str,
    last_event_id: Annotated[str, Header()] = "",
) -> EventStream:
    """Hear an answer from where one stood, while it is given and after."""
    replies = await chat.listen(actor, session_id, message_id, resume_from(last_event_id))
    return _stream(request, actor, frames(message_id, replies))


@router.post(MESSAGE + "/cancel", status_code=202)
async def cancel_answer(chat: ChatDep, actor: MayWrite, session_id: str, message_id: str) -> Done:
    """Stop an answer; what was said stays. Repeatable."""
    await chat.cancel(actor, session_id, message_id)
    return Done()


@router.put(MESSAGE)
async def edit_message(
    chat: ChatDep, actor: MayWrite, session_id: str, message_id: str, body: Edited, *, wait: bool = True
) -> Exchanged:
    """Ask anew beside a question: a sibling with an answer of its own, and the old one stays to be switched to."""
    accepted = await chat.edit(actor, session_id, message_id, body.content, body.llm_override)
    return await _asked(chat, accepted, wait=wait)


@router.delete(MESSAGE)
async def delete_message(chat: ChatDep, actor: MayWrite, session_id: str, message_id: str) -> Done:
    """Delete a message with what is below it, and nothing else."""
    await chat.delete_message(actor, session_id, message_id)
    return Done()


@router.post(MESSAGE + "/regenerate")
async def regenerate_answer(
    chat: ChatDep, actor: MayWrite, session_id: str, message_id: str, body: AskAgain | None = None, *, wait: bool = True
) -> Exchanged:
    """Another answer to the same question, beside the one there is."""
    override = (body or AskAgain()).llm_override
    return await _asked(chat, await chat.regenerate(actor, session_id, message_id, override), wait=wait)


@router.post(MESSAGE + "/feedback")
async def rate_answer(unit: UnitDep, actor: MayWrite, session_id: str, message_id: str, body: Thumb) -> OneMessage:
    """A thumb up or down on an answer, with a word why."""
    await touched(unit, actor, session_id)
    message = await rate(unit, session_id, message_id, body.value, body.comment)
    return OneMessage(message=message_out(message))
