"""What happens to models on disk."""

from dataclasses import dataclass

from secretary.kernel.events import Event, Trace


@dataclass(frozen=True, slots=True)
class LocalModelAsked(Event):
    """Somebody wants a model of a hub on this machine."""

    name: str
    repository: str

    def trace(self) -> Trace:
        return Trace("pull", "local_model", self.name, {"repository": self.repository})


@dataclass(frozen=True, slots=True)
class LocalModelPulled(Event):
    """It is here and verified."""

    name: str
    sha256: str

    def trace(self) -> Trace:
        return Trace("create", "local_model", self.name, {"sha256": self.sha256})


@dataclass(frozen=True, slots=True)
class LocalModelChosen(Event):
    """A model is to be run from now on."""

    name: str

    def trace(self) -> Trace:
        return Trace("choose", "local_model", self.name)


@dataclass(frozen=True, slots=True)
class LocalModelRemoved(Event):
    """It is no longer on this machine."""

    name: str

    def trace(self) -> Trace:
        return Trace("delete", "local_model", self.name)
