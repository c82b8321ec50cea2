"""Tables of knowledge: collections, questions with ready answers, and documents with the passages they consist of."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime, text_enum
from secretary.kernel.errors import Language
from secretary.knowledge.faq.phrasing import Phrasing

QUESTION_LENGTH = 500
NAME_LENGTH = 200


class KnowledgeCollection(Base):
    """A body of knowledge that assistants share. Without an owner it belongs to everyone who has the right.

    `faq_version` grows with every change of its entries, `documents_version` with every change of its documents'
    passages, so that each process sees by one number that it must reload.
    """

    __tablename__ = "knowledge_collections"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True, default=None)
    is_default: Mapped[bool] = mapped_column(default=False, server_default=false())
    faq_version: Mapped[int] = mapped_column(default=1, server_default="1")
    documents_version: Mapped[int] = mapped_column(default=1, server_default="1")
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


class SourceType(StrEnum):
    """Where a document comes from: a file that somebody sent, pasted text, an address, or the watched folder."""

    UPLOAD = "upload"
    MANUAL = "manual"
    URL = "url"
    WIKI = "wiki"


class DocumentState(StrEnum):
    """What has become of a document. A failed one says why, and keeps the text of its last good version."""

    WAITING = "waiting"
    READING = "reading"
    READY = "ready"
    FAILED = "failed"


class Document(Base):
    """A text of the business as Markdown, whatever it was before. Searched as soon as it is ready.

    `content` is the current version's; `content_hash` its SHA-256. `source_hash` is the SHA-256 of the bytes that it
    was read from, by which an unchanged file is known; empty once somebody has written over it. `search_text` is title
    and name folded, because SQLite cannot compare Cyrillic without case.
    `filename` is a plain name, unique for its owner: sending it again makes a new version.
    """

    __tablename__ = "knowledge_documents"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    filename: Mapped[str] = mapped_column(String(255))
    title: Mapped[str] = mapped_column(String(300))
    source_type: Mapped[SourceType] = mapped_column(text_enum(SourceType, 10))
    source_url: Mapped[str] = mapped_column(String(2000), default="", server_default="")
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True, default=None)
    state: Mapped[DocumentState] = mapped_column(text_enum(DocumentState, 10))
    fault: Mapped[str] = mapped_column(String(50), default="", server_default="")
    language: Mapped[Language] = mapped_column(String(2), default="ru", server_default="ru")
    content: Mapped[str] = mapped_column(Text, default="", server_default="")
    content_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    source_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    search_text: Mapped[str] = mapped_column(Text, default="", server_default="")
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    file_size_bytes: Mapped[int] = mapped_column(default=0, server_default="0")
    section_count: Mapped[int] = mapped_column(default=0, server_default="0")
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_knowledge_documents_created_id", "created", "id"),
        Index(
            "ix_knowledge_documents_shared_filename",
            "filename",
            unique=True,
            sqlite_where=text("owner_id is null"),
            postgresql_where=text("owner_id is null"),
        ),
        UniqueConstraint("owner_id", "filename"),
    )


class DocumentVersion(Base):
    """A document's text as it was; the current one is the last."""

    __tablename__ = "document_versions"

    document_id: Mapped[str] = mapped_column(ForeignKey("knowledge_documents.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(300))
    content: Mapped[str] = mapped_column(Text)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), default=None)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class DocumentCollection(Base):
    """Which collections a document belongs to."""

    __tablename__ = "document_collections"

    document_id: Mapped[str] = mapped_column(ForeignKey("knowledge_documents.id", ondelete="CASCADE"), primary_key=True)
    collection_id: Mapped[str] = mapped_column(
        ForeignKey("knowledge_collections.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Chunk(Base):
    """A passage of a document's current version: what is searched, quoted and cited.

    `heading` is the path of headings above it, joined by ` › `; `begins` and `ends` are its place in `content`, in
    characters. `text_hash` is the SHA-256 of heading and text: vectors are found by it.
    """

    __tablename__ = "document_chunks"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("knowledge_documents.id", ondelete="CASCADE"))
    position: Mapped[int]
    heading: Mapped[str] = mapped_column(String(500), default="", server_default="")
    text: Mapped[str] = mapped_column(Text)
    begins: Mapped[int]
    ends: Mapped[int]
    text_hash: Mapped[str] = mapped_column(String(64), index=True)

    __table_args__ = (UniqueConstraint("document_id", "position"),)


class ChunkVector(Base):
    """What one text means to one model: 32-bit floats, little-endian, of length 1. Found by text, so never stale."""

    __tablename__ = "chunk_vectors"

    text_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    model: Mapped[str] = mapped_column(String(200), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
