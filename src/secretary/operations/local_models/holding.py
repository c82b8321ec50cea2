"""A part in the hands of a coroutine: its work is done in a thread of its own, its progress told once a second."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar, TypeVarTuple

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
    """The part of `target`, locked. Raises Conflict("model_being_pulled")."""
    executor = ThreadPoolExecutor(1, thread_name_prefix="model-part")
    try:
        held = Held(await asyncio.get_running_loop().run_in_executor(executor, Part.open, target), executor)
        try:
            yield held
        finally:
            await held.do(held.part.close)
    finally:
        executor.shutdown(wait=False)


class Teller:
    """Tells how far it is, once a second at most, and never less than before."""

    def __init__(self, report: Report, total: int, begun_at: int, monotonic: Callable[[], float]) -> None:
        self._report, self._total, self._begun_at, self._monotonic = report, total, begun_at, monotonic
        self._began = self._told = monotonic()
        self._most = 0

    @property
    def is_due(self) -> bool:
        return self._monotonic() - self._told >= REPORT_EVERY_S

    async def tell(self, done: int, *, now: bool = False) -> None:
        """Raises what the listener does: he may want it to end."""
        if not now and not self.is_due:
            return
        at = self._monotonic()
        self._told, self._most = at, max(self._most, done)
        speed = (done - self._begun_at) / (at - self._began) if at > self._began else 0
        await self._report(Progress(self._most, self._total, max(round(speed), 0)))
