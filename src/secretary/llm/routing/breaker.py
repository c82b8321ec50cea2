"""A circuit breaker: a backend that keeps failing is left alone for a while, then one call tries whether it is back.

States and names after Nygard, "Release It!" (2nd ed., 5.2): closed, open, half-open.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from secretary.kernel.errors import Upstream

COUNTED: Final = frozenset({"llm_unreachable", "llm_timeout", "llm_overloaded", "llm_truncated", "llm_nonsense"})
AT_ONCE: Final = frozenset({"llm_bad_key", "llm_no_money"})  # asking again changes nothing until somebody mends it
THRESHOLD: Final = 3
FIRST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 60.0
PROBE_S: Final = 30.0  # a probe whose end nobody tells is forgotten after this


class State(StrEnum):
    """What the breaker does with the next call."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Knows how one backend has been doing. Works on a monotonic clock, in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._failures = 0
        self._pause_s = FIRST_PAUSE_S
        self._open_until: float | None = None
        self._probed_at: float | None = None
        self._cool_until = 0.0
        self.last_code = ""

    @property
    def state(self) -> State:
        if self._open_until is None:
            return State.CLOSED
        return State.OPEN if self._now() < self._open_until else State.HALF_OPEN

    @property
    def retry_in_s(self) -> float:
        """Seconds until a call may be tried; 0 where it may now."""
        return max(0.0, (self._open_until or 0.0) - self._now(), self._cool_until - self._now())

    def let_through(self) -> bool:
        """May a call be made now? A half-open breaker says so to one caller at a time: whoever asks must call."""
        now = self._now()
        if now < self._cool_until or self.state is State.OPEN:
            return False
        if self.state is State.HALF_OPEN:
            if self._probed_at is not None and now < self._probed_at + PROBE_S:
                return False
            self._probed_at = now
        return True

    def succeeded(self) -> None:
        """The backend answered."""
        self._failures = 0
        self._pause_s = FIRST_PAUSE_S
        self._open_until = self._probed_at = None
        self.last_code = ""

    def failed(self, error: Upstream) -> None:
        """A call failed. What is the request's own fault (too long, refused) says nothing of the backend."""
        self._probed_at = None
        if error.code == "llm_rate_limited" and error.retry_after_s:
            self._cool_until = max(self._cool_until, self._now() + min(error.retry_after_s, LONGEST_PAUSE_S))
        if error.code not in COUNTED | AT_ONCE:
            return
        self.last_code = error.code
        self._failures += 1
        if error.code in AT_ONCE or self._failures >= THRESHOLD or self._open_until is not None:
            self._open(LONGEST_PAUSE_S if error.code in AT_ONCE else self._pause_s)

    def gave_up(self) -> None:
        """The caller left before anybody could tell how the call would end."""
        self._probed_at = None

    def _open(self, pause_s: float) -> None:
        self._open_until = self._now() + pause_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
