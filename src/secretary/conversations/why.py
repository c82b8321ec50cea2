"""Why an answer was given: what each stage did, what was found. Stored with the answer, in few bytes, for its owner."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

MOST_PASSAGES = 6


class StageDone(BaseModel):
    """One stage: it answered, passed the message on, or failed by `code` and passed it on for that."""

    stage: str
    outcome: Literal["answered", "passed", "failed"]
    ms: int
    code: str = ""


class FaqFound(BaseModel):
    """The entry that answered, and the phrasing by which it fitted."""

    entry_id: str
    question: str
    matched_by: str
    phrasing: str


class PassageFound(BaseModel):
    """A passage of the documents; `score` is within 0 and 1."""

    chunk_id: str
    document_id: str
    title: str
    heading: str
    score: float


class Why(BaseModel):
    """`is_answer`: whether the passages were good enough to answer from; None where no document was looked at."""

    began: datetime | None = None
    ms: int = 0
    stages: list[StageDone] = Field(default_factory=list)
    faq: FaqFound | None = None
    is_answer: bool | None = None
    engine: str = ""
    passages: list[PassageFound] = Field(default_factory=list)
