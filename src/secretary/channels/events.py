"""What happened to channel instances."""

from dataclasses import dataclass, field

from secretary.kernel.events import Event, Trace


@dataclass(frozen=True, slots=True)
class InstanceCreated(Event):
    """There is one more widget, bot or line."""

    kind: str
    instance_id: str
    owner_id: str | None = field(default=None, kw_only=True, compare=False)

    def trace(self) -> Trace:
        return Trace("create", f"{self.kind}_instance", self.instance_id)


@dataclass(frozen=True, slots=True)
class InstanceChanged(Event):
    """An instance looks or answers differently now. `fields` are the names of what was set."""

    kind: str
    instance_id: str
    fields: tuple[str, ...]
    owner_id: str | None = field(default=None, kw_only=True, compare=False)

    def trace(self) -> Trace:
        return Trace("update", f"{self.kind}_instance", self.instance_id, {"fields": self.fields})


@dataclass(frozen=True, slots=True)
class InstanceDeleted(Event):
    """An instance is gone."""

    kind: str
    instance_id: str
    owner_id: str | None = field(default=None, kw_only=True, compare=False)

    def trace(self) -> Trace:
        return Trace("delete", f"{self.kind}_instance", self.instance_id)
