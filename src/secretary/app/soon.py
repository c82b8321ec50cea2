"""Jobs that are due soon after something has happened: one for all that happens within a moment."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from secretary.kernel.errors import SecretaryError
from secretary.kernel.events import Event
from secretary.kernel.jobs import NewJob, enqueue
from secretary.kernel.unit import UnitFactory

log = structlog.get_logger(__name__)

SOON_S = 1.0
Sleep = Callable[[float], Awaitable[None]]


class Soon:
    """Enqueues `job` a moment after any of `kinds`. A turn that is ending pays nothing for it.

    What happened just before the process ends is left to the job's schedule.
    """

    def __init__(
        self,
        units: UnitFactory,
        job: NewJob,
        *kinds: type[Event],
        after_s: float = SOON_S,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._units, self._job, self._after_s, self._sleep = units, job, after_s, sleep
        self._task: asyncio.Task[None] | None = None
        self._happened = 0
        for kind in kinds:
            units.bus.subscribe(kind, self._on_event)

    async def close(self) -> None:
        """Enqueue nothing more. Repeatable."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _on_event(self, _: Event) -> None:
        self._happened += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name=f"soon {self._job.kind}")

    async def _run(self) -> None:
        done = 0
        while done != self._happened:
            await self._sleep(self._after_s)
            done = self._happened
            try:
                async with self._units.write() as unit:
                    await enqueue(unit, self._job)
            except SecretaryError as error:
                log.warning("job_not_enqueued", kind=self._job.kind, code=error.code)
