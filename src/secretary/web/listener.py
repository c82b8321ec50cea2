"""Whether a caller still listens: what is done for one who has left is ended."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from starlette.requests import ClientDisconnect
from starlette.types import Receive

SOON_S = 0.25


class WhileListened:
    """A block that ends with `ClientDisconnect` once the caller has left, as `asyncio.timeout` ends one by the clock.

    The body of the request must have been read. Most answers are there before anybody need look, so the first look
    is taken `after_s` seconds later; from then on `on_quiet` is called every `quiet_s`.
    """

    __slots__ = (
        "_after_s",
        "_cancelling",
        "_fault",
        "_is_over",
        "_on_quiet",
        "_quiet_s",
        "_receive",
        "_task",
        "_timer",
        "_watching",
    )

    def __init__(
        self,
        receive: Receive,
        *,
        after_s: float = SOON_S,
        quiet_s: float | None = None,
        on_quiet: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._receive = receive
        self._after_s = after_s
        self._quiet_s = quiet_s
        self._on_quiet = on_quiet
        self._watching: asyncio.Task[None] | None = None
        self._fault: BaseException | None = None
        self._is_over = False
        self._cancelling = 0
        self._task: asyncio.Task[object]
        self._timer: asyncio.TimerHandle

    async def __aenter__(self) -> Self:
        if (task := asyncio.current_task()) is None:
            raise RuntimeError("a request is answered in a task")
        self._task, self._cancelling = task, task.cancelling()
        self._timer = task.get_loop().call_later(self._after_s, self._look)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self._fault is None:
            return
        if self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise self._fault from error

    def _look(self) -> None:
        self._watching = self._task.get_loop().create_task(self._until_left())
        self._watching.add_done_callback(self._end)

    def _end(self, watching: asyncio.Task[None]) -> None:
        if not watching.cancelled() and not self._is_over:
            self._fault = watching.exception() or ClientDisconnect()
            self._task.cancel()

    async def _until_left(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._quiet_s):
                    if (await self._receive())["type"] == "http.disconnect":
                        return
            except TimeoutError:
                if self._on_quiet is not None:
                    await self._on_quiet()
