"""What a fake service keeps of what happened to it, what it can be told to do wrong, and how fast it may be asked."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Literal


@dataclass(slots=True)
class Call:
    """One request of the product: the provider's method, its parameters, and how it was answered (0: not at all)."""

    method: str
    body: dict[str, Any]
    chat: str = ""
    account: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    at: float = field(default_factory=monotonic)
    status: int = 0


@dataclass(slots=True)
class Arrival:
    """Something that a chat now shows. `id` is the provider's; `is_gone` once it was deleted."""

    id: str
    text: str
    method: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    at: float = field(default_factory=monotonic)
    edits: int = 0
    is_gone: bool = False
    account: str = ""


@dataclass(slots=True)
class Fault:
    """What shall go wrong, `times` times (-1: for ever), with calls of these methods and this chat (all where empty).

    `refuse`: answered with `status` (429 with `retry_after`) in the provider's own words; `hang`: never answered;
    `close`: the connection is cut; `slow`: answered after `delay_s`. With `is_done` the work was done all the same:
    what a crash between sending and recording looks like from outside. `every` spares all but each n-th call.
    """

    kind: Literal["refuse", "hang", "close", "slow"] = "refuse"
    status: int = 500
    retry_after: int = 0
    delay_s: float = 0.0
    methods: Sequence[str] = ()
    chat: str = ""
    account: str = ""
    times: int = 1
    every: int = 1
    is_done: bool = False
    words: str = ""
    seen: int = 0

    def is_for(self, call: Call) -> bool:
        return (
            self.times != 0
            and (not self.methods or call.method in self.methods)
            and (not self.chat or self.chat == call.chat)
            and (not self.account or self.account == call.account)
        )

    def strikes(self) -> bool:
        self.seen += 1
        if self.seen % self.every:
            return False
        self.times -= self.times > 0
        return True


@dataclass(slots=True)
class Rates:
    """How many messages a second are taken in all, and seconds between those of one chat; 0 is no limit."""

    per_second: int = 0
    per_chat_s: float = 0.0
    _recent: deque[float] = field(default_factory=deque)
    _last: dict[str, float] = field(default_factory=dict)

    def wait_s(self, chat: str, now: float | None = None) -> float:
        """0 and counted, or for how long nothing is taken."""
        now = monotonic() if now is None else now
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if self.per_second and len(self._recent) >= self.per_second:
            return self._recent[0] + 1 - now
        if self.per_chat_s and (left := self._last.get(chat, -1e9) + self.per_chat_s - now) > 0:
            return left
        self._recent.append(now)
        self._last[chat] = now
        return 0.0
