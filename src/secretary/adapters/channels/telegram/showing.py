"""When a growing answer is shown again: Telegram forgives a new draft every second, and few edits in a group."""

import time
from collections.abc import Callable
from hashlib import blake2b
from typing import Final

_PRIVATE_S: Final = 1.0
_GROUP_S: Final = 3.5  # 20 messages a minute in one group: core.telegram.org/bots/faq#broadcasting-to-users, 2026-11
_KEPT: Final = 1000


def draft_number(answer_id: str) -> int:
    """What Telegram calls a draft: a number other than 0, the same for the same answer."""
    return int.from_bytes(blake2b(answer_id.encode(), digest_size=4).digest()) % 0x7FFFFFFF + 1


class Pauses:
    """Which answers were shown when; the oldest are forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next: dict[str, float] = {}

    def is_due(self, answer_id: str, *, in_group: bool) -> bool:
        """May it be shown now? If so, the pause begins."""
        now = self._clock()
        if now < self._next.get(answer_id, 0.0):
            return False
        self.wait(answer_id, _GROUP_S if in_group else _PRIVATE_S)
        return True

    def wait(self, answer_id: str, seconds: float) -> None:
        """Not before so many seconds from now."""
        self._next.pop(answer_id, None)
        self._next[answer_id] = self._clock() + seconds
        if len(self._next) > _KEPT:
            del self._next[next(iter(self._next))]
