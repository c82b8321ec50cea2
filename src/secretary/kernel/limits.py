"""Counting how often somebody did something within a window, in this process."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from secretary.kernel.errors import RateLimited

MAX_KEYS = 50_000


class WindowLimiter:
    """At most `count` calls a key in any `window_s` seconds (a sliding window counter of two fixed windows).

    Forgets the keys seen longest ago beyond `MAX_KEYS`, so that an attacker cannot fill the memory.
    """

    def __init__(self, count: int, window_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.count = count
        self.window_s = window_s
        self._clock = clock
        self._seen: OrderedDict[str, tuple[int, int, int]] = OrderedDict()

    def hit(self, key: str) -> None:
        """Count one call. Raises RateLimited when it is one too many; such a call is not counted."""
        now = self._clock()
        window = int(now // self.window_s)
        started, before, current = self._seen.pop(key, (window, 0, 0))
        if window != started:
            before, current = (current if window == started + 1 else 0), 0
        passed = now / self.window_s - window
        if before * (1 - passed) + current + 1 > self.count:
            self._seen[key] = window, before, current
            raise _too_many(math.ceil(self.window_s * (1 - passed)))
        self._seen[key] = window, before, current + 1
        if len(self._seen) > MAX_KEYS:
            self._seen.popitem(last=False)


def _too_many(retry_after_s: int) -> RateLimited:
    return RateLimited(
        "too_many_requests",
        en="Too many messages at once. Please wait a little and try again.",
        ru="Слишком много сообщений подряд. Подождите немного и попробуйте снова.",
        retry_after_s=max(1, retry_after_s),
    )
