"""What happened to the owner's questions."""

from dataclasses import dataclass
from typing import Literal

from secretary.kernel.events import Detail, Event, News, Trace


@dataclass(frozen=True, slots=True)
class QuestionChanged(Event):
    """A question is new, different or gone."""

    question_id: str
    action: Literal["create", "update", "delete"]
    owner_id: str | None

    def trace(self) -> Trace:
        return Trace(self.action, "regression", self.question_id)


@dataclass(frozen=True, slots=True)
class QuestionsAsked(Event):
    """The questions were asked, and this many passed."""

    run_id: str
    passed: int
    questions: int
    owner_id: str | None

    def news(self) -> News:
        counts = {"passed": self.passed, "questions": self.questions}
        return News("asked", "regression_run", self.run_id, self.owner_id, counts)


@dataclass(frozen=True, slots=True)
class ScoreFell(Event):
    """After a change fewer of the questions are answered as they must be."""

    run_id: str
    cause: str
    before: int
    after: int
    questions: int
    owner_id: str | None

    def trace(self) -> Trace:
        counts: dict[str, Detail] = {"before": self.before, "after": self.after, "questions": self.questions}
        return Trace("fall", "regression_run", self.run_id, {"cause": self.cause, **counts})

    def news(self) -> News:
        counts = {"before": self.before, "after": self.after, "questions": self.questions}
        return News("fallen", "regression_run", self.run_id, self.owner_id, counts)


@dataclass(frozen=True, slots=True)
class WarningDismissed(Event):
    """Somebody has seen that the score fell, and accepts it."""

    run_id: str
    owner_id: str | None

    def trace(self) -> Trace:
        return Trace("dismiss", "regression_run", self.run_id)
