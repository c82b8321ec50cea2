"""Broadcasting between processes over a line that may break: what PostgreSQL and Redis have in common."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import structlog

from secretary.kernel.broadcast.local import LocalBroadcast
from secretary.kernel.clock import uuid7

log = structlog.get_logger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
WAITING_MESSAGES = 1_000  # while the line is down; what comes on top is lost, as news may be


class LineDown(Exception):
    """The line broke, or could not be opened; it is opened again."""


class RemoteBroadcast(LocalBroadcast, ABC):
    """Owns one task that keeps the line open. A message travels as `sender topic message`; ours are not heard twice."""

    def __init__(self) -> None:
        super().__init__()
        self._sender = uuid7().encode()
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue(WAITING_MESSAGES)
        self._task: asyncio.Task[None] | None = None
        self.is_up = asyncio.Event()

    @abstractmethod
    def receive(self) -> AsyncGenerator[bytes, None]:
        """Open the line, set `is_up`, and give what comes. Raises LineDown."""

    @abstractmethod
    async def send(self, message: bytes) -> None:
        """Raises LineDown."""

    async def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._keep_open(), name="broadcast")

    def publish(self, topic: str, message: bytes) -> None:
        super().publish(topic, message)
        with suppress(asyncio.QueueFull):
            self._outgoing.put_nowait(b" ".join((self._sender, topic.encode(), message)))

    async def close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _keep_open(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._listen())
                    both.create_task(self._talk())
            except* LineDown as broken:
                pause_s = FIRST_PAUSE_S if self.is_up.is_set() else min(pause_s * 2, LONGEST_PAUSE_S)
                self.is_up.clear()
                log.warning("broadcast_down", reason=str(broken.exceptions[0]), pause_s=pause_s)
            await asyncio.sleep(pause_s)

    async def _listen(self) -> None:
        async with aclosing(self.receive()) as messages:
            async for message in messages:
                sender, topic, body = message.split(b" ", 2)
                if sender != self._sender:
                    self.hear(topic.decode(), body)
        raise LineDown("ended")

    async def _talk(self) -> None:
        await self.is_up.wait()
        while True:
            await self.send(await self._outgoing.get())
