"""New messages: numbered, hung into the tree, counted, shown and indexed. Knows not why they are stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from secretary.conversations import queries
from secretary.conversations.errors import conversation_held
from secretary.conversations.events import ConversationWentOn
from secretary.conversations.handover.state import Standing
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import OF_STAFF, MessageStatus, OverrideJson, QuickReply, SessionState
from secretary.conversations.search import queries as search
from secretary.conversations.search.words import words_for
from secretary.kernel.unit import Unit

TITLE_LENGTH = 50
PREVIEW_LENGTH = 120
LEASE = timedelta(seconds=10)  # renewed every 2 s; longer than any pause of a living process

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A stored question and the answer row that waits to be filled. `is_new` is false for a repeated message.

    There is no row of an answer where a person has the conversation: nothing automatic is said there.
    """

    session: ChatSession
    question: ChatMessage
    answer: ChatMessage | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about to be stored, and who will answer it how. `provider_message_id` is the channel's own id of the
    message; what came along with it is stored by `attachments`.
    """

    content: str
    holder: str
    client_message_id: str | None = None
    override: OverrideJson | None = None
    edited: bool = False
    provider_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class SaidBy:
    """Who says something outside of a turn: a person of the staff, or the house with a notice."""

    answered_by: str
    author_id: str | None = None
    client_message_id: str | None = None
    buttons: Sequence[QuickReply] = ()


async def append_exchange(unit: Unit, session: ChatSession, parent_id: str | None, asked: Asked) -> Exchange:
    """Store a question and the row of its answer below `parent_id`, the last visible message; the question alone where
    a person has the conversation. One that was closed is open again.

    The caller has locked the session.
    """
    is_held = Standing.of(session).is_held(unit.now())
    question = _row(unit, session, parent_id, "user") | {
        "content": asked.content,
        "edited": asked.edited,
        "client_message_id": asked.client_message_id,
        "provider_message_id": asked.provider_message_id,
        "held": is_held,
    }
    rows = [question]
    if not is_held:
        rows.append(_answer(unit, session, str(question["id"]), asked.holder, asked.override))
    session.title = session.title or asked.content[:TITLE_LENGTH]
    session.last_message = asked.content[:PREVIEW_LENGTH]
    _customer_wrote(session)
    await _store(unit, session, rows)
    await search.add(unit.db, {str(question["id"]): words_for(asked.content, session.id, session.owner_id)})
    answer = None if is_held else ChatMessage(**rows[-1])
    return Exchange(session, ChatMessage(**question), answer, is_new=True)


def _customer_wrote(session: ChatSession) -> None:
    """What `queries.go_on` stores of it: no statement of its own."""
    if session.source not in OF_STAFF:
        session.unread += 1
    if session.state is SessionState.CLOSED:
        session.state = SessionState.SECRETARY


async def append_answer(
    unit: Unit, session: ChatSession, question: ChatMessage, holder: str, override: OverrideJson | None
) -> Exchange:
    """Store the row of another answer to `question`, the last visible message. The caller has locked the session.

    Raises Conflict where a person has the conversation.
    """
    if Standing.of(session).is_held(unit.now()):
        raise conversation_held()
    answer = _answer(unit, session, question.id, holder, override)
    session.last_message = question.content[:PREVIEW_LENGTH]
    await _store(unit, session, [answer])
    return Exchange(session, question, ChatMessage(**answer), is_new=True)


async def append_said(unit: Unit, session: ChatSession, text: str, said: SaidBy) -> ChatMessage:
    """Store what nobody had to be asked for, at the end of the visible branch. The caller has locked the session."""
    row = _row(unit, session, session.leaf_id, "assistant") | {
        "content": text,
        "answered_by": said.answered_by,
        "author_id": said.author_id,
        "client_message_id": said.client_message_id,
        "buttons": list(said.buttons),
    }
    session.last_message = text[:PREVIEW_LENGTH]
    await _store(unit, session, [row])
    await search.add(unit.db, {str(row["id"]): words_for(text, session.id, session.owner_id)})
    return ChatMessage(**row)


async def _store(unit: Unit, session: ChatSession, rows: list[Row]) -> None:
    await queries.insert_messages(unit.db, rows)
    session.leaf_id = str(rows[-1]["id"])
    session.message_count += len(rows)
    session.updated = unit.now()
    await queries.go_on(unit.db, session)
    unit.record(ConversationWentOn(session.id, session.owner_id))


def _answer(unit: Unit, session: ChatSession, question_id: str, holder: str, override: OverrideJson | None) -> Row:
    return _row(unit, session, question_id, "assistant") | {
        "status": MessageStatus.QUEUED,
        "holder": holder,
        "lease_until": unit.now() + LEASE,
        "override": override,
    }


def _row(unit: Unit, session: ChatSession, parent_id: str | None, role: str) -> Row:
    """A message with the next number; every row names the same columns, so that all go in one statement."""
    session.last_seq += 1
    return {
        "id": unit.new_id(),
        "session_id": session.id,
        "seq": session.last_seq,
        "parent_id": parent_id,
        "role": role,
        "content": "",
        "status": MessageStatus.COMPLETE,
        "edited": False,
        "client_message_id": None,
        "provider_message_id": None,
        "attachment_count": 0,
        "held": False,
        "author_id": None,
        "answered_by": None,
        "buttons": [],
        "holder": None,
        "lease_until": None,
        "override": None,
        "created": unit.now(),
        "updated": unit.now(),
    }
