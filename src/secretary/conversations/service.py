"""Use cases of conversations: open one, store what was said and what is being answered. Never commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from secretary.conversations import queries
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import UNFINISHED, MessageStatus, QuickReply, Source
from secretary.kernel.errors import Language, NotFound
from secretary.kernel.unit import Unit

TITLE_LENGTH = 50
LEASE = timedelta(seconds=30)


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


@dataclass(frozen=True, slots=True)
class Exchange:
    """A stored question and the answer row that waits to be filled. `is_new` is false for a repeated message."""

    session: ChatSession
    question: ChatMessage
    answer: ChatMessage
    is_new: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """What an answer looks like at a moment; saving it again with more replaces it."""

    answer_id: str
    content: str
    status: MessageStatus
    answered_by: str | None = None
    model: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    first_word_ms: int | None = None
    latency_ms: int | None = None
    finish_reason: str | None = None
    sources: Sequence[Source] = ()
    buttons: Sequence[QuickReply] = ()


def no_such_session() -> NotFound:
    return NotFound("no_such_session", en="There is no such conversation.", ru="Такого разговора нет.")


async def open_session(unit: Unit, new: NewSession) -> ChatSession:
    """Begin a conversation; its title comes with its first message."""
    now = unit.now()
    session = ChatSession(
        id=unit.new_id(),
        title="",
        assistant_id=new.assistant_id,
        source=new.source,
        source_id=new.source_id,
        contact_key=new.contact_key,
        address_hash=new.address_hash,
        language=new.language,
        owner_id=new.owner_id,
        last_seq=0,
        created=now,
        updated=now,
    )
    unit.db.add(session)
    await unit.db.flush()
    return session


async def store_question(
    unit: Unit, session_id: str, content: str, client_message_id: str | None, holder: str
) -> Exchange:
    """Store a customer's message together with the row of its answer, at the end of the visible branch.

    Repeating the call with the same `client_message_id` stores nothing and returns the first call's exchange.
    Raises NotFound.
    """
    session = await queries.session(unit.db, session_id, lock=True)
    if session is None:
        raise no_such_session()
    if client_message_id and (known := await queries.exchange(unit.db, session_id, client_message_id)):
        return Exchange(session, *known, is_new=False)
    question, answer = _rows(unit, session, content, client_message_id, holder)
    await queries.insert_messages(unit.db, [question, answer])
    session.last_seq, session.leaf_id = session.last_seq + 2, str(answer["id"])
    session.updated = unit.now()
    session.title = session.title or content[:TITLE_LENGTH]
    await unit.db.flush()
    return Exchange(session, ChatMessage(**question), ChatMessage(**answer), is_new=True)


def _rows(
    unit: Unit, session: ChatSession, content: str, client_message_id: str | None, holder: str
) -> tuple[dict[str, object], dict[str, object]]:
    now = unit.now()
    shared = {"session_id": session.id, "created": now, "updated": now}
    question_id = unit.new_id()
    question = shared | {
        "id": question_id,
        "seq": session.last_seq + 1,
        "parent_id": session.leaf_id,
        "role": "user",
        "content": content,
        "status": MessageStatus.COMPLETE,
        "client_message_id": client_message_id,
        "holder": None,
        "lease_until": None,
    }
    answer = shared | {
        "id": unit.new_id(),
        "seq": session.last_seq + 2,
        "parent_id": question_id,
        "role": "assistant",
        "content": "",
        "status": MessageStatus.QUEUED,
        "client_message_id": None,
        "holder": holder,
        "lease_until": now + LEASE,
    }
    return question, answer


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
        raise NotFound("no_such_message", en="There is no such message.", ru="Такого сообщения нет.")
    return message


async def save_progress(unit: Unit, answers: Sequence[Progress]) -> None:
    """Store what answers look like by now; unfinished ones keep their lease for another while."""
    if answers:
        await queries.update_messages(unit.db, [_columns(answer, unit.now()) for answer in answers])


def _columns(answer: Progress, now: datetime) -> dict[str, object]:
    is_unfinished = answer.status in UNFINISHED
    return {
        "id": answer.answer_id,
        "content": answer.content,
        "status": answer.status,
        "answered_by": answer.answered_by,
        "model": answer.model,
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "first_word_ms": answer.first_word_ms,
        "latency_ms": answer.latency_ms,
        "finish_reason": answer.finish_reason,
        "sources": list(answer.sources),
        "buttons": list(answer.buttons),
        "updated": now,
        **({"lease_until": now + LEASE} if is_unfinished else {"lease_until": None, "holder": None}),
    }


async def take_over_abandoned(unit: Unit, holder: str, *, everything: bool) -> Sequence[Exchange]:
    """Find the answers whose process died. What had begun is marked interrupted; what had not is returned, to be
    answered by `holder`, in the order in which it was asked. `everything` ignores leases: nobody else can be alive.
    """
    waiting: list[Exchange] = []
    for answer in await queries.unfinished_answers(unit.db, expired_at=None if everything else unit.now()):
        if answer.status == MessageStatus.STREAMING:
            answer.status, answer.holder, answer.lease_until = MessageStatus.INTERRUPTED, None, None
        else:
            answer.holder, answer.lease_until = holder, unit.now() + LEASE
            waiting.append(await _waiting(unit, answer))
    await unit.db.flush()
    return waiting


async def _waiting(unit: Unit, answer: ChatMessage) -> Exchange:
    session = await queries.session(unit.db, answer.session_id)
    question = await queries.message(unit.db, answer.session_id, answer.parent_id or "")
    if session is None or question is None:
        raise no_such_session()
    return Exchange(session, question, answer, is_new=False)
