"""The port of broadcasting."""

from collections.abc import Callable
from typing import Protocol

Listener = Callable[[bytes], None]
"""Hears a message; never blocks."""


class Broadcast(Protocol):
    """Tells every process of the installation, this one included, at most once, in the order of each sender."""

    async def start(self) -> None:
        """Begin to listen to the others, in the background; connecting is tried again for as long as it takes."""
        ...

    def publish(self, topic: str, message: bytes) -> None:
        """Tell everybody; at once to listeners in this process, to the others as soon as the line allows.

        A message has at most 4,000 bytes. Raises ValueError for a longer one.
        """
        ...

    def subscribe(self, topic: str, listener: Listener) -> Callable[[], None]:
        """Hear what is told about `topic`; returns what ends that."""
        ...

    async def close(self) -> None:
        """Stop listening. Repeatable."""
        ...
