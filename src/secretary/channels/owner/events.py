"""What happens to links between users and their messengers. Nobody but their user needs to hear of it."""

from dataclasses import dataclass

from secretary.kernel.events import Event, Trace


@dataclass(frozen=True, slots=True)
class OperatorLinked(Event):
    """A user is told in his messenger of what needs him, and may answer from there."""

    link_id: str
    instance_id: str
    owner_id: str

    def trace(self) -> Trace:
        return Trace("create", "operator_link", self.link_id, {"instance_id": self.instance_id})


@dataclass(frozen=True, slots=True)
class OperatorLinkChanged(Event):
    """He wants other summaries."""

    link_id: str
    owner_id: str
    fields: tuple[str, ...]

    def trace(self) -> Trace:
        return Trace("update", "operator_link", self.link_id, {"fields": self.fields})


@dataclass(frozen=True, slots=True)
class OperatorUnlinked(Event):
    """He is told nothing there any more. `reason`: asked (in the panel), left (by a command), replaced."""

    link_id: str
    owner_id: str
    reason: str

    def trace(self) -> Trace:
        return Trace("delete", "operator_link", self.link_id, {"reason": self.reason})
