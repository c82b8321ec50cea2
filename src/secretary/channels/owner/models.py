"""Tables of the owner's messenger: `operator_links`, `operator_link_codes` and `operator_cards`."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime
from secretary.kernel.errors import Language


class OperatorLink(Base):
    """A user and himself in a messenger: `person_key` and `address` are the provider's. One a user and an instance.

    `summed_up` is up to when he has been told by a summary.
    """

    __tablename__ = "operator_links"
    __table_args__ = (UniqueConstraint("user_id", "instance_id"), UniqueConstraint("instance_id", "person_key"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    instance_id: Mapped[str] = mapped_column(ForeignKey("channel_instances.id", ondelete="CASCADE"))
    person_key: Mapped[str] = mapped_column(String(100))
    address: Mapped[dict[str, JsonValue]] = mapped_column(JsonOf(dict[str, JsonValue]))
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[Language] = mapped_column(String(2))
    morning: Mapped[bool] = mapped_column(default=True)
    evening: Mapped[bool] = mapped_column(default=True)
    summed_up: Mapped[datetime] = mapped_column(UtcDateTime)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class LinkCode(Base):
    """A code that links whoever sends it to the instance to the user who asked for it, once. Kept as its digest."""

    __tablename__ = "operator_link_codes"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("channel_instances.id", ondelete="CASCADE"), index=True)
    expires: Mapped[datetime] = mapped_column(UtcDateTime)


class OperatorCard(Base):
    """A conversation as it was shown to somebody in his messenger.

    `question_id` is what the customer had asked, `provider_message_id` the card there (empty until it is sent).
    `awaiting` is what his next message is, until `awaiting_until`; `acts` says that he answers the customer from there,
    and so has to see what that one writes.
    """

    __tablename__ = "operator_cards"
    __table_args__ = (
        CheckConstraint("awaiting in ('', 'answer', 'teach')", name="awaiting"),
        Index("ix_operator_cards_shown", "link_id", "provider_message_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    link_id: Mapped[str] = mapped_column(ForeignKey("operator_links.id", ondelete="CASCADE"))
    session_id: Mapped[str] = mapped_column(ForeignKey("chat_sessions.id", ondelete="CASCADE"), index=True)
    question_id: Mapped[str | None] = mapped_column(
        ForeignKey("chat_messages.id", ondelete="SET NULL"), default=None, index=True
    )
    provider_message_id: Mapped[str] = mapped_column(String(200), default="")
    awaiting: Mapped[str] = mapped_column(String(10), default="")
    awaiting_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    acts: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
