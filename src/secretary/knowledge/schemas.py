"""The FAQ's requests and answers over HTTP. What an author writes is checked by `faq.rules`, with clear texts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from secretary.kernel.text import CleanText
from secretary.knowledge.faq.matcher import Candidate, Reason
from secretary.knowledge.faq.normalise import understand
from secretary.knowledge.faq.phrasing import Kind, Phrasing
from secretary.knowledge.faq.rules import Content
from secretary.knowledge.models import FaqEntry

CollectionId = Annotated[CleanText, Field(max_length=36)]


class EntryIn(BaseModel):
    """An entry as it is written. What is left out keeps its value, or gets the usual one."""

    trigger: str
    response: str
    phrasings: Sequence[Phrasing | str] | None = None
    keywords: Sequence[str] | None = None
    priority: int | None = None
    enabled: bool | None = None

    def over(self, old: Content) -> Content:
        """What is to be stored where `old` was."""
        phrasings = old.phrasings if self.phrasings is None else [_phrasing(given) for given in self.phrasings]
        return Content(
            question=self.trigger,
            answer=self.response,
            phrasings=phrasings,
            keywords=old.keywords if self.keywords is None else self.keywords,
            priority=old.priority if self.priority is None else self.priority,
            enabled=old.enabled if self.enabled is None else self.enabled,
        )


class NewEntryIn(EntryIn):
    """A new entry and where it goes: the default collection, unless one is named."""

    collection_id: CollectionId | None = None


class ChangedEntryIn(EntryIn):
    """An entry's new content. With `updated` as it was read, a change by somebody else in between is a conflict."""

    updated: AwareDatetime | None = None


class TrialIn(BaseModel):
    """What a customer might write."""

    text: str = Field(max_length=10_000)
    collection_id: CollectionId | None = None


class EntryOut(BaseModel):
    """An entry with everything that is known of it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    collection_id: str
    question: str
    answer: str
    phrasings: Sequence[Phrasing]
    keywords: Sequence[str]
    priority: int
    enabled: bool
    hit_count: int
    last_hit: datetime | None
    created: datetime
    updated: datetime


class FaqOut(BaseModel):
    """A page of entries: short, as old clients read them, and whole."""

    faq: Mapping[str, str]
    entries: Sequence[EntryOut]
    total: int


class SavedOut(BaseModel):
    """An entry that was stored."""

    status: str = "ok"
    trigger: str
    entry: EntryOut

    @classmethod
    def of(cls, entry: FaqEntry) -> Self:
        return cls(trigger=entry.question, entry=EntryOut.model_validate(entry))


class DeletedOut(BaseModel):
    """The question of an entry that is gone."""

    status: str = "ok"
    deleted: str


class ReloadedOut(BaseModel):
    """How many entries are read anew."""

    status: str = "ok"
    count: int


class ExportedOut(BaseModel):
    """The file in the folder `exports` of the data directory."""

    status: str = "ok"
    message: str
    name: str
    size_bytes: int


class LoserOut(BaseModel):
    """An entry that fits too, and by what it is behind the winner."""

    entry_id: str
    question: str
    matched_by: Kind
    phrasing: str
    lost_by: Reason

    @classmethod
    def of(cls, candidate: Candidate, winner: Candidate) -> Self:
        return cls(
            entry_id=candidate.entry.id,
            question=candidate.entry.question,
            matched_by=candidate.kind,
            phrasing=candidate.phrasing,
            lost_by=candidate.loses_by(winner),
        )


class ExplanationOut(BaseModel):
    """How a text was understood, and what else fits."""

    words: Sequence[str]
    stems: Sequence[str]
    others: Sequence[LoserOut]

    @classmethod
    def of(cls, text: str, found: Sequence[Candidate]) -> Self:
        words = understand(text).words
        return cls(
            words=[word.raw for word in words],
            stems=[word.stem for word in words],
            others=[LoserOut.of(candidate, found[0]) for candidate in found[1:]],
        )


class TrialOut(BaseModel):
    """Would the text be answered, by what, and why."""

    match: bool
    response: str | None = None
    entry: EntryOut | None = None
    matched_by: Kind | None = None
    phrasing: str | None = None
    explanation: ExplanationOut


def _phrasing(given: Phrasing | str) -> Phrasing:
    return Phrasing.plain(given) if isinstance(given, str) else given
