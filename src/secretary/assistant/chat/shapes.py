"""What the chat's endpoints give."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from secretary.assistant.chat.service import Answered
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import MessageStatus, QuickReply, Source
from secretary.conversations.search.service import Found


class Row(BaseModel):
    """Made of a row."""

    model_config = ConfigDict(from_attributes=True)


class SessionOut(Row):
    """A conversation in the list."""

    id: str
    title: str
    source: str
    source_id: str
    owner_id: str | None
    assistant_id: str
    language: str
    system_prompt: str | None
    message_count: int
    last_message: str
    created: datetime
    updated: datetime


class MessageOut(Row):
    """A message as staff see it. `author_id` is who of them wrote it; `held`, a question that came while a person
    had the conversation; `withdrawn`, when the customer took it back.
    """

    id: str
    seq: int
    role: str
    content: str
    status: MessageStatus
    parent_id: str | None
    is_active: bool
    edited: bool
    answered_by: str | None
    model: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    first_word_ms: int | None
    latency_ms: int | None
    finish_reason: str | None
    sources: list[Source]
    buttons: list[QuickReply]
    feedback: int | None
    feedback_comment: str | None
    author_id: str | None
    held: bool
    withdrawn: datetime | None
    attachment_count: int
    created: datetime


class OneMessage(BaseModel):
    message: MessageOut


class NoteOut(Row):
    """A private note."""

    id: str
    author_id: str | None
    text: str
    created: datetime


class OneNote(BaseModel):
    note: NoteOut


class Notes(BaseModel):
    notes: Sequence[NoteOut]
    total: int


class Siblings(BaseModel):
    """A message among those with the same parent: `index` counts from 0, so `‹1/3›` is `index + 1` of `total`."""

    index: int
    total: int
    siblings: Sequence[str]


class OpenSession(SessionOut):
    """A conversation with the page of its visible branch that was asked for, oldest message first."""

    messages: list[MessageOut]


class OneSession(BaseModel):
    """`sibling_info` names the messages of the page that have siblings. `before` leads to the page before this one."""

    session: OpenSession
    sibling_info: Mapping[str, Siblings]
    has_more: bool
    before: int | None


class SwitchedSession(OneSession):
    """Another branch is shown now."""

    status: Literal["ok"] = "ok"


class JustSession(BaseModel):
    """A conversation without what was said in it."""

    session: SessionOut


class Sessions(BaseModel):
    sessions: Sequence[SessionOut]
    total: int


class GroupedSessions(BaseModel):
    """The same page of each source."""

    sessions: Mapping[str, Sequence[SessionOut]]
    total: int
    grouped: Literal[True] = True


class Fault(BaseModel):
    """Why there is no answer, or only its beginning."""

    code: str
    message: str


class Exchanged(BaseModel):
    """A question and its answer. Asked with `wait=false`, the answer is still to come: listen to its stream."""

    message: MessageOut
    response: MessageOut
    error: Fault | None = None


class FoundOut(BaseModel):
    """A message that was found; `marks` are the places in the snippet, [from, to) in characters."""

    session_id: str
    session_title: str
    source: str
    message_id: str
    role: str
    is_active: bool
    created: datetime
    snippet: str
    marks: Sequence[tuple[int, int]]


class FoundMessages(BaseModel):
    """`total` is counted to a thousand."""

    results: Sequence[FoundOut]
    total: int


class Done(BaseModel):
    """It is done."""

    status: Literal["ok"] = "ok"


class DeletedSessions(Done):
    """How many of those asked for were the caller's to delete."""

    deleted: int


class Said(BaseModel):
    """The answer in the caller's own conversation; `error` says why there is none, or only its beginning."""

    response: str
    session_id: str
    error: Fault | None = None


class BegunAnew(Done):
    """The conversation that goes on from here."""

    message: str
    session_id: str


class SaidBefore(Row):
    """One thing that was said."""

    role: str
    content: str
    created: datetime


class History(BaseModel):
    """The last messages; `count` counts them all."""

    history: Sequence[SaidBefore]
    count: int


class ClearedHistory(Done):
    """How many messages went."""

    cleared_messages: int


def session_out(session: ChatSession) -> SessionOut:
    return SessionOut.model_validate(session)


def message_out(message: ChatMessage) -> MessageOut:
    return MessageOut.model_validate(message)


def exchanged(answered: Answered) -> Exchanged:
    failure = answered.failure
    return Exchanged(
        message=message_out(answered.question),
        response=message_out(answered.answer),
        error=Fault(code=failure.code, message=failure.text) if failure else None,
    )


def found_out(found: Found) -> FoundOut:
    message = found.message
    return FoundOut(
        session_id=message.session_id,
        session_title=found.title,
        source=found.source,
        message_id=message.id,
        role=message.role,
        is_active=message.is_active,
        created=message.created,
        snippet=found.snippet,
        marks=found.marks,
    )
