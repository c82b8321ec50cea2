"""Tables of usage: every call is a row of `usage_log`; `usage_hours` sums them up; limits hold their own counters."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime, text_enum

# A partial index: most rows are done and stay out of it. Queries repeat the words, or it would not be used.
NOT_DONE = text("status <> 'done'")


class CallStatus(StrEnum):
    """How far a call has got. `LOST` is one whose process died: it counts as estimated."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


class UsageRow(Base):
    """One call. Numbers of an open row are estimates, never too low; costs are millionths of `currency`."""

    __tablename__ = "usage_log"
    __table_args__ = (
        CheckConstraint("units_consumed >= 0 and cost_micro >= 0", name="not_negative"),
        Index("ix_usage_log_at_id", "at", "id"),
        Index("ix_usage_log_service_type_at", "service_type", "at"),
        Index("ix_usage_log_source_at", "source", "at"),
        Index("ix_usage_log_api_key_id_at", "api_key_id", "at"),
        Index("ix_usage_log_assistant_id_at", "assistant_id", "at"),
        Index("ix_usage_log_backend_at", "backend", "at"),
        Index("ix_usage_log_model_at", "model", "at"),
        Index("ix_usage_log_not_done", "status", "at", sqlite_where=NOT_DONE, postgresql_where=NOT_DONE),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    service_type: Mapped[str] = mapped_column(String(10))
    action: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(20), default="", server_default="")
    source_id: Mapped[str] = mapped_column(String(60), default="", server_default="")
    assistant_id: Mapped[str] = mapped_column(String(36), default="", server_default="")
    api_key_id: Mapped[str] = mapped_column(String(36), default="", server_default="")
    backend: Mapped[str] = mapped_column(String(60), default="", server_default="")
    model: Mapped[str] = mapped_column(String(200), default="", server_default="")
    status: Mapped[CallStatus] = mapped_column(text_enum(CallStatus, 10))
    code: Mapped[str] = mapped_column(String(40), default="", server_default="")
    units_consumed: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    prompt_tokens: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    completion_tokens: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    cached_tokens: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    cost_micro: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    currency: Mapped[str] = mapped_column(String(3), default="", server_default="")
    first_token_ms: Mapped[int | None] = mapped_column(default=None)
    duration_ms: Mapped[int | None] = mapped_column(default=None)
    details: Mapped[dict[str, Any]] = mapped_column(JsonOf(dict[str, Any]), default=dict)


class UsageHour(Base):
    """What rows that are over amount to within one hour (UTC; hours since 1970)."""

    __tablename__ = "usage_hours"
    __table_args__ = ({"sqlite_with_rowid": False},)

    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    service_type: Mapped[str] = mapped_column(String(10), primary_key=True)
    source: Mapped[str] = mapped_column(String(20), primary_key=True)
    assistant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    api_key_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    backend: Mapped[str] = mapped_column(String(60), primary_key=True)
    model: Mapped[str] = mapped_column(String(200), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    place: Mapped[int] = mapped_column(BigInteger, default=0)
    """A number for service, source, backend, model and currency: sums by it cost half of those by the texts."""
    requests: Mapped[int] = mapped_column(BigInteger)
    failed: Mapped[int] = mapped_column(BigInteger)
    units: Mapped[int] = mapped_column(BigInteger)
    prompt_tokens: Mapped[int] = mapped_column(BigInteger)
    completion_tokens: Mapped[int] = mapped_column(BigInteger)
    cost_micro: Mapped[int] = mapped_column(BigInteger)


class Period(StrEnum):
    """How long a limit counts: days and months of the business's own clock."""

    DAILY = "daily"
    MONTHLY = "monthly"


class Measure(StrEnum):
    """What a limit counts: calls, units (tokens, characters, seconds), or millionths of a currency."""

    REQUESTS = "requests"
    UNITS = "units"
    COST = "cost"


class UsageLimit(Base):
    """How much may be consumed: by everybody, by one assistant, or with one API key.

    A hard limit refuses what would pass it; any other only warns.
    """

    __tablename__ = "usage_limits"
    __table_args__ = (
        UniqueConstraint("scope", "service_type", "limit_type", "measure", "currency", name="uq_usage_limits_what"),
        CheckConstraint("limit_value > 0", name="positive"),
        CheckConstraint("warning_threshold between 1 and 100", name="threshold"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    scope: Mapped[str] = mapped_column(String(60), default="", server_default="")
    """Empty for the whole installation, else `assistant:{id}` or `key:{id}`: one text, so that it can be unique."""
    assistant_id: Mapped[str | None] = mapped_column(ForeignKey("assistants.id", ondelete="CASCADE"), index=True)
    api_key_id: Mapped[str | None] = mapped_column(ForeignKey("api_keys.id", ondelete="CASCADE"), index=True)
    service_type: Mapped[str] = mapped_column(String(10))
    limit_type: Mapped[Period] = mapped_column(text_enum(Period, 10))
    measure: Mapped[Measure] = mapped_column(text_enum(Measure, 10))
    currency: Mapped[str] = mapped_column(String(3), default="", server_default="")
    limit_value: Mapped[int] = mapped_column(BigInteger)
    warning_threshold: Mapped[int] = mapped_column(default=80)
    hard_limit: Mapped[bool] = mapped_column(default=False)
    enabled: Mapped[bool] = mapped_column(default=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class Told(IntEnum):
    """What the owner has been told of a limit in a period."""

    NOTHING = 0
    NEAR = 1
    REACHED = 2


class UsageCounter(Base):
    """What counts towards one limit in one period: spent by calls that are over, held by those that are not."""

    __tablename__ = "usage_counters"
    __table_args__ = (CheckConstraint("used >= 0 and held >= 0", name="not_negative"),)

    limit_id: Mapped[str] = mapped_column(ForeignKey("usage_limits.id", ondelete="CASCADE"), primary_key=True)
    period_start: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    used: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger)
    told: Mapped[int] = mapped_column(default=0, server_default="0")
    """A `Told`."""
