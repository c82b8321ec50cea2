"""What happened to providers, presets and the choice among backends."""

from dataclasses import dataclass

from secretary.kernel.events import Event, Trace


@dataclass(frozen=True, slots=True)
class ProviderChanged(Event):
    """A provider was created, changed or deleted (`action`); `fields` names what changed, never a value."""

    provider_id: str
    action: str
    fields: tuple[str, ...] = ()
    owner_id: str | None = None

    def trace(self) -> Trace:
        return Trace(self.action, "llm_provider", self.provider_id, {"fields": self.fields} if self.fields else {})


@dataclass(frozen=True, slots=True)
class BackendChosen(Event):
    """The installation answers with another backend from now on."""

    backend: str

    def trace(self) -> Trace:
        return Trace("update", "llm_backend", self.backend)


@dataclass(frozen=True, slots=True)
class PresetChanged(Event):
    """A preset was created, changed or deleted (`action`)."""

    preset_id: str
    action: str
    fields: tuple[str, ...] = ()
    owner_id: str | None = None

    def trace(self) -> Trace:
        return Trace(self.action, "llm_preset", self.preset_id, {"fields": self.fields} if self.fields else {})
