"""Use cases of conversations: open one, store what was said, find one's own, change and delete. Never commits."""

from collections.abc import Sequence
from dataclasses import dataclass

from secretary.conversations import queries
from secretary.conversations.attachments.queries import give_up
from secretary.conversations.errors import answer_deleted, no_such_message, no_such_session, not_an_answer
from secretary.conversations.events import (
    ConversationWentOn,
    CustomerChangedMessage,
    SessionChanged,
    SessionDeleted,
)
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import UNFINISHED
from secretary.conversations.search import queries as search
from secretary.conversations.search.words import words_for
from secretary.conversations.storing import PREVIEW_LENGTH, Asked, Exchange, append_exchange
from secretary.conversations.tree import queries as tree
from secretary.kernel.errors import Language
from secretary.kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class NewSession:
    """A conversation about to begin."""

    assistant_id: str
    source: str
    source_id: str
    contact_key: str
    language: Language
    owner_id: str | None = None
    address_hash: str = ""
    title: str = ""
    system_prompt: str | None = None
    contact_id: str | None = None


async def open_session(unit: Unit, new: NewSession) -> ChatSession:
    """Begin a conversation; without a title of its own it gets one with its first message."""
    now = unit.now()
    session = ChatSession(
        id=unit.new_id(),
        title=new.title,
        system_prompt=new.system_prompt,
        assistant_id=new.assistant_id,
        source=new.source,
        source_id=new.source_id,
        contact_key=new.contact_key,
        address_hash=new.address_hash,
        language=new.language,
        owner_id=new.owner_id,
        contact_id=new.contact_id,
        last_seq=0,
        message_count=0,
        last_message="",
        created=now,
        updated=now,
    )
    unit.db.add(session)
    await unit.db.flush()
    if new.title:
        await search.replace_title(unit.db, session.id, words_for(new.title, session.id, session.owner_id))
    unit.record(ConversationWentOn(session.id, session.owner_id))
    return session


async def change_session(unit: Unit, session: ChatSession, title: str | None, system_prompt: str | None) -> None:
    """Rename a conversation, give it a prompt of its own (an empty one takes it away); `None` leaves a field."""
    await queries.session(unit.db, session.id, lock=True)
    if title is not None:
        session.title = title
        await search.replace_title(unit.db, session.id, words_for(title, session.id, session.owner_id))
    if system_prompt is not None:
        session.system_prompt = system_prompt or None
    session.updated = unit.now()
    await unit.db.flush()
    given = {"title": title, "system_prompt": system_prompt}
    changed = tuple(name for name, value in given.items() if value is not None)
    unit.record(SessionChanged(session.id, session.owner_id, changed))


async def delete_sessions(unit: Unit, sessions: Sequence[ChatSession]) -> Sequence[str]:
    """Delete conversations with all that belongs to them; returns their answers that were still being given."""
    ids = [session.id for session in sessions]
    sessions = await queries.sessions(unit.db, ids, lock=True)
    running = await queries.unfinished_of(unit.db, ids)
    await tree.cut_all(unit.db, ids)
    for session in sessions:
        await unit.db.delete(session)
        unit.record(SessionDeleted(session.id, session.owner_id))
    await unit.db.flush()
    return running


async def store_question(
    unit: Unit, session_id: str, content: str, client_message_id: str | None, holder: str
) -> Exchange:
    """Store a customer's message together with the row of its answer, at the end of the visible branch.

    Repeating the call with the same `client_message_id` stores nothing and returns the first call's exchange.
    Raises NotFound.
    """
    return await store_asked(unit, session_id, Asked(content, holder, client_message_id))


async def store_asked(unit: Unit, session_id: str, asked: Asked) -> Exchange:
    """As `store_question`. Raises Conflict, too, for a repetition whose answer has been deleted.

    A message that came while a person had the conversation has no answer; nor has its repetition.
    """
    session = await queries.session(unit.db, session_id, lock=True)
    if session is None:
        raise no_such_session()
    if asked.client_message_id and (known := await queries.exchange(unit.db, session_id, asked.client_message_id)):
        question, answer = known
        if answer is None and not question.held:
            raise answer_deleted()
        return Exchange(session, question, answer, is_new=False)
    return await append_exchange(unit, session, session.leaf_id, asked)


async def get_session(unit: Unit, session_id: str) -> ChatSession:
    """One conversation. Raises NotFound."""
    session = await queries.session(unit.db, session_id)
    if session is None:
        raise no_such_session()
    return session


async def get_sessions(unit: Unit, session_ids: Sequence[str]) -> Sequence[ChatSession]:
    """Those of these conversations that there are."""
    return await queries.sessions(unit.db, session_ids)


async def get_session_of(unit: Unit, session_id: str, contact_key: str) -> ChatSession:
    """A contact's own conversation. Raises NotFound for anybody else's, too."""
    session = await queries.session(unit.db, session_id)
    if session is None or session.contact_key != contact_key:
        raise no_such_session()
    return session


async def is_stored(unit: Unit, session_id: str, client_message_id: str) -> bool:
    """Has the client sent this message before?"""
    return await queries.exchange(unit.db, session_id, client_message_id) is not None


async def get_message(unit: Unit, session_id: str, message_id: str) -> ChatMessage:
    """One message of a conversation. Raises NotFound."""
    message = await queries.message(unit.db, session_id, message_id)
    if message is None:
        raise no_such_message()
    return message


async def rate(unit: Unit, session_id: str, message_id: str, value: int, comment: str | None) -> ChatMessage:
    """Keep a thumb on an answer: 1 up, -1 down, 0 takes it back. Repeatable.

    Raises NotFound, and Invalid for a question.
    """
    message = await get_message(unit, session_id, message_id)
    if message.role != "assistant" or message.status in UNFINISHED:
        raise not_an_answer()
    message.feedback, message.feedback_comment = (value, comment) if value else (None, None)
    await unit.db.flush()
    session = await get_session(unit, session_id)
    unit.record(ConversationWentOn(session_id, session.owner_id))
    return message


async def customer_edited(unit: Unit, session_id: str, provider_message_id: str, text: str) -> ChatMessage | None:
    """Keep what a customer made of a message of his at the provider; its answer stays. None for one that we never had.

    Repeatable. One that he took back stays so.
    """
    session, message = await _customers_message(unit, session_id, provider_message_id)
    if session is None or message is None or message.withdrawn is not None or message.content == text:
        return message
    message.content, message.edited = text, True
    await _show_changed(unit, session, message)
    await search.add(unit.db, {message.id: words_for(text, session.id, session.owner_id)})
    return message


async def customer_withdrew(unit: Unit, session_id: str, provider_message_id: str) -> ChatMessage | None:
    """Empty a message that a customer deleted at the provider, and give up what came along with it. None for one that
    we never had. Repeatable.
    """
    session, message = await _customers_message(unit, session_id, provider_message_id)
    if session is None or message is None or message.withdrawn is not None:
        return message
    message.content, message.withdrawn = "", unit.now()
    await give_up(unit.db, message.id)
    await _show_changed(unit, session, message)
    return message


async def _customers_message(
    unit: Unit, session_id: str, provider_message_id: str
) -> tuple[ChatSession | None, ChatMessage | None]:
    session = await queries.session(unit.db, session_id, lock=True)
    found = await queries.customers_message(unit.db, session_id, provider_message_id) if session is not None else None
    return session, found


async def _show_changed(unit: Unit, session: ChatSession, message: ChatMessage) -> None:
    message.updated = session.updated = unit.now()
    if session.leaf_id in (message.id, await tree.unsaid_answer(unit.db, message.id)):
        session.last_message = message.content[:PREVIEW_LENGTH]
    await unit.db.flush()
    await search.remove(unit.db, message.id)
    is_withdrawn = message.withdrawn is not None
    unit.record(CustomerChangedMessage(session.id, session.owner_id, message.id, is_withdrawn))
