"""The supervisor: keeps every instance that shall run running, in one process at a time, and no other in its way.

It looks when something changed, and every few seconds: to go on holding what it holds, and to take over what a dead
process left.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog

from secretary.channels import queries as instances
from secretary.channels.events import InstanceChanged, InstanceCreated, InstanceDeleted, InstanceSwitched
from secretary.channels.models import RunStatus
from secretary.channels.running import queries, service
from secretary.channels.running.lines import Line
from secretary.channels.running.run import Run, Tools
from secretary.kernel.broadcast import Broadcast
from secretary.kernel.clock import uuid7
from secretary.kernel.errors import Internal, SecretaryError
from secretary.kernel.jobs import WorkAvailable
from secretary.kernel.outbox import PREFIX

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 5.0  # a third of the lease
SWEEP_EVERY = 6
CHANGED, WORK = "channels.changed", "channels.work"


class Supervisor:
    """Owns a task for itself and one for each instance that it holds."""

    def __init__(self, tools: Tools, broadcast: Broadcast, holder: str | None = None) -> None:
        self._tools = tools
        self._units = tools.units
        self._holder = holder or uuid7()
        self._runs: dict[str, tuple[Run, asyncio.Task[None]]] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._broadcast = broadcast
        self._ended: list[Callable[[], None]] = []

    async def start(self, *, alone: bool) -> None:
        """Begin. `alone`: nobody else can be alive, so whatever is held was left by the dead."""
        if alone:
            async with self._units.write() as unit:
                await queries.free_all(unit.db)
        bus = self._units.bus
        for kind in (InstanceCreated, InstanceChanged, InstanceDeleted, InstanceSwitched):
            self._ended.append(bus.subscribe(kind, self._changed))
        self._ended.append(bus.subscribe(WorkAvailable, self._work))
        self._ended.append(self._broadcast.subscribe(CHANGED, lambda _: self._wake.set()))
        self._ended.append(self._broadcast.subscribe(WORK, self._work_elsewhere))
        await self._tools.intake.sweep(everything=alone)
        self._task = asyncio.create_task(self._look(), name="supervisor")

    async def close(self) -> None:
        """Stop every instance and let go of it. Repeatable."""
        while self._ended:
            self._ended.pop()()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        await asyncio.gather(*(self._end(instance_id) for instance_id in list(self._runs)))

    def _changed(self, happened: object) -> None:
        """Somebody changed an instance; what we tell of our own runs is no reason to look."""
        if isinstance(happened, InstanceSwitched) and not happened.by_hand:
            return
        self._wake.set()
        self._broadcast.publish(CHANGED, b"")

    def _work(self, available: WorkAvailable) -> None:
        """Tell the process that holds an instance that something is queued for it; what we hold ourselves knows."""
        instance_id = available.kind.rpartition(":")[2]
        if available.kind.startswith(PREFIX) and ":" in available.kind and instance_id not in self._runs:
            self._broadcast.publish(WORK, instance_id.encode())

    def _work_elsewhere(self, message: bytes) -> None:
        held = self._runs.get(message.decode())
        if held is not None:
            held[0].wake()

    async def _look(self) -> None:
        rounds = 0
        while True:
            self._wake.clear()
            try:
                await self._round()
                rounds += 1
                if rounds % SWEEP_EVERY == 0:
                    await self._tools.intake.sweep()
            except (SecretaryError, OSError):
                log.exception("instances_not_looked_after")
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._wake.wait()

    async def _round(self) -> None:
        async with self._units.read() as unit:
            rows = await instances.to_run(unit.db, self._tools.lines.messengers)
        wanted = {row.id: row.updated for row in rows}
        for instance_id, (run, task) in list(self._runs.items()):
            if wanted.get(instance_id) != run.row.updated or _is_broken(task):
                await self._end(instance_id)
        for instance_id in wanted:
            await self._keep(instance_id)

    async def _keep(self, instance_id: str) -> None:
        async with self._units.write() as unit:
            is_ours = await service.hold(unit, instance_id, self._holder)
        if not is_ours and instance_id in self._runs:
            await self._end(instance_id, is_ours=False)
        elif is_ours and instance_id not in self._runs:
            await self._begin(instance_id)

    async def _begin(self, instance_id: str) -> None:
        try:
            await self._tools.lines.drop(instance_id)
            line: Line = await self._tools.lines.get(instance_id)
        except SecretaryError as error:  # a secret that nobody can read: the others go on
            await self._cannot(instance_id, error)
            return
        run = Run(self._tools, line)
        task = asyncio.create_task(run.run(), name=f"instance {instance_id}")
        task.add_done_callback(_tell)
        self._runs[instance_id] = run, task

    async def _cannot(self, instance_id: str, error: SecretaryError) -> None:
        async with self._units.write() as unit:
            row = await instances.instance_by_id(unit.db, instance_id)
            if row is not None:
                await service.tell(unit, row, RunStatus.FAILED, error.code)

    async def _end(self, instance_id: str, *, is_ours: bool = True) -> None:
        run, task = self._runs.pop(instance_id)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await self._tools.lines.drop(instance_id)
        if not is_ours:
            return
        try:
            async with self._units.write() as unit:
                await service.let_go(unit, instance_id, self._holder)
                if await instances.instance_by_id(unit.db, instance_id) is not None:
                    await service.tell(unit, run.row, RunStatus.STOPPED)
        except (Internal, OSError):
            log.warning("instance_not_let_go", instance_id=instance_id)  # its lease runs out


def _is_broken(task: asyncio.Task[None]) -> bool:
    """Ended by a fault of ours; one that its provider refused ends in good order, and waits for its owner."""
    return task.done() and not task.cancelled() and task.exception() is not None


def _tell(ended: asyncio.Task[None]) -> None:
    """A run that ends by a fault of ours must not go unseen."""
    error = None if ended.cancelled() else ended.exception()
    if error is not None:
        log.error("instance_ended", exc_info=error)
