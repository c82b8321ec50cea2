"""The table of schedules: what is enqueued again and again, and when next."""

from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Index, String, true
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime
from secretary.kernel.jobs.rules import Daily, Interval, Rule, Weekly


class Schedule(Base):
    """One recurring job. `zone` is where the rule's clock hangs (an IANA name)."""

    __tablename__ = "schedules"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, JsonValue]] = mapped_column(JsonOf(dict[str, JsonValue]))
    rule: Mapped[Daily | Weekly | Interval] = mapped_column(JsonOf(Rule))
    zone: Mapped[str] = mapped_column(String(64))
    enabled: Mapped[bool] = mapped_column(default=True, server_default=true())
    next_run: Mapped[datetime] = mapped_column(UtcDateTime)
    last_run: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__: Any = (Index(None, "enabled", "next_run"),)
