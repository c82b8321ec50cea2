"""Tables of the heart: `assistants`, and `requests`, the messages that the secretary takes for the owner."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from secretary.assistant.handover.rules import HandOverRules
from secretary.assistant.hours.shapes import BusinessHours
from secretary.kernel.db import Base, JsonOf, UtcDateTime
from secretary.kernel.errors import Invalid, Language
from secretary.llm.routing.chain import ChainLink


def known_zone(name: str) -> str:
    """An IANA name of a time zone. Raises Invalid for any other."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise Invalid(
            "unknown_time_zone",
            en=f"“{name}” is no time zone. Write it like Europe/Moscow.",
            ru=f"«{name}» — не часовой пояс. Напишите его так: Europe/Moscow.",
        ) from error
    return name


class Card(BaseModel):
    """The business as its customers see it; fills {company}, {phone}, {address} and {hours}."""

    company: str = Field(default="", max_length=200)
    phone: str = Field(default="", max_length=50)
    address: str = Field(default="", max_length=300)
    hours: str = Field(default="", max_length=300)
    timezone: Annotated[str, AfterValidator(known_zone)] = Field(default="Europe/Moscow", max_length=50)


class LlmParams(BaseModel):
    """Generation parameters; None leaves the persona's value."""

    model_config = ConfigDict(extra="forbid")

    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1, le=32_000)
    top_p: float | None = Field(default=None, gt=0, le=1)
    repetition_penalty: float | None = Field(default=None, gt=0, le=2)


class Assistant(Base):
    """Who answers: persona, prompt, chain of backends, knowledge. Every channel instance points at one.

    `hours` are on the clock of `card.timezone`; without them nobody is ever expected to be there, and the secretary
    takes messages instead of handing over.
    """

    __tablename__ = "assistants"
    __table_args__ = (
        Index(
            "ix_assistants_default",
            "is_default",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(String(500), default="")
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True, default=None)
    is_default: Mapped[bool] = mapped_column(default=False)
    persona_id: Mapped[str] = mapped_column(ForeignKey("llm_presets.id", ondelete="RESTRICT"))
    system_prompt: Mapped[str | None] = mapped_column(Text, default=None)
    backends: Mapped[list[ChainLink]] = mapped_column(JsonOf(list[ChainLink]))
    llm_params: Mapped[LlmParams] = mapped_column(JsonOf(LlmParams))
    card: Mapped[Card] = mapped_column(JsonOf(Card))
    collections: Mapped[list[str] | None] = mapped_column(JsonOf(list[str]), default=None)
    hours: Mapped[BusinessHours | None] = mapped_column(JsonOf(BusinessHours), default=None)
    handover: Mapped[HandOverRules] = mapped_column(
        JsonOf(HandOverRules), default=HandOverRules, server_default=text("'{}'")
    )
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class Request(Base):
    """A message for the owner, from its first question (`asking` says which) to the moment it is done.

    A conversation has at most one that is still being taken.
    """

    __tablename__ = "requests"
    __table_args__ = (
        CheckConstraint("status in ('taking', 'new', 'done', 'declined')", name="status"),
        CheckConstraint("urgency in ('', 'urgent', 'today', 'whenever')", name="urgency"),
        Index("ix_requests_status_created", "status", "created"),
        Index(
            "ix_requests_taking",
            "session_id",
            unique=True,
            sqlite_where=text("status = 'taking'"),
            postgresql_where=text("status = 'taking'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("chat_sessions.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(10))
    asking: Mapped[str] = mapped_column(String(10), default="")
    language: Mapped[Language] = mapped_column(String(2))
    question: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(200), default="")
    contact: Mapped[str] = mapped_column(String(200), default="")
    urgency: Mapped[str] = mapped_column(String(10), default="")
    call_back: Mapped[str] = mapped_column(String(200), default="")
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)
