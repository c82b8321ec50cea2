"""The requests and answers of regression questions over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from secretary.kernel.text import CleanText
from secretary.knowledge.regression.asking import Change, Result, Verdict
from secretary.knowledge.regression.models import RegressionQuestion, RegressionRun
from secretary.knowledge.regression.ports import Draft
from secretary.knowledge.regression.rehearsal.drafts import DraftDocument
from secretary.knowledge.regression.service import Wanted
from secretary.knowledge.regression.shapes import Basis, Cause, Outcome

Id = Annotated[CleanText, Field(min_length=1, max_length=36)]
Said = Annotated[list[Annotated[CleanText, Field(max_length=300)]], Field(max_length=20)]


class QuestionIn(BaseModel):
    """A question, and what its answer must be: hold these texts, none of those, come from here; or be a refusal."""

    question: Annotated[CleanText, Field(min_length=1, max_length=2_000)]
    assistant_id: Id | None = None
    collection_id: Id | None = None
    document_id: Id | None = None
    faq_entry_id: Id | None = None
    answer_contains: Said = []
    answer_must_not_contain: Said = []
    must_refuse: bool = False

    def wanted(self) -> Wanted:
        """As the use cases take it."""
        return Wanted(**dict(self))


class OutcomeOut(BaseModel):
    """How it went. `stage` says who answered: faq, llm, extract, admit, or none for a refusal.

    `faults`: `refused`, `answered`, `lacks:…`, `says:…`, `other_document`, `other_entry`; none for a pass.
    """

    model_config = ConfigDict(from_attributes=True)

    answer: str
    stage: str
    sources: Sequence[Basis]
    faults: Sequence[str]

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        return cls.model_validate(outcome)


class QuestionOut(BaseModel):
    """A question and how it went when it was last asked; `is_passed` is null until then."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    owner_id: str | None
    question: str
    assistant_id: str | None
    collection_id: str | None
    document_id: str | None
    faq_entry_id: str | None
    answer_contains: Sequence[str]
    answer_must_not_contain: Sequence[str]
    must_refuse: bool
    is_passed: bool | None
    outcome: OutcomeOut | None
    asked_at: datetime | None
    created: datetime
    updated: datetime

    @classmethod
    def of(cls, row: RegressionQuestion) -> Self:
        return cls.model_validate(row)


class RunOut(BaseModel):
    """A stored run. Before and after are of the `compared` questions; `fallen` are the ids of those that were lost."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    owner_id: str | None
    cause: Cause
    questions: int
    passed: int
    compared: int
    passed_before: int
    passed_after: int
    fallen: Sequence[str]
    has_fallen: bool
    is_dismissed: bool
    created: datetime

    @classmethod
    def of(cls, row: RegressionRun) -> Self:
        return cls.model_validate(row)


class QuestionsOut(BaseModel):
    """A page of questions, how many of all passed and failed, what went wrong lately, and the latest runs."""

    questions: Sequence[QuestionOut]
    total: int
    passed: int
    failed: int
    warnings: Sequence[RunOut]
    runs: Sequence[RunOut]


class QuestionAnswer(BaseModel):
    """One question."""

    status: str = "ok"
    question: QuestionOut


class RemovedOut(BaseModel):
    """A question that is gone."""

    status: str = "ok"
    deleted: str


class DismissedOut(BaseModel):
    """A warning that was accepted."""

    status: str = "ok"
    warning: RunOut


class DocumentDraftIn(BaseModel):
    """A document as it would be: with `id` in place of that one, else a new one. Its text is Markdown."""

    id: Id | None = None
    filename: Annotated[CleanText, Field(min_length=1, max_length=255)]
    content: Annotated[CleanText, Field(min_length=1, max_length=2_000_000)]
    collection_ids: Annotated[list[Id], Field(max_length=100)] | None = None


class DraftIn(BaseModel):
    """What is tried before it goes live; what is left out stays as it is."""

    system_prompt: Annotated[CleanText, Field(max_length=20_000)] | None = None
    persona_id: Annotated[str, Field(min_length=1, max_length=50)] | None = None
    llm_backend: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    document: DocumentDraftIn | None = None

    def change(self) -> Change:
        """As a rehearsal takes it."""
        document = DraftDocument(**self.document.model_dump()) if self.document is not None else None
        return Change(Draft(self.system_prompt, self.persona_id, self.llm_backend), document)


class AskIn(BaseModel):
    """Which questions to ask (none named: at most 50, those that waited longest), and what to try."""

    question_ids: Annotated[list[Id], Field(max_length=50)] = []
    draft: DraftIn | None = None


class VerdictOut(BaseModel):
    """How one question went; `was_passed` is null where nobody had asked it before."""

    question_id: str
    question: str
    was_passed: bool | None
    is_passed: bool
    has_fallen: bool
    outcome: OutcomeOut

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        return cls(
            question_id=verdict.question.id, question=verdict.question.question, was_passed=verdict.was_passed,
            is_passed=verdict.outcome.is_passed, has_fallen=verdict.has_fallen, outcome=OutcomeOut.of(verdict.outcome),
        )  # fmt: skip


class ResultOut(BaseModel):
    """A run. `score` is the share that passed; before and after are of the questions that had been asked before.

    `run_id` is null for a draft, of which nothing is stored.
    """

    run_id: str | None
    is_draft: bool
    questions: Sequence[VerdictOut]
    score: float | None
    score_before: float | None
    score_after: float | None
    has_fallen: bool

    @classmethod
    def of(cls, result: Result) -> Self:
        compared = len(result.compared)
        return cls(
            run_id=result.run_id, is_draft=result.run_id is None,
            questions=[VerdictOut.of(one) for one in result.verdicts],
            score=_share(result.passed, len(result.verdicts)), score_before=_share(result.passed_before, compared),
            score_after=_share(result.passed_after, compared), has_fallen=result.has_fallen,
        )  # fmt: skip


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
