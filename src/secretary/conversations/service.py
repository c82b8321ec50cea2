"""Use cases of conversations: open one, store what was said, find one's own, change and delete. Never commits."""

from collections.abc import Sequence
from dataclasses import dataclass

from secretary.conversations import queries
from secretary.conversations.errors import answer_deleted, no_such_message, no_such_session, not_an_answer
from secretary.conversations.events import ConversationWentOn, SessionChanged, SessionDeleted
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import UNFINISHED
from secretary.conversations.search import queries as search
from secretary.conversations.search.words import words_for
from secretary.conversations.storing import Asked, Exchange, append_exchange
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
    """As `store_question`. Raises Conflict, too, for a repetition whose answer has been deleted."""
    session = await queries.session(unit.db, session_id, lock=True)
    if session is None:
        raise no_such_session()
    if asked.client_message_id and (known := await queries.exchange(unit.db, session_id, asked.client_message_id)):
        question, answer = known
        if answer is None:
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
