"""What happened to knowledge."""

from dataclasses import dataclass
from typing import Literal

from secretary.kernel.events import Event, Trace


@dataclass(frozen=True, slots=True)
class FaqChanged(Event):
    """Answers of a collection are different now. `entry_id` is empty when no single entry is meant."""

    collection_id: str
    entry_id: str
    action: Literal["added", "changed", "removed", "reloaded"]
    fields: tuple[str, ...] = ()
    """Names of what changed in an entry that is not new."""

    def trace(self) -> Trace:
        details = {"fields": self.fields} if self.fields else {}
        if not self.entry_id:
            return Trace("reload", "knowledge_collection", self.collection_id, details)
        verb = {"added": "create", "changed": "update", "removed": "delete", "reloaded": "reload"}[self.action]
        return Trace(verb, "faq", self.entry_id, {"collection_id": self.collection_id, **details})


@dataclass(frozen=True, slots=True)
class FaqExported(Event):
    """Somebody took the entries away as a file, or had them written into one."""

    target: Literal["download", "file"]

    def trace(self) -> Trace:
        return Trace("export", "faq", details={"target": self.target})
