"""What happened in the eyes of the law."""

from dataclasses import dataclass

from secretary.kernel.events import Event, Trace


@dataclass(frozen=True, slots=True)
class ConsentGranted(Event):
    """A person agreed to one text. Who it was, the consent itself says."""

    consent_id: str
    consent_type: str
    version: str

    def trace(self) -> Trace:
        return Trace("grant", "consent", self.consent_id, {"type": self.consent_type, "version": self.version})
