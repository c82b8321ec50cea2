"""The requests and answers of documents and versions over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from secretary.kernel.errors import Language
from secretary.kernel.text import CleanText
from secretary.knowledge.documents.faults import text_of
from secretary.knowledge.documents.service import Shown
from secretary.knowledge.models import DocumentState, DocumentVersion, SourceType

PREVIEW = 2_000

Id = Annotated[CleanText, Field(max_length=36)]
CollectionIds = Annotated[list[Id], Field(max_length=100)]
Title = Annotated[CleanText, Field(min_length=1, max_length=300)]


class DocumentOut(BaseModel):
    """A document without its text; `fault_text` says in the caller's language why it could not be read."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    filename: str
    title: str
    source_type: SourceType
    source_url: str
    owner_id: str | None
    state: DocumentState
    fault: str
    fault_text: str = ""
    language: Language
    version: int
    file_size_bytes: int
    section_count: int
    collection_ids: Sequence[str] = ()
    created: datetime
    updated: datetime

    @classmethod
    def of(cls, shown: Shown, language: Language) -> Self:
        made = cls.model_validate(shown.document)
        made.collection_ids = list(shown.collection_ids)
        made.fault_text = text_of(made.fault, language)
        return made


class DocumentsOut(BaseModel):
    """A page of documents; `synced` is how many of all documents are kept in step with the watched folder."""

    documents: Sequence[DocumentOut]
    total: int
    synced: int


class DocumentAnswer(BaseModel):
    """A document that was changed."""

    status: str = "ok"
    document: DocumentOut


class OneDocumentOut(BaseModel):
    """A document and the beginning of its text."""

    document: DocumentOut
    content_preview: str


class ContentOut(BaseModel):
    """All of a document's text."""

    id: str
    version: int
    title: str
    content: str


class ChangeIn(BaseModel):
    """What is to change; what is left out stays. With `version` as it was read, a change in between is a conflict."""

    title: Title | None = None
    content: CleanText | None = None
    collection_ids: CollectionIds | None = None
    version: int | None = None


class MovedIn(BaseModel):
    """The collections that a document is to belong to; none is allowed."""

    collection_ids: CollectionIds


class DeletedOut(BaseModel):
    """What is gone."""

    status: str = "ok"
    deleted: str
    documents_kept: int | None = None
    """Of a collection: how many documents it had. They stay, and those in no other collection are unused."""


class VersionOut(BaseModel):
    """A version without its text."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    title: str
    author_id: str | None
    created: datetime


class VersionsOut(BaseModel):
    """A page of versions, latest first."""

    versions: Sequence[VersionOut]
    total: int

    @classmethod
    def of(cls, rows: Sequence[DocumentVersion], total: int) -> Self:
        return cls(versions=[VersionOut.model_validate(row) for row in rows], total=total)


class OneVersionOut(BaseModel):
    """A version with its text."""

    version: VersionOut
    content: str
