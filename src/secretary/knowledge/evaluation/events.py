"""What happened to evaluations."""

from dataclasses import dataclass

from secretary.kernel.events import Event, News, Trace


@dataclass(frozen=True, slots=True)
class EvaluationAsked(Event):
    """Somebody had the answers tested."""

    run_id: str
    origin: str
    owner_id: str | None

    def trace(self) -> Trace:
        return Trace("start", "evaluation", self.run_id, {"origin": self.origin})


@dataclass(frozen=True, slots=True)
class EvaluationCancelled(Event):
    """Somebody stopped a test."""

    run_id: str
    owner_id: str | None

    def trace(self) -> Trace:
        return Trace("cancel", "evaluation", self.run_id)


@dataclass(frozen=True, slots=True)
class EvaluationEnded(Event):
    """A test is over, or could not be done. For the panel."""

    run_id: str
    state: str
    owner_id: str | None

    def news(self) -> News:
        return News(self.state, "evaluation", self.run_id, self.owner_id)
