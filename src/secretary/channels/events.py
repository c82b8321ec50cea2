"""What happened to channel instances."""

from dataclasses import dataclass, field

from secretary.kernel.events import Event, News, Trace


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


@dataclass(frozen=True, slots=True)
class InstanceSwitched(Event):
    """An instance was started or stopped (`by_hand`), or it runs, fails or rests by itself."""

    kind: str
    instance_id: str
    action: str
    owner_id: str | None = field(default=None, kw_only=True, compare=False)
    by_hand: bool = field(default=False, kw_only=True)

    def trace(self) -> Trace | None:
        return Trace(self.action, f"{self.kind}_instance", self.instance_id) if self.by_hand else None

    def news(self) -> News:
        return News(self.action, f"{self.kind}_instance", self.instance_id, self.owner_id)
