"""Events: what happened, past tense. Published in the process after the transaction that caused them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Event:
    """Root of all events; a domain's `events.py` derives from it."""


E = TypeVar("E", bound=Event)
Listener = Callable[[Event], None]


class EventBus:
    """Delivers events to listeners of their exact type, in the order of subscription. Listeners never block."""

    def __init__(self) -> None:
        self._listeners: defaultdict[type[Event], list[Listener]] = defaultdict(list)

    def subscribe(self, kind: type[E], listener: Callable[[E], None]) -> None:
        self._listeners[kind].append(listener)  # type: ignore[arg-type]

    def publish(self, events: Iterable[Event]) -> None:
        for happened in events:
            for listener in self._listeners[type(happened)]:
                listener(happened)
