"""One instance at work, in the process that holds it: it asks for updates where it polls, and sends what is queued."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from secretary.channels.files import Files
from secretary.channels.incoming import receipts
from secretary.channels.incoming.intake import Intake
from secretary.channels.letters import Writer, queue_of
from secretary.channels.messenger import RawUpdate
from secretary.channels.models import RunStatus
from secretary.channels.outgoing.live import Live
from secretary.channels.outgoing.pace import Pacer
from secretary.channels.outgoing.sender import FAREWELL_S, TOKEN, UNREACHABLE, Sender
from secretary.channels.running import queries, service
from secretary.channels.running.lines import Line, Lines
from secretary.kernel import outbox
from secretary.kernel.errors import Invalid, SecretaryError, Upstream
from secretary.kernel.jobs import Worker
from secretary.kernel.unit import UnitFactory

log = structlog.get_logger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 120.0
BORNE = 3
"""So many failures of polling in a row may pass before the instance has failed: providers hiccup every day."""
SLOTS = 8
POLL_S = 15.0
GRACE_S = 1.0


@dataclass(frozen=True, slots=True)
class Tools:
    """What every run needs. `public_url` is where providers reach us; empty where they cannot."""

    units: UnitFactory
    lines: Lines
    intake: Intake
    live: Live
    files: Files
    writers: Mapping[str, Writer]
    public_url: str


class Run:
    """Runs an instance until it is cancelled. A provider that fails is tried again, ever more rarely; one that does not
    know us any more is not, until the owner has changed something.
    """

    def __init__(self, tools: Tools, line: Line) -> None:
        self._tools = tools
        self._units = tools.units
        self.row = line.row
        self._line = line
        self._refusal: asyncio.Future[None] | None = None
        self._worker: Worker | None = None

    def wake(self) -> None:
        """Another process has queued something for it."""
        if self._worker is not None:
            self._worker.wake()

    async def run(self) -> None:
        """Work until cancelled, or until the provider refuses us for good."""
        wait_s = FIRST_WAIT_S
        while True:
            try:
                await self._tell(RunStatus.STARTING)
                await self._open()
                wait_s = FIRST_WAIT_S
                await self._work()
            except SecretaryError as error:
                await self._tell(RunStatus.FAILED, error.code)
                if isinstance(error, Invalid) or (isinstance(error, Upstream) and not error.retryable):
                    return
                asked_s = (error.retry_after_s or 0.0) if isinstance(error, Upstream) else 0.0
                await asyncio.sleep(max(wait_s, asked_s))
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def _open(self) -> None:
        self._line = line = await self._tools.lines.get(self.row.id)
        line.messenger.ready(line.settings, line.secrets)
        if line.messenger.polls and not self._polls and not self._tools.public_url:
            raise _no_public_url()
        url = webhook_url(line, self._tools.public_url)
        secret = self._tools.lines.webhook_secret(line.id)
        identity = await line.connection.open("" if self._polls else url, secret)
        async with self._units.write() as unit:
            await service.tell(unit, self.row, RunStatus.RUNNING, identity=identity)

    @property
    def _polls(self) -> bool:
        return polls(self._line, self._tools.public_url)

    async def _work(self) -> None:
        """Send and receive until one of both ends; that is always an error. What is being sent has a moment to end."""
        self._refusal = asyncio.get_running_loop().create_future()
        self._worker = worker = self._sending()
        sending = asyncio.create_task(worker.run(), name="sender")
        tasks: list[asyncio.Future[None]] = [sending, self._refusal]
        if self._polls:
            tasks.append(asyncio.create_task(self._poll(), name="poll"))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._worker = None
            worker.stop()
            await asyncio.wait({sending}, timeout=GRACE_S + FAREWELL_S + GRACE_S)  # by then it has ended by itself
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    def _sending(self) -> Worker:
        line = self._line
        pacer = Pacer(line.messenger.capabilities.pace)
        sender = Sender(
            self._units,
            self._tools.lines,
            line.id,
            pacer,
            self._tools.writers,
            self._tools.live.settled,
            self._refuse,
            self._tools.files.outgoing,
        )
        kind = outbox.PREFIX + queue_of(line.kind, line.id)
        return Worker(
            self._units,
            {kind: sender.handle},
            slots=SLOTS,
            lease_s=service.LEASE.total_seconds(),  # whoever takes the instance over has its messages then, too
            poll_s=POLL_S,
            grace_s=GRACE_S,
            has_schedules=False,
            is_told=True,
        )

    def _refuse(self, error: Upstream) -> None:
        if self._refusal is not None and not self._refusal.done() and error.code == TOKEN:
            self._refusal.set_exception(error)

    async def _poll(self) -> None:
        """Ask for updates until the provider cannot be reached for a while; sending goes on in its hiccups."""
        failures = 0
        while True:
            try:
                async for batch in self._batches():
                    failures = 0
                    await self._take(batch)
            except Upstream as error:
                failures += 1
                if error.code != UNREACHABLE or not error.retryable or failures > BORNE:
                    raise
                log.info("channel_not_polled", instance_id=self.row.id, failures=failures)
            await asyncio.sleep(FIRST_WAIT_S * failures)

    async def _batches(self) -> AsyncIterator[Sequence[RawUpdate]]:
        async with self._units.read() as unit:
            run = await queries.run(unit.db, self.row.id)
        async for batch in self._line.connection.poll(run.cursor if run is not None else None):
            yield batch

    async def _take(self, batch: Sequence[RawUpdate]) -> None:
        """Store a batch before the next is asked for: that confirms it."""
        if not batch:
            return
        updates = [replace(update, follows=None) for update in batch]
        async with self._units.write() as unit:
            await receipts.store(unit, self.row.id, updates)
            await queries.tell(unit.db, self.row.id, {"cursor": max(update.order for update in updates)})
        self._tools.intake.stored(self.row.id, updates)

    async def _tell(self, status: RunStatus, error: str = "") -> None:
        async with self._units.write() as unit:
            await service.tell(unit, self.row, status, error)


def polls(line: Line, public_url: str) -> bool:
    """Does this instance ask for its updates?"""
    mode = getattr(line.settings, "mode", "auto")
    return line.messenger.polls and (mode == "polling" or (mode == "auto" and not public_url.startswith("https://")))


def _no_public_url() -> Invalid:
    return Invalid(
        "channel_needs_public_url",
        en="A webhook needs SECRETARY_PUBLIC_URL, the https address under which the internet reaches the secretary. "
        "Set it and start again, or choose polling.",
        ru="Для вебхука нужна переменная SECRETARY_PUBLIC_URL: https-адрес, по которому секретарь виден из интернета. "
        "Задайте её и перезапустите секретаря или выберите опрос.",
    )


def webhook_url(line: Line, public_url: str) -> str:
    """Where the provider brings updates; the path alone where nobody said where we are reached."""
    return f"{public_url.rstrip('/')}/webhooks/{line.kind}/{line.row.webhook_key}"
