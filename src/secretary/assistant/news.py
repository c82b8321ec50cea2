"""What the processes of an installation tell each other about answers: that one is over, that one shall stop.

News may get lost: whoever waits for it looks into the database, too.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress

from secretary.kernel.broadcast import Broadcast

OVER, STOP = "answers.over", "answers.stop"


class AnswerNews:
    """Tells and hears. Waiting is by conversation: whatever ends in it may be what somebody waits for."""

    def __init__(self, broadcast: Broadcast) -> None:
        self._broadcast = broadcast
        self._waiting: defaultdict[str, list[asyncio.Future[None]]] = defaultdict(list)
        broadcast.subscribe(OVER, self._heard_over)

    def on_stop(self, stop: Callable[[str], None]) -> None:
        """Call `stop` with the id of every answer that somebody somewhere wants stopped."""
        self._broadcast.subscribe(STOP, lambda message: stop(message.decode()))

    def tell_over(self, session_id: str) -> None:
        self._broadcast.publish(OVER, session_id.encode())

    def tell_stop(self, answer_id: str) -> None:
        self._broadcast.publish(STOP, answer_id.encode())

    async def wait(self, session_id: str, timeout_s: float) -> None:
        """Return when an answer of this conversation is over, or after a while."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting[session_id].append(waiter)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await waiter
        finally:
            self._waiting[session_id].remove(waiter)
            if not self._waiting[session_id]:
                del self._waiting[session_id]

    def _heard_over(self, message: bytes) -> None:
        for waiter in self._waiting.get(message.decode(), ()):
            if not waiter.done():
                waiter.set_result(None)
