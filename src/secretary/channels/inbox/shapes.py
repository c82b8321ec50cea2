"""What the endpoints of the inbox, of contacts and of canned answers give."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from secretary.channels.models import DeliveryStatus
from secretary.conversations.contacts.models import Evidence
from secretary.conversations.ports import AttachmentKind, AttachmentState, SessionState


class Row(BaseModel):
    """Made of a row."""

    model_config = ConfigDict(from_attributes=True)


class Done(BaseModel):
    """It is done."""

    status: Literal["ok"] = "ok"


class Named(BaseModel):
    """Somebody, to show and to link to."""

    id: str
    name: str


class Colleague(Named):
    """Somebody who answers customers: in all conversations, or in those of his own channels."""

    answers_all: bool


class Colleagues(BaseModel):
    colleagues: list[Colleague]


class InboxRow(BaseModel):
    """A conversation in the inbox."""

    id: str
    title: str
    contact: Named | None
    source: str
    source_id: str
    state: SessionState
    assignee: Named | None
    reason: str
    unread: int
    message_count: int
    last_message: str
    waiting_since: datetime | None
    held_until: datetime | None
    updated: datetime
    language: str


class Inbox(BaseModel):
    """`total` is counted to ten thousand."""

    sessions: Sequence[InboxRow]
    total: int


class Counts(BaseModel):
    """How many conversations stand where, are mine, and are unread; each counted to a thousand."""

    secretary: int
    waiting: int
    person: int
    closed: int
    mine: int
    unread: int


class AttachmentOut(Row):
    """What came along with a message. A stored one is at `/admin/inbox/attachments/{id}`."""

    id: str
    kind: AttachmentKind
    name: str
    media_type: str
    size: int | None
    state: AttachmentState


class DeliveryOut(Row):
    """A part of a message on its way out."""

    message_id: str
    part: int
    state: DeliveryStatus
    error: str
    at: datetime


class InboxSession(InboxRow):
    """A conversation, and what of its latest messages went out and came along. Its words are at the chat's endpoints.

    After `window_closes_at` the provider takes no free text. `takes_files`: staff can send the customer files.
    """

    window_closes_at: datetime | None
    takes_files: bool
    deliveries: Sequence[DeliveryOut]
    attachments: Mapping[str, Sequence[AttachmentOut]]


class OneInboxSession(BaseModel):
    session: InboxSession


class JustInboxRow(BaseModel):
    session: InboxRow


class ReplyOut(Row):
    """What a person wrote."""

    id: str
    seq: int
    content: str
    author_id: str | None
    created: datetime


class Replied(BaseModel):
    message: ReplyOut
    session: InboxRow


class IdentityOut(Row):
    """By what a customer is known. Only `channel` and `verified` are proof."""

    id: str
    contact_id: str
    kind: str
    value: str
    label: str
    evidence: Evidence
    created: datetime


class ContactRow(Row):
    """A customer in the list."""

    id: str
    name: str
    language: str
    tags: list[str]
    blocked: bool
    owner_id: str | None
    merged_into: str | None
    first_seen: datetime
    last_seen: datetime


class ListedContact(ContactRow):
    identities: Sequence[IdentityOut]


class Tag(BaseModel):
    """A tag, and how many customers have it."""

    tag: str
    count: int


class Tags(BaseModel):
    tags: list[Tag]


class Contacts(BaseModel):
    """`total` is counted to ten thousand."""

    contacts: Sequence[ListedContact]
    total: int


class ContactNoteOut(Row):
    """A private note."""

    id: str
    contact_id: str
    author_id: str | None
    text: str
    created: datetime


class OneContactNote(BaseModel):
    note: ContactNoteOut


class ConsentOut(Row):
    """What a customer agreed to, and whether he took it back."""

    consent_type: str
    consent_version: str
    granted_at: datetime
    revoked_at: datetime | None


class ContactOut(ContactRow):
    """A customer. Identities and notes are those of all contacts that were merged; `merged` are these contacts."""

    fields: Mapping[str, str]
    root_id: str
    identities: Sequence[IdentityOut]
    notes: Sequence[ContactNoteOut]
    merged: Sequence[ContactRow]
    consents: Sequence[ConsentOut]


class OneContact(BaseModel):
    contact: ContactOut


class Suggestions(BaseModel):
    """Contacts that may be the same customer: nobody proved it."""

    contacts: Sequence[ListedContact]


class CannedOut(Row):
    """A canned answer."""

    id: str
    owner_id: str | None
    shortcut: str
    title: str
    text: str
    created: datetime
    updated: datetime


class OneCanned(BaseModel):
    canned_answer: CannedOut


class CannedAnswers(BaseModel):
    canned_answers: Sequence[CannedOut]
    total: int


class Resent(BaseModel):
    """It is tried once more."""

    status: Literal["queued"] = "queued"
