"""Table `channel_instances`: every widget, bot and line. What only its kind knows is in `settings`."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime


class ChannelInstance(Base):
    """One widget, bot or line, and the assistant who answers there."""

    __tablename__ = "channel_instances"
    __table_args__ = (Index("ix_channel_instances_kind_owner_id", "kind", "owner_id"),)

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
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)
