"""The requests and answers of imports over HTTP."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, JsonValue

from secretary.kernel.errors import Language
from secretary.kernel.jobs import Job, JobState
from secretary.kernel.text import CleanText
from secretary.knowledge.documents.api.schemas import CollectionIds, DocumentOut, Title
from secretary.knowledge.documents.faults import text_of
from secretary.knowledge.documents.sites import Every, Site

Url = Annotated[CleanText, Field(min_length=1, max_length=2_000)]


class AskedOut(BaseModel):
    """A document that is going to be read, and by which job; `unchanged` where it says already what was sent."""

    status: str = "accepted"
    document: DocumentOut
    job_id: str | None


class TextIn(BaseModel):
    """Pasted text, in Markdown where it has headings."""

    title: Title
    content: CleanText
    collection_ids: CollectionIds | None = None


class AddressIn(BaseModel):
    """A page or file to be fetched."""

    url: Url
    collection_ids: CollectionIds | None = None


class SiteIn(AddressIn):
    """A site to be read, from this address on."""

    max_pages: int = Field(default=500, ge=1, le=500)
    every: Every | None = None
    """When it is read again by itself; nothing leaves that as it is."""


class RepeatIn(BaseModel):
    """When a site is read again by itself."""

    url: Url
    every: Every


class SiteOut(BaseModel):
    """A site that was imported. `report` is what the last walk came to, pages that vanished among it."""

    url: str
    every: Every
    next_walk: datetime | None
    walked: datetime | None
    pages: int
    report: Mapping[str, JsonValue]

    @classmethod
    def of(cls, site: Site, next_walk: datetime | None) -> Self:
        return cls(
            url=site.url, every=site.every, next_walk=next_walk, walked=site.walked, pages=len(site.pages),
            report=site.report,
        )  # fmt: skip


class SitesOut(BaseModel):
    """The caller's sites; for an admin all."""

    sites: Sequence[SiteOut]


class ImportOut(BaseModel):
    """An import as a panel shows it: how far it is, and why it failed."""

    id: str
    kind: str
    state: JobState
    progress: Mapping[str, JsonValue] | None
    fault: str
    fault_text: str
    document_id: str | None
    url: str | None
    created: datetime
    finished: datetime | None

    @classmethod
    def of(cls, job: Job, language: Language) -> Self:
        fault = job.last_error or ""
        document_id, url = job.payload.get("document_id"), job.payload.get("url")
        return cls(
            id=job.id, kind=job.kind, state=job.state, progress=job.progress, fault=fault,
            fault_text=text_of(fault, language), document_id=document_id if isinstance(document_id, str) else None,
            url=url if isinstance(url, str) else None, created=job.created, finished=job.finished,
        )  # fmt: skip


class ImportsOut(BaseModel):
    """A page of imports, latest first."""

    imports: Sequence[ImportOut]
    total: int


class JobOut(BaseModel):
    """An import that has been asked for."""

    status: str = "accepted"
    job_id: str
