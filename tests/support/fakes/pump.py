"""Brings updates to a webhook as providers do: several at once, and again until the answer is 2xx.

Out of order and twice when told to; the draw is seeded, so that a run can be repeated.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Literal

import aiohttp

Signature = Literal["right", "wrong", "empty", "absent"]
Sign = Callable[[bytes, Signature], Mapping[str, str]]
"""The headers that go with a body: a signature of it, or a secret."""


@dataclass(slots=True)
class Habits:
    """How deliveries go. `twice` is the share that comes once more although it was taken; `shuffle` is how many of
    the next updates are drawn from (1: in order), and how often the first of them is passed over at most;
    `connections` may be under way at once. `told` hears of every delivery: what was brought, when it began by the
    loop's clock, and whether it was taken.
    """

    connections: int = 1
    twice: float = 0.0
    shuffle: int = 1
    retry_s: float = 0.2
    timeout_s: float = 30.0
    told: Callable[[bytes, float, bool], None] | None = None


async def post(url: str, body: bytes, headers: Mapping[str, str], timeout_s: float = 30.0) -> int:
    """One delivery; the status of its answer. Raises what aiohttp raises."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout_s)) as session:
        async with session.post(url, data=body, headers={"Content-Type": "application/json", **headers}) as answer:
            await answer.read()
            return answer.status


class Pump:
    """Deliveries to one webhook. `failures` counts what was not taken at once, `last_error` says the newest."""

    def __init__(self, url: str, sign: Sign, habits: Habits | None = None, seed: int = 0) -> None:
        self.url = url
        self.habits = habits or Habits()
        self.delivered = 0
        self.failures = 0
        self.last_error = ""
        self._sign = sign
        self._random = Random(seed)
        self._waiting: list[tuple[bytes, bool]] = []
        self._under_way: list[bytes] = []
        self._passed_over = 0
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None

    @property
    def pending(self) -> int:
        """Not taken yet."""
        return len(self._waiting) + len(self._under_way)

    def put(self, body: bytes) -> None:
        """Deliver this; never waits."""
        self._waiting.append((body, self._random.random() < self.habits.twice))
        self._wake.set()

    def start(self) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.habits.timeout_s))
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._work()) for _ in range(self.habits.connections)]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        if self._session is not None:
            await self._session.close()

    def take_back(self) -> list[bytes]:
        """What was not taken, after `stop`."""
        return [*self._under_way, *(body for body, _ in self._waiting)]

    async def until_empty(self, within_s: float = 10.0) -> None:
        """Wait until everything was taken. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while self.pending:
                await asyncio.sleep(0.005)

    async def _work(self) -> None:
        while True:
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            body, again = self._waiting.pop(self._draw())
            self._under_way.append(body)
            began = asyncio.get_running_loop().time()
            taken = await self._deliver(body)
            self._under_way.remove(body)
            if self.habits.told is not None:
                self.habits.told(body, began, taken)
            if not taken or again:
                self._waiting.insert(min(len(self._waiting), self.habits.shuffle), (body, again and not taken))
            if not taken:
                await asyncio.sleep(self.habits.retry_s)

    def _draw(self) -> int:
        """Whose turn it is; nobody waits for ever."""
        is_long = self._passed_over >= self.habits.shuffle
        drawn = 0 if is_long else self._random.randrange(min(self.habits.shuffle, len(self._waiting)))
        self._passed_over = self._passed_over + 1 if drawn else 0
        return drawn

    async def _deliver(self, body: bytes) -> bool:
        headers = {"Content-Type": "application/json", **self._sign(body, "right")}
        assert self._session is not None
        try:
            async with self._session.post(self.url, data=body, headers=headers) as answer:
                await answer.read()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.failures += 1
            self.last_error = type(error).__name__
            return False
        taken = 200 <= status < 300
        self.delivered += taken
        self.failures += not taken
        self.last_error = "" if taken else f"Wrong response from the webhook: {status}"
        return taken
