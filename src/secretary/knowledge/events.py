"""What happened to knowledge."""

from dataclasses import dataclass
from typing import Literal

from secretary.kernel.events import Event


@dataclass(frozen=True, slots=True)
class FaqChanged(Event):
    """Answers of a collection are different now. `entry_id` is empty when no single entry is meant."""

    collection_id: str
    entry_id: str
    action: Literal["added", "changed", "removed", "reloaded"]
