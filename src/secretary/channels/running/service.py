"""How instances are doing: who holds which, its state, and switching it on and off. Never commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from secretary.channels.events import InstanceSwitched
from secretary.channels.messenger import Identity, Messenger
from secretary.channels.models import ChannelInstance, ChannelRun, RunStatus
from secretary.channels.running import queries
from secretary.channels.running.logbook import Level, note
from secretary.kernel.errors import Conflict
from secretary.kernel.unit import Unit

LEASE = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class State:
    """How an instance is doing now; `error` is a code, `since` when that began."""

    status: RunStatus
    error: str
    since: datetime | None
    identity: dict[str, str]

    @property
    def is_running(self) -> bool:
        return self.status is RunStatus.RUNNING


def state_of(row: ChannelInstance, run: ChannelRun | None, now: datetime) -> State:
    """What a run says, read rightly: one whose process died does not run."""
    if run is None:
        return State(RunStatus.STOPPED, "", None, {})
    status = run.status
    wanted = row.enabled and row.auto_start
    if status in {RunStatus.RUNNING, RunStatus.STARTING} and (run.lease_until is None or run.lease_until < now):
        status = RunStatus.STARTING if wanted else RunStatus.STOPPED
    return State(status, run.error, run.since, run.identity)


async def hold(unit: Unit, instance_id: str, holder: str) -> bool:
    """Hold an instance for a while, or go on holding it. False: another process does."""
    if await queries.run(unit.db, instance_id) is None:
        await queries.add_run(unit.db, instance_id, unit.now())
    return await queries.take_lease(unit.db, instance_id, holder, unit.now(), unit.now() + LEASE)


async def let_go(unit: Unit, instance_id: str, holder: str) -> None:
    """Another process may have it at once."""
    await queries.free_lease(unit.db, instance_id, holder)


async def tell(
    unit: Unit, row: ChannelInstance, status: RunStatus, error: str = "", identity: Identity | None = None
) -> None:
    """Keep how an instance is doing; the panel hears of it."""
    values: dict[str, object] = {"status": status, "error": error[:64], "since": unit.now()}
    if identity is not None:
        values["identity"] = {"id": identity.id, "name": identity.name, "link": identity.link}
    await queries.tell(unit.db, row.id, values)
    level: Level = "error" if status is RunStatus.FAILED else "info"
    details = {"code": error} if error else {}
    note(unit, row.id, f"instance_{status.value}", level, **details)
    unit.record(InstanceSwitched(row.kind, row.id, status.value, owner_id=row.owner_id))


async def start(unit: Unit, messenger: Messenger, row: ChannelInstance, secrets: object) -> None:
    """Let an instance run, now and after every start of the program; one that runs begins anew. Raises Invalid for what
    is missing, Conflict for one that is switched off.
    """
    if not row.enabled:
        raise Conflict(
            "channel_disabled",
            en="This channel is switched off. Switch it on in its settings, then start it.",
            ru="Этот канал выключен. Включите его в настройках, потом запустите.",
        )
    messenger.ready(messenger.settings.model_validate(row.settings), secrets)
    await _switch(unit, row, "start", runs=True)


async def stop(unit: Unit, row: ChannelInstance) -> None:
    """Let an instance rest until it is started. What waits to be sent stays. Repeatable."""
    await _switch(unit, row, "stop", runs=False)


async def _switch(unit: Unit, row: ChannelInstance, action: str, *, runs: bool) -> None:
    row.auto_start, row.updated = runs, unit.now()
    await unit.db.flush()
    if not runs and await queries.run(unit.db, row.id) is not None:
        await queries.tell(unit.db, row.id, {"status": RunStatus.STOPPED, "error": "", "since": unit.now()})
    unit.record(InstanceSwitched(row.kind, row.id, action, owner_id=row.owner_id, by_hand=True))


async def states(unit: Unit, rows: Sequence[ChannelInstance]) -> dict[str, State]:
    """How each of these is doing."""
    runs = await queries.runs(unit.db, [row.id for row in rows])
    return {row.id: state_of(row, runs.get(row.id), unit.now()) for row in rows}
