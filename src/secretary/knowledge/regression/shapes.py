"""What is asked and answered in a run of the owner's questions, and how it went. No I/O."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Cause(StrEnum):
    """Why a run happened."""

    ASKED = "asked"
    DOCUMENT = "document"
    FAQ = "faq"
    ASSISTANT = "assistant"


class Basis(BaseModel):
    """What an answer rests on: a document's passage, or an entry of the FAQ."""

    model_config = ConfigDict(frozen=True)

    title: str
    quote: str = ""
    document_id: str | None = None
    faq_entry_id: str | None = None


class Outcome(BaseModel):
    """How one question went. `stage` is who answered: faq, llm, extract, or none for a refusal.

    `faults` are codes of what was wrong; none of them is a pass.
    """

    model_config = ConfigDict(frozen=True)

    answer: str
    stage: str
    sources: Sequence[Basis] = Field(default_factory=tuple)
    faults: Sequence[str] = Field(default_factory=tuple)

    @property
    def is_passed(self) -> bool:
        return not self.faults
