"""Keeps one child process alive: starts it, restarts it with growing pauses, ends it with us."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from secretary.adapters.llm.local.child import Child
from secretary.adapters.llm.local.state import LocalModelCode, LocalModelState

_NOTICE_S: Final = 0.5  # from the death of a child to the event loop's hearing of it, with a wide margin

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a start may take, and the pauses before another: doubled after each failure, reset by a success."""

    start_s: float = 180.0
    first_pause_s: float = 0.2
    longest_pause_s: float = 60.0


class Supervisor:
    """`launch` starts one child, or says why it cannot.

    A fault that only a person can mend ends the trying until `start` is called again.
    """

    def __init__(self, launch: Callable[[], Awaitable[Child | LocalModelCode]], patience: Patience) -> None:
        self._launch = launch
        self._patience = patience
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()
        self.child: Child | None = None
        self.state = LocalModelState(LocalModelCode.STOPPED)

    def start(self) -> None:
        """Begin in the background; nothing where it runs already."""
        if self._task is None or self._task.done():
            self.state = LocalModelState(LocalModelCode.STARTING)
            self._task = asyncio.get_running_loop().create_task(self._keep_alive(), name="local-model")

    async def is_ready(self, within_s: float) -> bool:
        """Wait until the child serves; False where it does not within the time, or cannot."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s), self._changed:
                await self._changed.wait_for(lambda: self._is_settled)
        return self.state.code is LocalModelCode.READY

    async def notice(self) -> None:
        """After a connection broke: wait a moment for the news that the child has died."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_NOTICE_S), self._changed:
                await self._changed.wait_for(lambda: self.state.code is not LocalModelCode.READY)

    async def stop(self) -> None:
        """End the child and the watch over it. May be called again."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._become(LocalModelCode.STOPPED)

    @property
    def _is_settled(self) -> bool:
        return self.state.code in {LocalModelCode.READY, LocalModelCode.FAILED} or self.state.is_hopeless

    async def _keep_alive(self) -> None:
        pause_s = self._patience.first_pause_s
        while True:
            code = await self._run_once()
            if LocalModelState(code).is_hopeless:
                await self._become(code)
                _log.warning("local_model_unusable", state=code.value, reason=self.state.text("en"))
                return
            pause_s = self._patience.first_pause_s if code is LocalModelCode.RESTARTING else pause_s * 2
            await self._become(code)
            _log.warning("local_model_down", state=code.value, pause_s=pause_s)
            await asyncio.sleep(min(pause_s, self._patience.longest_pause_s))

    async def _run_once(self) -> LocalModelCode:
        """One life of a child: RESTARTING where it had served before it died, else why it never did."""
        child = await self._launch()
        if isinstance(child, LocalModelCode):
            return child
        try:
            self.child = child
            code = await child.loaded(self._patience.start_s)
            if code is not LocalModelCode.READY:
                return code
            await self._become(code)
            await child.ended()
            return LocalModelCode.RESTARTING
        finally:
            self.child = None
            await child.stop()

    async def _become(self, code: LocalModelCode) -> None:
        self.state = LocalModelState(code)
        async with self._changed:
            self._changed.notify_all()
