"""Tables of channels: `channel_instances`, every widget, bot and line; and of those that are written to: who runs an
instance (`channel_runs`), what came (`channel_receipts`), with whom it talks (`channel_threads`), what became of what
went out (`channel_deliveries`), and what happened (`channel_log`).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import JsonValue
from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime, text_enum
from secretary.kernel.errors import Language
from secretary.kernel.sealed import SealedColumn

JsonObject = dict[str, JsonValue]
IS_WAITING = text("state = 'waiting'")
BigNumber = BigInteger().with_variant(Integer(), "sqlite")


class ChannelInstance(Base):
    """One widget, bot or line, and the assistant who answers there. What only its kind knows is in `settings`.

    `auto_start` is whether it shall run; `webhook_key` the opaque end of its webhook's address; `secret_mark` a keyed
    hash of the token, by which two instances with one token are seen.
    """

    __tablename__ = "channel_instances"
    __table_args__ = (
        Index("ix_channel_instances_kind_owner_id", "kind", "owner_id"),
        Index("ix_channel_instances_kind_secret_mark", "kind", "secret_mark", unique=True),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(String(500), default="")
    enabled: Mapped[bool] = mapped_column(default=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True, default=None)
    assistant_id: Mapped[str] = mapped_column(ForeignKey("assistants.id", ondelete="RESTRICT"), index=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JsonOf(dict[str, Any]))
    rate_limit_count: Mapped[int | None] = mapped_column(default=None)
    rate_limit_hours: Mapped[int] = mapped_column(default=24)
    auto_start: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    sealed_secrets: Mapped[str | None] = mapped_column(Text, default=None)
    secret_mark: Mapped[str | None] = mapped_column(String(64), default=None)
    webhook_key: Mapped[str | None] = mapped_column(String(43), default=None)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class RunStatus(StrEnum):
    """Where an instance is: `failed` waits to be tried again, or for the owner to mend something."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    FAILED = "failed"


class ChannelRun(Base):
    """Who runs an instance, and how it is doing. One process holds the lease: it polls, and it sends.

    `cursor` is the last update that was stored; `identity` is who the provider says we are.
    """

    __tablename__ = "channel_runs"

    instance_id: Mapped[str] = mapped_column(ForeignKey("channel_instances.id", ondelete="CASCADE"), primary_key=True)
    holder: Mapped[str | None] = mapped_column(String(36), default=None)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    status: Mapped[RunStatus] = mapped_column(text_enum(RunStatus, 10), default=RunStatus.STOPPED)
    error: Mapped[str] = mapped_column(String(64), default="")
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    cursor: Mapped[int | None] = mapped_column(BigInteger, default=None)
    identity: Mapped[dict[str, str]] = mapped_column(JsonOf(dict[str, str]), default=dict)


class ReceiptState(StrEnum):
    """`waiting` is not yet a message; `taken` was made one, or what else it says was done; `skipped` was not for us
    (nobody writes there, a limit, a block); `broken` could not be understood, though it should have been.
    """

    WAITING = "waiting"
    TAKEN = "taken"
    SKIPPED = "skipped"
    BROKEN = "broken"


class ChannelReceipt(Base):
    """One update as it came. Its words are dropped once it is taken; `key` is kept, so that a repetition is known."""

    __tablename__ = "channel_receipts"
    __table_args__ = (
        UniqueConstraint("instance_id", "key"),
        Index(
            "ix_channel_receipts_waiting", "instance_id", "thread", "order",
            sqlite_where=IS_WAITING, postgresql_where=IS_WAITING,
        ),
        Index("ix_channel_receipts_received", "received"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("channel_instances.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(200))
    thread: Mapped[str] = mapped_column(String(100))
    order: Mapped[int] = mapped_column(BigInteger)
    follows: Mapped[int | None] = mapped_column(BigInteger, default=None)
    payload: Mapped[JsonObject | None] = mapped_column(JsonOf(JsonObject), default=None)
    state: Mapped[ReceiptState] = mapped_column(text_enum(ReceiptState, 10))
    error: Mapped[str] = mapped_column(String(64), default="")
    received: Mapped[datetime] = mapped_column(UtcDateTime)


class ChannelThread(Base):
    """One person in one chat of an instance, and the conversation that goes on there.

    Without a `session_id` the next message begins a new one. `left` is since when nothing can be sent there.
    """

    __tablename__ = "channel_threads"
    __table_args__ = (UniqueConstraint("instance_id", "thread"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("channel_instances.id", ondelete="CASCADE"))
    thread: Mapped[str] = mapped_column(String(100))
    session_id: Mapped[str | None] = mapped_column(
        ForeignKey("chat_sessions.id", ondelete="SET NULL"), index=True, default=None
    )
    contact_id: Mapped[str | None] = mapped_column(
        ForeignKey("contacts.id", ondelete="SET NULL"), index=True, default=None
    )
    person_key: Mapped[str] = mapped_column(String(100))
    username: Mapped[str] = mapped_column(String(100), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[Language] = mapped_column(String(2))
    address: Mapped[JsonObject] = mapped_column(JsonOf(JsonObject))
    is_group: Mapped[bool] = mapped_column(default=False)
    referral: Mapped[str] = mapped_column(String(200), default="")
    last_inbound: Mapped[datetime] = mapped_column(UtcDateTime)
    left: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class DeliveryStatus(StrEnum):
    """How far a part of a message has come. `withdrawn`: a person took over before it went out."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class ChannelDelivery(Base):
    """One part of a message that goes out. The first one is there as soon as the message is queued.

    `shown_id` is the growing answer at the provider whose place the first part takes.
    """

    __tablename__ = "channel_deliveries"
    __table_args__ = (
        Index("ix_channel_deliveries_provider", "instance_id", "provider_message_id"),
        Index("ix_channel_deliveries_session_id", "session_id"),
    )

    message_id: Mapped[str] = mapped_column(ForeignKey("chat_messages.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("channel_instances.id", ondelete="CASCADE"))
    session_id: Mapped[str] = mapped_column(ForeignKey("chat_sessions.id", ondelete="CASCADE"))
    state: Mapped[DeliveryStatus] = mapped_column(text_enum(DeliveryStatus, 10))
    provider_message_id: Mapped[str | None] = mapped_column(String(200), default=None)
    shown_id: Mapped[str] = mapped_column(String(200), default="")
    error: Mapped[str] = mapped_column(String(64), default="")
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class ChannelLogEntry(Base):
    """What happened to an instance, for its owner: codes and counts, never what somebody wrote."""

    __tablename__ = "channel_log"
    __table_args__ = (Index("ix_channel_log_instance_id_number", "instance_id", "number"),)

    number: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("channel_instances.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    level: Mapped[str] = mapped_column(String(10))
    event: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, str]] = mapped_column(JsonOf(dict[str, str]), default=dict)


SEALED = (SealedColumn("channel_instances", "id", "sealed_secrets", "channel_secrets"),)
