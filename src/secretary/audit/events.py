"""What happened to the log itself."""

from dataclasses import dataclass

from secretary.kernel.events import Event, Trace


@dataclass(frozen=True, slots=True)
class AuditCleanedUp(Event):
    """Rows older than so many days were removed, those up to number `up_to`."""

    older_than_days: int
    removed: int
    up_to: int

    def trace(self) -> Trace:
        details = {"older_than_days": self.older_than_days, "removed": self.removed, "up_to": self.up_to}
        return Trace("cleanup", "audit", details=details)


@dataclass(frozen=True, slots=True)
class AuditExported(Event):
    """Somebody took rows away as a file."""

    file_format: str

    def trace(self) -> Trace:
        return Trace("export", "audit", details={"format": self.file_format})
