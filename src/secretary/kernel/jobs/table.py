"""The table of jobs."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import JsonValue
from sqlalchemy import BigInteger, Enum, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime

# No index begins with the kind or the state: SQLite would take it for a claim and walk through what is done.
# Partial indexes: what is over stays out of them. `selects.is_open` repeats the words, or they would not be used.
IS_OPEN = text("state IN ('queued', 'running')")


class JobState(StrEnum):
    """Queued -> running -> done, or back to queued after a failure, or dead after the last one."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


def _state_type() -> Enum:
    return Enum(
        JobState,
        name="state",
        native_enum=False,
        create_constraint=True,
        length=16,
        values_callable=lambda states: [state.value for state in states],
    )


class Job(Base):
    """One piece of work. `number` is the order of enqueuing, which a lane keeps; `id` is what others know."""

    __tablename__ = "jobs"

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    id: Mapped[str] = mapped_column(String(36), unique=True)
    kind: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, JsonValue]] = mapped_column(JsonOf(dict[str, JsonValue]))
    key: Mapped[str | None] = mapped_column(String(200))
    lane: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[JobState] = mapped_column(_state_type())
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    max_attempts: Mapped[int]
    holder: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(String(64))
    progress: Mapped[dict[str, JsonValue] | None] = mapped_column(JsonOf(dict[str, JsonValue]))
    created_by: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    finished: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__: Any = (
        Index("uq_jobs_open_key", "key", "kind", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("ix_jobs_due", "run_at", "number", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("ix_jobs_lane", "lane", "number", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("ix_jobs_lease_until", "lease_until"),
        Index("ix_jobs_finished", "finished", "state"),
        Index("ix_jobs_key_kind", "key", "kind"),
    )
