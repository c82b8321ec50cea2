"""Broadcasting within one process: all that an embedded database needs, and the listeners' side of the others."""

from collections import defaultdict
from collections.abc import Callable

from secretary.kernel.broadcast.ports import Listener

LONGEST_MESSAGE = 4_000  # PostgreSQL's NOTIFY takes 8,000 bytes, and ours are base64 there


class LocalBroadcast:
    """Implements `Broadcast` for one process."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, list[Listener]] = defaultdict(list)

    async def start(self) -> None:
        """Nothing to listen to but ourselves."""

    def publish(self, topic: str, message: bytes) -> None:
        if len(message) > LONGEST_MESSAGE:
            raise ValueError("the message is too long to be broadcast")
        self.hear(topic, message)

    def hear(self, topic: str, message: bytes) -> None:
        """Hand a message to the listeners of this process."""
        for listener in tuple(self._listeners.get(topic, ())):
            listener(message)

    def subscribe(self, topic: str, listener: Listener) -> Callable[[], None]:
        self._listeners[topic].append(listener)

        def unsubscribe() -> None:
            listeners = self._listeners.get(topic, [])
            if listener in listeners:
                listeners.remove(listener)
            if not listeners:
                self._listeners.pop(topic, None)

        return unsubscribe

    async def close(self) -> None:
        """Nothing to stop."""
