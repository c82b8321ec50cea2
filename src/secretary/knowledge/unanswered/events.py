"""What happened to unanswered questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from secretary.kernel.events import Event, News, Trace

Verb = Literal["answer", "dismiss", "reopen", "merge", "split"]


@dataclass(frozen=True, slots=True)
class QuestionsNoticed(Event):
    """Questions wait to be put into groups. Nothing for the audit log, and nothing for the panel before they are."""


@dataclass(frozen=True, slots=True)
class UnansweredGrew(Event):
    """A question was put into a group. `is_reopened`: it had been answered, and was refused again."""

    group_id: str
    owner_id: str | None
    is_reopened: bool = False

    def news(self) -> News:
        return News("reopen" if self.is_reopened else "update", "unanswered", self.group_id, self.owner_id)


@dataclass(frozen=True, slots=True)
class UnansweredSettled(Event):
    """Somebody answered, dismissed, reopened, merged or split a group."""

    group_id: str
    owner_id: str | None
    verb: Verb
    others: Sequence[str] = ()
    """Groups that were merged into it, or that came out of it."""

    def trace(self) -> Trace:
        return Trace(self.verb, "unanswered", self.group_id, {"groups": tuple(self.others)} if self.others else {})
