"""What a service wants back with its own tool calls (signed thoughts), kept for as long as a turn lasts.

It lives in memory only: a process that has forgotten asks without, and the wires know how to ask then.
"""

from collections import OrderedDict
from typing import Final, Generic, TypeVar

_MOST: Final = 2_000  # tool calls: hours of a busy installation, a few megabytes

T = TypeVar("T")


class Keepsakes(Generic[T]):
    """By the id of the tool call; the oldest go first."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, T] = OrderedDict()

    def keep(self, call_id: str, what: T) -> None:
        self._kept[call_id] = what
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def of(self, call_id: str) -> T | None:
        return self._kept.get(call_id)
