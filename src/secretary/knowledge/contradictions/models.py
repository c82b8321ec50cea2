"""Tables of contradictions: what documents state, and where two of them disagree."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime, text_enum
from secretary.knowledge.contradictions.shapes import State


class Statement(Base):
    """That a document says a value of a subject: what two documents are compared by.

    `subject_key` is the same where the subject is. `context` is what the statement stands under (title and headings),
    as terms; `value` the value in a normal form.
    """

    __tablename__ = "document_statements"

    document_id: Mapped[str] = mapped_column(ForeignKey("knowledge_documents.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject_key: Mapped[str] = mapped_column(String(32), index=True)
    terms: Mapped[list[str]] = mapped_column(JsonOf(list[str]))
    context: Mapped[list[list[str]]] = mapped_column(JsonOf(list[list[str]]))
    value: Mapped[list[str]] = mapped_column(JsonOf(list[str]))
    chunk_id: Mapped[str] = mapped_column(String(36))
    text: Mapped[str] = mapped_column(Text)
    shown: Mapped[str] = mapped_column(String(200))
    is_row: Mapped[bool]


class Compared(Base):
    """What was compared when a document was compared last: `stamp` changes with its version and its collections."""

    __tablename__ = "compared_documents"

    document_id: Mapped[str] = mapped_column(ForeignKey("knowledge_documents.id", ondelete="CASCADE"), primary_key=True)
    stamp: Mapped[str] = mapped_column(String(64))


class Contradiction(Base):
    """Two documents that say different values of the same subject; gone as soon as they do not.

    `first_` and `second_` are in the order of the documents' ids: which of them is newer may change. `chunk_id` is the
    passage that says so. `key` is what was said by both: dismissed once, it stays so until one says something else.
    """

    __tablename__ = "contradictions"
    __table_args__ = (
        UniqueConstraint("first_document_id", "second_document_id", "key"),
        Index("ix_contradictions_created_id", "created", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    first_document_id: Mapped[str] = mapped_column(ForeignKey("knowledge_documents.id", ondelete="CASCADE"))
    second_document_id: Mapped[str] = mapped_column(
        ForeignKey("knowledge_documents.id", ondelete="CASCADE"), index=True
    )
    key: Mapped[str] = mapped_column(String(32))
    state: Mapped[State] = mapped_column(text_enum(State, 10), index=True)
    terms: Mapped[list[str]] = mapped_column(JsonOf(list[str]))
    first_chunk_id: Mapped[str] = mapped_column(String(36), index=True)
    second_chunk_id: Mapped[str] = mapped_column(String(36), index=True)
    first_text: Mapped[str] = mapped_column(Text)
    second_text: Mapped[str] = mapped_column(Text)
    first_value: Mapped[str] = mapped_column(String(200))
    second_value: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
