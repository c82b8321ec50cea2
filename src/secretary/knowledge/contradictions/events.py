"""What happened to contradictions."""

from dataclasses import dataclass

from secretary.kernel.events import Event, News, Trace


@dataclass(frozen=True, slots=True)
class ContradictionFound(Event):
    """Two documents say different things of the same. For the panel; nobody did it."""

    contradiction_id: str
    owner_id: str | None

    def news(self) -> News:
        return News("create", "contradiction", self.contradiction_id, self.owner_id)


@dataclass(frozen=True, slots=True)
class ContradictionSettled(Event):
    """It is none any more, for one of the documents has changed. For the panel."""

    contradiction_id: str
    owner_id: str | None

    def news(self) -> News:
        return News("delete", "contradiction", self.contradiction_id, self.owner_id)


@dataclass(frozen=True, slots=True)
class ContradictionJudged(Event):
    """Somebody said that it is none, or that it is one after all."""

    contradiction_id: str
    owner_id: str | None
    is_dismissed: bool

    def trace(self) -> Trace:
        return Trace("dismiss" if self.is_dismissed else "reopen", "contradiction", self.contradiction_id)
