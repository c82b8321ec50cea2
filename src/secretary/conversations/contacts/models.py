"""Tables of contacts: `contacts`, a forest in which a merged one hangs below another; `contact_identities`, by what one
is known; `contact_notes`, what colleagues tell each other; and `canned_answers`, what is written often.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime, text_enum
from secretary.kernel.errors import Language

IS_PROVEN = "evidence in ('channel', 'verified')"
"""The words of the partial index on proven identities: an insert that would repeat one names them."""


class Evidence(StrEnum):
    """Why an identity is believed: the provider vouches for it, the customer proved it, said so, or an operator did."""

    CHANNEL = "channel"
    VERIFIED = "verified"
    STATED = "stated"
    OPERATOR = "operator"


PROVEN = (Evidence.CHANNEL, Evidence.VERIFIED)


class Contact(Base):
    """A customer. `tenant` is the id of the user whose customer it is, empty for nobody's; it outlives that user.

    `search_text` is what it is found by: its name, its identities, its fields, folded.
    `merged_into` is the contact that this one turned out to be, `root_id` the top of that tree: itself, unless merged.
    Nothing moves in a merge, so parting restores what was.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        Index("ix_contacts_owner_id_last_seen", "owner_id", "last_seen"),
        Index("ix_contacts_last_seen", "last_seen"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant: Mapped[str] = mapped_column(String(36))
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), default=None)
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[Language] = mapped_column(String(2))
    fields: Mapped[dict[str, str]] = mapped_column(JsonOf(dict[str, str]), default=dict)
    tags: Mapped[list[str]] = mapped_column(JsonOf(list[str]), default=list)
    search_text: Mapped[str] = mapped_column(Text, default="", server_default="")
    blocked: Mapped[bool] = mapped_column(default=False, server_default=false())
    merged_into: Mapped[str | None] = mapped_column(
        ForeignKey("contacts.id", ondelete="SET NULL"), index=True, default=None
    )
    root_id: Mapped[str] = mapped_column(String(36), index=True)
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class ContactIdentity(Base):
    """By what a contact is known. A proven identity is one contact's alone, within a tenant."""

    __tablename__ = "contact_identities"
    __table_args__ = (
        Index(
            "uq_contact_identities_proven",
            "tenant",
            "kind",
            "value",
            unique=True,
            sqlite_where=text(IS_PROVEN),
            postgresql_where=text(IS_PROVEN),
        ),
        Index("ix_contact_identities_tenant_value", "tenant", "value"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    tenant: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(200))
    label: Mapped[str] = mapped_column(String(200), default="")
    evidence: Mapped[Evidence] = mapped_column(text_enum(Evidence, 10))
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class ContactNote(Base):
    """A private note on a contact: for colleagues, never for customers or models."""

    __tablename__ = "contact_notes"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class CannedAnswer(Base):
    """What somebody writes often, and the word by which he finds it."""

    __tablename__ = "canned_answers"
    __table_args__ = (UniqueConstraint("owner_id", "shortcut"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    shortcut: Mapped[str] = mapped_column(String(30))
    title: Mapped[str] = mapped_column(String(100), default="")
    text: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)
