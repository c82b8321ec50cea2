"""Tables of conversations: `chat_sessions`; `chat_messages`, a tree in which an edited message is a sibling;
`chat_search`, what is found in them; `chat_notes`, what colleagues tell each other about them; `chat_attachments`, what
came along with a message.
"""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from secretary.conversations.ports import (
    AttachmentKind,
    AttachmentState,
    MessageStatus,
    OverrideJson,
    QuickReply,
    SessionState,
    Source,
)
from secretary.conversations.why import Why
from secretary.kernel.db import Base, JsonOf, UtcDateTime, text_enum
from secretary.kernel.errors import Language

IS_UNFINISHED = text("chat_messages.status in ('queued', 'streaming')")
"""The words of the partial index on answers that are not over: said otherwise, the whole table is read."""

IS_UNREAD = text("chat_sessions.unread > 0")
"""The words of the partial index on conversations that nobody has looked at since the customer wrote."""


def _where(name: str, condition: str, *columns: str) -> Index:
    """An index of those rows alone that it is asked for."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


class ChatSession(Base):
    """One conversation.

    `source` is the kind of channel, `source_id` the channel's instance, `contact_key` who writes there (a widget's
    visitor, a messenger's user). `last_seq` numbers the messages; taking a number locks the row, so the messages of
    one conversation have one order whatever process stored them. `leaf_id` is the newest message of the visible branch,
    `last_message` the beginning of what it says; both and `message_count` change with the messages, in one transaction.

    `state` is who has it, see `handover.state`; `unread` counts what the customer wrote since a person looked.
    """

    __tablename__ = "chat_sessions"
    __table_args__ = (
        Index("ix_chat_sessions_source_source_id_updated", "source", "source_id", "updated"),
        Index("ix_chat_sessions_source_updated", "source", "updated"),
        Index("ix_chat_sessions_updated", "updated"),
        Index("ix_chat_sessions_created", "created"),
        Index("ix_chat_sessions_owner_id_updated", "owner_id", "updated"),
        Index("ix_chat_sessions_owner_id_source_updated", "owner_id", "source", "updated"),
        Index("ix_chat_sessions_contact", "source_id", "contact_key"),
        Index("ix_chat_sessions_state_updated", "state", "updated"),
        _where("ix_chat_sessions_assignee_id_updated", "assignee_id is not null", "assignee_id", "updated"),
        _where("ix_chat_sessions_contact_id_updated", "contact_id is not null", "contact_id", "updated"),
        _where("ix_chat_sessions_held_until", "held_until is not null", "held_until"),
        _where("ix_chat_sessions_unread", "unread > 0", "updated"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    title: Mapped[str] = mapped_column(String(200), default="")
    system_prompt: Mapped[str | None] = mapped_column(Text, default=None)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), default=None)
    assistant_id: Mapped[str] = mapped_column(String(36))
    source: Mapped[str] = mapped_column(String(20))
    source_id: Mapped[str] = mapped_column(String(36))
    contact_key: Mapped[str] = mapped_column(String(100))
    address_hash: Mapped[str] = mapped_column(String(64), default="")
    language: Mapped[Language] = mapped_column(String(2))
    last_seq: Mapped[int] = mapped_column(default=0)
    leaf_id: Mapped[str | None] = mapped_column(String(36), default=None)
    message_count: Mapped[int] = mapped_column(default=0, server_default="0")
    last_message: Mapped[str] = mapped_column(String(120), default="", server_default="")
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"), default=None)
    state: Mapped[SessionState] = mapped_column(
        text_enum(SessionState, 10), default=SessionState.SECRETARY, server_default="secretary"
    )
    assignee_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), default=None)
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    hand_over_reason: Mapped[str] = mapped_column(String(20), default="", server_default="")
    unread: Mapped[int] = mapped_column(default=0, server_default="0")
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class ChatMessage(Base):
    """One message. An assistant's row is also its turn: `status`, `holder` and `lease_until` say who is at it.

    A message's `seq` is higher than its parent's, so the visible branch (`is_active`) is read in the order of `seq`.
    A question that is `held` came while a person had the conversation: no row of an answer was made for it.
    """

    __tablename__ = "chat_messages"
    __table_args__ = (
        UniqueConstraint("session_id", "seq"),
        UniqueConstraint("session_id", "client_message_id"),
        Index("ix_chat_messages_parent_id_session_id", "parent_id", "session_id"),
        Index("ix_chat_messages_created", "created"),
        _where("ix_chat_messages_author_id", "author_id is not null", "author_id"),
        _where(
            "ix_chat_messages_session_id_provider_message_id",
            "provider_message_id is not null",
            "session_id",
            "provider_message_id",
        ),
        CheckConstraint("role in ('user', 'assistant', 'system')", name="role"),
        CheckConstraint(
            "status in ('queued', 'streaming', 'complete', 'interrupted', 'cancelled', 'failed')", name="status"
        ),
        Index(
            "ix_chat_messages_unfinished",
            "status",
            sqlite_where=text("status in ('queued', 'streaming')"),
            postgresql_where=text("status in ('queued', 'streaming')"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("chat_sessions.id", ondelete="CASCADE"))
    seq: Mapped[int]
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("chat_messages.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(10))
    content: Mapped[str] = mapped_column(Text)
    status: Mapped[MessageStatus] = mapped_column(text_enum(MessageStatus, 12))
    is_active: Mapped[bool] = mapped_column(default=True)
    edited: Mapped[bool] = mapped_column(default=False)
    client_message_id: Mapped[str | None] = mapped_column(String(64), default=None)
    answered_by: Mapped[str | None] = mapped_column(String(20), default=None)
    model: Mapped[str | None] = mapped_column(String(100), default=None)
    prompt_tokens: Mapped[int | None] = mapped_column(default=None)
    completion_tokens: Mapped[int | None] = mapped_column(default=None)
    first_word_ms: Mapped[int | None] = mapped_column(default=None)
    latency_ms: Mapped[int | None] = mapped_column(default=None)
    finish_reason: Mapped[str | None] = mapped_column(String(20), default=None)
    sources: Mapped[list[Source]] = mapped_column(JsonOf(list[Source]), default=list)
    buttons: Mapped[list[QuickReply]] = mapped_column(JsonOf(list[QuickReply]), default=list)
    feedback: Mapped[int | None] = mapped_column(default=None)
    feedback_comment: Mapped[str | None] = mapped_column(Text, default=None)
    override: Mapped[OverrideJson | None] = mapped_column(JsonOf(OverrideJson), default=None)
    why: Mapped[Why | None] = mapped_column(JsonOf(Why), default=None, deferred=True)
    holder: Mapped[str | None] = mapped_column(String(36), default=None)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), default=None)
    held: Mapped[bool] = mapped_column(default=False, server_default=false())
    provider_message_id: Mapped[str | None] = mapped_column(String(200), default=None)
    withdrawn: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    attachment_count: Mapped[int] = mapped_column(default=0, server_default="0")
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class FoundText(Base):
    """What the search finds: the words of a message, or of a title (`message_id` is empty), written by `search.words`.

    `number` grows with time. On SQLite a full-text index follows this table by triggers, on PostgreSQL a GIN index.
    """

    __tablename__ = "chat_search"

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    message_id: Mapped[str | None] = mapped_column(ForeignKey("chat_messages.id", ondelete="CASCADE"), unique=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("chat_sessions.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(Text)


class ChatNote(Base):
    """A private note on a conversation: for colleagues, never for customers or models."""

    __tablename__ = "chat_notes"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("chat_sessions.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class ChatAttachment(Base):
    """What came along with a message. `ref` is what its channel needs to fetch it; once it is `stored`, `path` says
    where below the folder of attachments.
    """

    __tablename__ = "chat_attachments"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("chat_sessions.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("chat_messages.id", ondelete="CASCADE"), index=True)
    kind: Mapped[AttachmentKind] = mapped_column(text_enum(AttachmentKind, 10))
    name: Mapped[str] = mapped_column(String(255), default="")
    media_type: Mapped[str] = mapped_column(String(100), default="")
    size: Mapped[int | None] = mapped_column(BigInteger, default=None)
    ref: Mapped[dict[str, JsonValue]] = mapped_column(JsonOf(dict[str, JsonValue]))
    path: Mapped[str | None] = mapped_column(String(200), default=None)
    state: Mapped[AttachmentState] = mapped_column(text_enum(AttachmentState, 10))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
