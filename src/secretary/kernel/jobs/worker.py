"""The worker: claims jobs, runs their handlers side by side, keeps their leases, and goes home in good order."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

import structlog

from secretary.kernel.errors import Internal
from secretary.kernel.jobs import queue, schedules
from secretary.kernel.jobs.retry import Retry, failure_of
from secretary.kernel.jobs.shapes import ClaimedJob, LeaseLost, WorkAvailable
from secretary.kernel.unit import Unit, UnitFactory

log = structlog.get_logger(__name__)

Handler = Callable[[ClaimedJob], Awaitable[None]]
BURY_EVERY_S = 1.0
DATABASE_DOWN = (Internal, OSError)  # what a unit makes of a database that does not answer


class Worker:
    """Runs the jobs of the kinds it has handlers for, `slots` at once, until `stop`, and fires their schedules where
    they may have any.

    It wakes when a unit of this process commits a job, when a job of its own ends for which another waits, when the
    next one falls due, and every `poll_s` for what other processes enqueue; `is_told` promises that those `wake` it. A
    worker that dies loses its leases after `lease_s`, and its jobs run elsewhere.
    """

    def __init__(
        self,
        units: UnitFactory,
        handlers: Mapping[str, Handler],
        *,
        slots: int = 4,
        lease_s: float = 60.0,
        poll_s: float = 5.0,
        grace_s: float = 10.0,
        retry: Retry | None = None,
        luck: Callable[[], float] = random.random,
        has_schedules: bool = True,
        is_told: bool = False,
    ) -> None:
        self._units = units
        self._handlers = dict(handlers)
        self._slots, self._lease_s, self._poll_s, self._grace_s = slots, lease_s, poll_s, grace_s
        self._retry = retry or Retry()
        self._luck = luck
        self._wake = asyncio.Event()
        self._is_stopping = False
        self._has_schedules = has_schedules
        self._running: dict[asyncio.Task[bool], str] = {}
        self._completed: set[str] = set()
        self._announced = 0  # enqueued in this process since the table was looked at
        self._is_waiting = True  # may anything wait for a slot, or for its lane?
        self._is_looking = False
        self._is_told = is_told
        self._is_stale = True  # has anything happened that only the table can tell of?
        self._look_at = 0.0  # when there will be something to do, by the loop's clock
        self._bury_at = datetime.min.replace(tzinfo=UTC)

    async def run(self) -> None:
        """Work until `stop`, or until cancelled: then running handlers are cancelled and their jobs given back."""
        unsubscribe = self._units.bus.subscribe(WorkAvailable, self._on_work)
        try:
            while not self._is_stopping:
                self._wake.clear()
                await self._wait(await self._start_jobs())
            await self._wait_for_running(self._grace_s)
        finally:
            unsubscribe()
            for task in self._running:
                task.cancel()
            await self._wait_for_running(None)

    def stop(self) -> None:
        """Take no more jobs; `run` returns once those that run have ended, `grace_s` seconds at most."""
        self._is_stopping = True
        self._wake.set()

    def wake(self) -> None:
        """Another process has enqueued something."""
        self._is_stale = True
        self._wake.set()

    def _on_work(self, available: WorkAvailable) -> None:
        """A job of ours that its handler has completed wakes us when the handler ends, which is at once as a rule."""
        if available.after and available.after in self._running.values():
            self._completed.add(available.after)
        elif available.kind in self._handlers:
            self._announced += 1
            self._wake.set()

    async def _start_jobs(self) -> float | None:
        """Fill the free slots. Returns for how long there will be nothing to do, or None: until something ends."""
        free = self._slots - len(self._running)
        if free <= 0:
            self._is_waiting = True
            return None
        announced, is_stale = self._announced, self._is_stale
        self._announced, self._is_stale, self._is_looking = 0, False, True
        try:
            async with self._units.write() as unit:
                if self._has_schedules:
                    await schedules.fire_due(unit, self._handlers.keys())
                jobs = await self._claim(unit, free)
                if len(jobs) < free and (is_stale or not self._is_all(announced, jobs)):
                    await self._look_ahead(unit)
        except DATABASE_DOWN:
            log.exception("jobs_unreachable")
            self._is_stale = True
            return self._poll_s
        finally:
            self._is_looking = False
        for job in jobs:
            self._start(job)
        if len(jobs) == free:
            self._is_waiting = True
            return None
        return max(self._look_at - asyncio.get_running_loop().time(), 0.0)

    def _is_all(self, announced: int, jobs: list[ClaimedJob]) -> bool:
        """Is it as it was, but for what was enqueued just now and claimed? Then the table need not be asked."""
        is_known = not self._is_waiting and asyncio.get_running_loop().time() < self._look_at
        return is_known and 0 < announced <= len(jobs)

    async def _claim(self, unit: Unit, free: int) -> list[ClaimedJob]:
        buries = unit.now() >= self._bury_at
        if buries:
            self._bury_at = unit.now() + timedelta(seconds=BURY_EVERY_S)
        kinds = self._handlers.keys()
        return await queue.claim(unit, kinds, unit.new_id(), self._lease_s, free, buries=buries)

    async def _look_ahead(self, unit: Unit) -> None:
        """What is due and was not claimed waits for its lane; what is not due yet, and schedules, have their time."""
        due, self._is_waiting = await queue.next_due(unit, self._handlers.keys())
        planned = await schedules.next_due(unit, self._handlers.keys()) if self._has_schedules else None
        first = min((moment for moment in (due, planned) if moment is not None), default=None)
        wait_s = self._poll_s if first is None else (first - unit.now()).total_seconds()
        self._look_at = asyncio.get_running_loop().time() + min(max(wait_s, 0.0), self._poll_s)

    async def _wait(self, timeout_s: float | None) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                await self._wake.wait()
        except TimeoutError:
            return

    def _start(self, job: ClaimedJob) -> None:
        task = asyncio.create_task(self._run_one(job), name=f"job {job.kind}")
        self._running[task] = job.id
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[bool]) -> None:
        self._completed.discard(self._running.pop(task))
        error = None if task.cancelled() else task.exception()
        if error is not None:  # the lease runs out, and the job runs again
            log.error("job_result_lost", exc_info=error)
        is_done = not task.cancelled() and error is None and task.result()
        if self._is_waiting or self._is_looking or not self._is_told or not is_done:
            self._is_stale = True
            self._wake.set()

    async def _run_one(self, job: ClaimedJob) -> bool:
        """Is it done, so that nothing more is to be expected of it?"""
        handling = asyncio.ensure_future(self._handlers[job.kind](job))
        try:
            is_ours = await self._keep_lease(job, handling)
        except asyncio.CancelledError:
            await self._drop(handling)
            await self._give_back(job)
            raise
        if not is_ours:
            await self._drop(handling)
            log.warning("job_lease_lost", job_id=job.id, kind=job.kind)
            return False
        return await self._record(job, handling)

    async def _keep_lease(self, job: ClaimedJob, handling: asyncio.Future[None]) -> bool:
        """Renew the lease until the handler ends. Is the job still ours?"""
        good_until = self._units.clock().timestamp() + self._lease_s
        while not (await asyncio.wait({handling}, timeout=self._lease_s / 3))[0]:
            asked_at = self._units.clock().timestamp()
            try:
                async with self._units.write() as unit:
                    await queue.heartbeat(unit, job, self._lease_s)
                good_until = asked_at + self._lease_s
            except LeaseLost:
                return handling.done()
            except DATABASE_DOWN:
                log.exception("job_heartbeat_failed", job_id=job.id)
                if asked_at >= good_until:
                    return False
        return True

    async def _record(self, job: ClaimedJob, handling: asyncio.Future[None]) -> bool:
        error = asyncio.CancelledError() if handling.cancelled() else handling.exception()
        if error is None and job.id in self._completed:
            return True
        try:
            async with self._units.write() as unit:
                if error is None:
                    await queue.complete(unit, job)
                    return True
                failure = failure_of(error)
                wait_s = self._retry.wait_s(job.attempt, self._luck(), failure.retry_after_s)
                is_dead = await queue.fail(unit, job, failure, wait_s)
        except LeaseLost:
            log.warning("job_lease_lost", job_id=job.id, kind=job.kind)
            return False
        log.warning("job_failed", job_id=job.id, kind=job.kind, code=failure.code, is_dead=is_dead, exc_info=error)
        return False

    async def _give_back(self, job: ClaimedJob) -> None:
        try:
            async with self._units.write() as unit:
                await queue.release(unit, job)
        except (LeaseLost, *DATABASE_DOWN):
            log.warning("job_not_released", job_id=job.id, kind=job.kind)  # its lease runs out

    async def _drop(self, handling: asyncio.Future[None]) -> None:
        handling.cancel()
        await asyncio.wait({handling})

    async def _wait_for_running(self, timeout_s: float | None) -> None:
        if self._running:
            await asyncio.wait(set(self._running), timeout=timeout_s)
