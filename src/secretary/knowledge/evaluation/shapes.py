"""What an evaluation speaks of: documents, questions with their gold quotes, and what a retriever found. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol


class Half(StrEnum):
    """What a question may be used for. Thresholds are chosen on TUNING only; HELD_OUT is only measured."""

    TUNING = "tuning"
    HELD_OUT = "held_out"
    WHOLE = "whole"
    """Of a set that is not split."""


class Kind(StrEnum):
    """The kinds of the shipped sets. Other sets may have kinds of their own, so `Question.kind` is any text."""

    DIRECT = "direct"
    PARAPHRASE = "paraphrase"
    TYPO = "typo"
    FOLLOW_UP = "follow_up"
    TABLE = "table"
    ENGLISH = "english"
    UNANSWERABLE = "unanswerable"


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it lies in its folder; `file` is its path there, with `/`. `title` is known once it was read."""

    file: str
    content: bytes
    title: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A message that came before the question."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Gold:
    """A passage that answers: words that occur in the document `file`. A row of a table is quoted with its bars."""

    file: str
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """A customer's question. Without gold, its right answer is a refusal."""

    id: str
    question: str
    kind: str
    history: tuple[Turn, ...] = ()
    gold: tuple[Gold, ...] = ()
    answer_contains: tuple[str, ...] = ()
    answer_must_not_contain: tuple[str, ...] = ()
    half: Half = Half.WHOLE

    @property
    def is_answerable(self) -> bool:
        return bool(self.gold)

    @property
    def has_expectations(self) -> bool:
        """Is there anything that its answer must say or must not?"""
        return bool(self.answer_contains or self.answer_must_not_contain)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions about one folder of documents."""

    name: str
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a document that was found; `file` as the document was named."""

    file: str
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The best passages first. A refusal may carry passages: the order is judged apart from the decision to answer."""

    passages: Sequence[Passage]
    is_refused: bool = False


class Retriever(Protocol):
    """A search under test. One retriever serves one set after the other."""

    async def build(self, documents: Sequence[Document]) -> None:
        """Forget what was there and learn these documents."""
        ...

    async def retrieve(self, question: str, history: Sequence[Turn], limit: int) -> Retrieved:
        """At most `limit` passages for a question. Changes nothing."""
        ...
