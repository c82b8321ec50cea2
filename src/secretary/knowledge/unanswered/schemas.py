"""The requests and answers of unanswered questions over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from secretary.kernel.text import CleanText
from secretary.knowledge.faq.rules import MAX_ANSWER_CHARS, MAX_PHRASINGS
from secretary.knowledge.models import QUESTION_LENGTH
from secretary.knowledge.unanswered.answering import Answered
from secretary.knowledge.unanswered.models import UnansweredQuestion
from secretary.knowledge.unanswered.service import Shown
from secretary.knowledge.unanswered.shapes import Reason, State

Id = Annotated[CleanText, Field(min_length=1, max_length=36)]
Question = Annotated[CleanText, Field(max_length=QUESTION_LENGTH)]
Answer = Annotated[CleanText, Field(min_length=1, max_length=MAX_ANSWER_CHARS)]


class QuestionOut(BaseModel):
    """A question as it was asked; the ids lead to its place in the conversation."""

    text: str
    reason: Reason
    channel: str
    session_id: str
    message_id: str
    answer_id: str
    asked: datetime

    @classmethod
    def of(cls, row: UnansweredQuestion) -> Self:
        return cls(
            text=row.text, reason=row.reason, channel=row.source, session_id=row.session_id,
            message_id=row.question_id, answer_id=row.answer_id, asked=row.asked,
        )  # fmt: skip


class GroupOut(BaseModel):
    """Questions that ask the same. `reopened`: they were answered, and asked in vain again after that."""

    id: str
    question: str
    count: int
    first_asked: datetime
    last_asked: datetime
    channels: Sequence[str]
    reasons: Sequence[Reason]
    assistant_id: str
    owner_id: str | None
    state: State
    reopened: bool
    settled: datetime | None
    faq_entry_id: str | None
    document_id: str | None
    questions: Sequence[QuestionOut]

    @classmethod
    def of(cls, shown: Shown) -> Self:
        tally, group = shown.tally, shown.tally.group
        return cls(
            id=group.id, question=shown.question, count=tally.count, first_asked=tally.first_asked,
            last_asked=tally.last_asked, channels=shown.channels, reasons=shown.reasons,
            assistant_id=group.assistant_id, owner_id=group.owner_id, state=group.state, reopened=group.reopened,
            settled=group.settled, faq_entry_id=group.faq_entry_id, document_id=group.document_id,
            questions=[QuestionOut.of(row) for row in shown.samples],
        )  # fmt: skip


class GroupsOut(BaseModel):
    """A page of groups, each with its latest questions."""

    groups: Sequence[GroupOut]
    total: int


class OneGroupOut(BaseModel):
    """A group that was read or changed."""

    status: str = "ok"
    group: GroupOut


class MergeIn(BaseModel):
    """The groups whose questions go into this one."""

    group_ids: list[Id] = Field(min_length=1, max_length=100)


class SplitIn(BaseModel):
    """The questions, by the ids of their messages, that get a group of their own."""

    message_ids: list[Id] = Field(min_length=1, max_length=500)


class FaqAnswerIn(BaseModel):
    """An answer for the FAQ. Without `question` the group's, without `phrasings` all ways in which it was asked."""

    model_config = ConfigDict(extra="forbid")

    as_: Literal["faq"] = Field(alias="as")
    answer: Answer
    question: Question = ""
    collection_id: Id | None = None
    phrasings: list[Question] | None = Field(default=None, max_length=MAX_PHRASINGS)


class DocumentAnswerIn(BaseModel):
    """An answer for the documents: a new one, or a section at the end of `document_id`."""

    model_config = ConfigDict(extra="forbid")

    as_: Literal["document"] = Field(alias="as")
    answer: Answer
    question: Question = ""
    collection_id: Id | None = None
    document_id: Id | None = None


AnswerIn = FaqAnswerIn | DocumentAnswerIn


class AnsweredOut(BaseModel):
    """What has become of the answer."""

    status: str = "ok"
    question: str
    faq_entry_id: str | None
    document_id: str | None
    collection_id: str | None
    regression_question_id: str
    group: GroupOut

    @classmethod
    def of(cls, answered: Answered, shown: Shown) -> Self:
        return cls(
            question=answered.question, faq_entry_id=answered.group.faq_entry_id,
            document_id=answered.group.document_id, collection_id=answered.collection_id,
            regression_question_id=answered.regression_question_id, group=GroupOut.of(shown),
        )  # fmt: skip
