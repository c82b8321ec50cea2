"""What happened to documents and collections."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from secretary.kernel.events import Event, News, Trace

Action = Literal["added", "changed", "removed", "moved"]


@dataclass(frozen=True, slots=True)
class DocumentChanged(Event):
    """A document is new, different or gone, or belongs elsewhere: those who search its collections must look anew."""

    document_id: str
    action: Action
    owner_id: str | None
    collection_ids: Sequence[str] = ()
    """All that it is in, or was in before."""
    version: int = 0

    def trace(self) -> Trace:
        verb = {"added": "create", "changed": "update", "removed": "delete", "moved": "update"}[self.action]
        fields = {"fields": ("collections",)} if self.action == "moved" else {"version": self.version}
        return Trace(verb, "document", self.document_id, fields)


@dataclass(frozen=True, slots=True)
class DocumentAsked(Event):
    """Somebody sent a document, or asked for one to be read."""

    document_id: str
    owner_id: str | None

    def trace(self) -> Trace:
        return Trace("import", "document", self.document_id)


@dataclass(frozen=True, slots=True)
class DocumentState(Event):
    """Reading has begun, is over, or could not be done. For the panel; the audit log hears of versions."""

    document_id: str
    state: str
    owner_id: str | None

    def news(self) -> News:
        return News(self.state, "document", self.document_id, self.owner_id)


@dataclass(frozen=True, slots=True)
class ImportAsked(Event):
    """Somebody asked for a whole site, the watched folder, or all vectors."""

    job_id: str
    what: Literal["site", "watched", "vectors"]

    def trace(self) -> Trace:
        return Trace("import", "knowledge", self.job_id, {"what": self.what})


@dataclass(frozen=True, slots=True)
class SiteRepeats(Event):
    """Somebody said when a site is read again."""

    site: str
    every: str

    def trace(self) -> Trace:
        return Trace("update", "knowledge", self.site, {"every": self.every})


@dataclass(frozen=True, slots=True)
class ImportCancelled(Event):
    """Somebody had an import stopped."""

    job_id: str

    def trace(self) -> Trace:
        return Trace("cancel", "knowledge", self.job_id)


@dataclass(frozen=True, slots=True)
class CollectionChanged(Event):
    """A collection is new, has another name, or is gone with its FAQ."""

    collection_id: str
    action: Literal["create", "update", "delete"]
    owner_id: str | None

    def trace(self) -> Trace:
        return Trace(self.action, "knowledge_collection", self.collection_id)
