"""Events: what happened, past tense. Published in the process after the transaction that caused them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

Detail = str | int | bool | Sequence[str]


@dataclass(frozen=True, slots=True)
class Trace:
    """What an event leaves in the audit log: ids and names of fields. Never what somebody wrote, never a secret."""

    action: str
    resource: str
    resource_id: str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class News:
    """What the panel hears of an event: that something changed, never what somebody wrote.

    `owner_id` is whose it is; None is nobody's, the empty text unknown.
    """

    action: str
    resource: str
    resource_id: str = ""
    owner_id: str | None = ""
    fields: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """Root of all events; a domain's `events.py` derives from it."""

    def trace(self) -> Trace | None:
        """What is kept of it in the audit log; `None`, unless an event overrides this, is nothing."""
        return None

    def news(self) -> News | None:
        """What is told to the panel: what is audited, unless an event overrides this. One with an `owner_id` says
        whose it is.
        """
        kept = self.trace()
        if kept is None:
            return None
        return News(kept.action, kept.resource, kept.resource_id, getattr(self, "owner_id", ""))


E = TypeVar("E", bound=Event)
Listener = Callable[[Event], None]


class EventBus:
    """Delivers events to listeners of their exact type, in the order of subscription. Listeners never block."""

    def __init__(self) -> None:
        self._listeners: defaultdict[type[Event], list[Listener]] = defaultdict(list)
        self._of_all: list[Listener] = []

    def subscribe(self, kind: type[E], listener: Callable[[E], None]) -> Callable[[], None]:
        """Hear every event of this type; returns what ends that."""
        listeners = self._listeners[kind]
        listeners.append(listener)  # type: ignore[arg-type]
        return lambda: listeners.remove(listener)  # type: ignore[arg-type]

    def subscribe_all(self, listener: Listener) -> None:
        """Hear every event, after those who wait for its type."""
        self._of_all.append(listener)

    def publish(self, events: Iterable[Event]) -> None:
        for happened in events:
            for listener in tuple(self._listeners[type(happened)]):
                listener(happened)
            for listener in self._of_all:
                listener(happened)
