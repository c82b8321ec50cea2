"""Tables of knowledge: `knowledge_collections`, and `faq_entries`, their questions with ready answers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime
from secretary.knowledge.faq.phrasing import Phrasing

QUESTION_LENGTH = 500
NAME_LENGTH = 200


class KnowledgeCollection(Base):
    """A body of knowledge that assistants share. Without an owner it belongs to everyone who has the right.

    `faq_version` grows with every change of its entries, so that each process sees by one number that it must reload.
    """

    __tablename__ = "knowledge_collections"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True, default=None)
    is_default: Mapped[bool] = mapped_column(default=False, server_default=false())
    faq_version: Mapped[int] = mapped_column(default=1, server_default="1")
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("not is_default or owner_id is null", name="default_is_shared"),
        Index(
            "ix_knowledge_collections_default",
            "is_default",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
    )


class FaqEntry(Base):
    """One answer and the ways of asking for it.

    `question` is the first of the phrasings; `question_key` its normal form, once a collection. `search_text` holds
    all texts folded, because SQLite cannot compare Cyrillic without case. `updated` leaves hits out: it is the
    version that a careful editor sends back.
    """

    __tablename__ = "faq_entries"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    collection_id: Mapped[str] = mapped_column(ForeignKey("knowledge_collections.id", ondelete="CASCADE"))
    question: Mapped[str] = mapped_column(String(QUESTION_LENGTH))
    question_key: Mapped[str] = mapped_column(String(QUESTION_LENGTH))
    answer: Mapped[str] = mapped_column(Text)
    phrasings: Mapped[list[Phrasing]] = mapped_column(JsonOf(list[Phrasing]))
    keywords: Mapped[list[str]] = mapped_column(JsonOf(list[str]))
    search_text: Mapped[str] = mapped_column(Text)
    priority: Mapped[int] = mapped_column(default=0, server_default="0")
    enabled: Mapped[bool] = mapped_column(default=True, server_default=true())
    hit_count: Mapped[int] = mapped_column(default=0, server_default="0")
    last_hit: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("collection_id", "question_key"), Index(None, "collection_id", "id"))
