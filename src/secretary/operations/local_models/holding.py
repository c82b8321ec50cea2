"""A part in the hands of a coroutine: its work is done in a thread of its own, its progress told once a second."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar, TypeVarTuple

from secretary.kernel.leaving import to_the_end
from secretary.operations.local_models.part import Part

T = TypeVar("T")
Args = TypeVarTuple("Args")
REPORT_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes of the whole, and how many came in a second since this attempt began."""

    done: int
    total: int
    bytes_per_s: int = 0


Report = Callable[[Progress], Awaitable[None]]


class Held:
    """A locked part. One thread does everything, in order: what a cancelled caller began ends before the closing."""

    def __init__(self, part: Part, executor: ThreadPoolExecutor) -> None:
        self.part = part
        self._executor = executor

    async def do(self, work: Callable[[*Args], T], *args: *Args) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *args)


@asynccontextmanager
async def hold(target: Path) -> AsyncIterator[Held]:
    """The part of `target`, locked, and let go of whenever the caller is cancelled.

    Raises Conflict("model_being_pulled").
    """
    executor = ThreadPoolExecutor(1, thread_name_prefix="model-part")
    opened = executor.submit(Part.open, target)
    try:
        yield Held(await asyncio.wrap_future(opened), executor)
    finally:
        closed = executor.submit(_close, opened)
        executor.shutdown(wait=False)
        await to_the_end(asyncio.wrap_future(closed))


def _close(opened: Future[Part]) -> None:
    if not opened.cancelled() and opened.exception() is None:
        opened.result().close()


class Teller:
    """Tells how far it is, once a second at most, and never less than before. The listener may raise to end it."""

    def __init__(self, report: Report, total: int, monotonic: Callable[[], float]) -> None:
        self._report, self._total, self._monotonic = report, total, monotonic
        self._began = self._told = monotonic()
        self._begun_at = self._most = 0

    @property
    def is_due(self) -> bool:
        return self._monotonic() - self._told >= REPORT_EVERY_S

    async def begin(self, done: int) -> None:
        """From here on bytes come from the hub."""
        self._began, self._begun_at = self._monotonic(), done
        await self.tell(done, now=True)

    async def tell(self, done: int, *, now: bool = False) -> None:
        """Tell, if it is time or must be `now`."""
        if not now and not self.is_due:
            return
        at = self._monotonic()
        self._told, self._most = at, max(self._most, done)
        speed = (done - self._begun_at) / (at - self._began) if at > self._began else 0
        await self._report(Progress(self._most, self._total, max(round(speed), 0)))
