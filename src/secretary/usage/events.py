"""What happened to limits."""

from dataclasses import dataclass

from secretary.kernel.events import Event, News, Trace


@dataclass(frozen=True, slots=True)
class LimitChanged(Event):
    """A limit was set, changed or removed (`action`)."""

    limit_id: str
    action: str

    def trace(self) -> Trace:
        return Trace(self.action, "usage_limit", self.limit_id)


@dataclass(frozen=True, slots=True)
class LimitNear(Event):
    """A period's consumption has passed the warning threshold, or (`is_reached`) the limit itself."""

    limit_id: str
    percent: int
    is_reached: bool

    def news(self) -> News:
        action = "reached" if self.is_reached else "warned"
        return News(action, "usage_limit", self.limit_id, None, {"percent": self.percent})


@dataclass(frozen=True, slots=True)
class UsageCleaned(Event):
    """Rows older than so many days were deleted."""

    days: int
    deleted: int

    def trace(self) -> Trace:
        return Trace("cleanup", "usage_log", details={"days": self.days, "deleted": self.deleted})


@dataclass(frozen=True, slots=True)
class UsageExported(Event):
    """Somebody took the rows away as a file."""

    def trace(self) -> Trace:
        return Trace("export", "usage_log")
