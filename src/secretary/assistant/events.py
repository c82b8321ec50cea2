"""What happened to assistants and to the messages they took."""

from dataclasses import dataclass, field

from secretary.kernel.events import Event, News, Trace


@dataclass(frozen=True, slots=True)
class AssistantCreated(Event):
    """There is one more assistant; a channel instance that needs one of its own gets a copy."""

    assistant_id: str
    owner_id: str | None = field(default=None, kw_only=True, compare=False)

    def trace(self) -> Trace:
        return Trace("create", "assistant", self.assistant_id)


@dataclass(frozen=True, slots=True)
class AssistantChanged(Event):
    """An assistant answers differently now. `fields` are the names of what was set."""

    assistant_id: str
    fields: tuple[str, ...]
    owner_id: str | None = field(default=None, kw_only=True, compare=False)

    def trace(self) -> Trace:
        return Trace("update", "assistant", self.assistant_id, {"fields": self.fields})


@dataclass(frozen=True, slots=True)
class AssistantDeleted(Event):
    """An assistant is gone."""

    assistant_id: str
    owner_id: str | None = field(default=None, kw_only=True, compare=False)

    def trace(self) -> Trace:
        return Trace("delete", "assistant", self.assistant_id)


@dataclass(frozen=True, slots=True)
class RequestTaken(Event):
    """A message for the owner is complete and waits for a person. The customer did that: nothing for the audit."""

    request_id: str
    owner_id: str | None

    def news(self) -> News:
        return News("create", "request", self.request_id, self.owner_id)


@dataclass(frozen=True, slots=True)
class RequestSettled(Event):
    """Somebody dealt with a message taken, or put it back."""

    request_id: str
    status: str

    def trace(self) -> Trace:
        return Trace("settle", "request", self.request_id, {"status": self.status})
