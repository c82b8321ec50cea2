"""Messengers, joined: the kinds there are, what comes, what goes out, and who looks after the instances."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import time

from secretary.adapters.channels.telegram.messenger import TelegramMessenger
from secretary.adapters.channels.whatsapp.messenger import WhatsAppMessenger
from secretary.assistant.handover import jobs as handover
from secretary.assistant.ports import Turns
from secretary.channels.files import Files
from secretary.channels.incoming import receipts
from secretary.channels.incoming.hearing import Hearing
from secretary.channels.incoming.intake import Intake
from secretary.channels.incoming.limits import NOTICE, Limits, write_notice
from secretary.channels.messenger import Messenger
from secretary.channels.outgoing.live import Live
from secretary.channels.outgoing.outlet import MessengerOutlet
from secretary.channels.owner import jobs as owner
from secretary.channels.owner.desk import OwnerDesk
from secretary.channels.owner.writing import writers
from secretary.channels.running import logbook
from secretary.channels.running.lines import Lines
from secretary.channels.running.run import Tools
from secretary.channels.running.supervisor import Supervisor
from secretary.channels.webhooks import Webhooks
from secretary.kernel.broadcast import Broadcast
from secretary.kernel.clock import uuid7
from secretary.kernel.http import HttpClient
from secretary.kernel.jobs import ClaimedJob, Daily, Handler, NewSchedule, complete
from secretary.kernel.limits import WindowLimiter
from secretary.kernel.secrets import Vault
from secretary.kernel.unit import UnitFactory
from secretary.settings import Settings

TIDY = "channels.tidy"
UNLIMITED = 1_000_000_000
HOUR_S = 3600


def kinds(http: HttpClient) -> Mapping[str, Messenger]:
    """Every kind of messenger, by name."""
    found: Sequence[Messenger] = (TelegramMessenger(http), WhatsAppMessenger(http))
    return {messenger.kind: messenger for messenger in found}


@dataclass(frozen=True, slots=True)
class Messaging:
    """Everything about messengers that the program needs."""

    messengers: Mapping[str, Messenger]
    outlet: MessengerOutlet
    lines: Lines
    files: Files
    live: Live
    intake: Intake
    webhooks: Webhooks
    supervisor: Supervisor

    def handlers(self, units: UnitFactory) -> Mapping[str, Handler]:
        """What a worker runs."""

        async def tidy(job: ClaimedJob) -> None:
            async with units.write() as unit:
                await receipts.forget_old(unit)
                await logbook.trim(unit)
                await complete(unit, job)
            await self.files.sweep()

        return {
            TIDY: tidy,
            **self.files.handlers(),
            **handover.handlers(units, self.outlet),
            **owner.handlers(units),
        }

    @asynccontextmanager
    async def running(self, *, alone: bool) -> AsyncIterator[None]:
        """Instances are looked after meanwhile. `alone`: no other process can be alive."""
        await self.supervisor.start(alone=alone)
        try:
            yield
        finally:
            await self.supervisor.close()

    async def close(self) -> None:
        """Take nothing more, show nothing more. Repeatable."""
        await self.supervisor.close()
        await self.intake.close()
        await self.live.close()
        await self.lines.close()


def schedules(zone: str) -> Sequence[NewSchedule]:
    """What recurs, on the clock of the business."""
    return (NewSchedule(TIDY, TIDY, Daily(at=time(4, 10)), zone), handover.SCHEDULE, *owner.schedules(zone))


def messaging(
    settings: Settings,
    units: UnitFactory,
    lines: Lines,
    files: Files,
    outlet: MessengerOutlet,
    turns: Turns,
    broadcast: Broadcast,
) -> Messaging:
    """Everything is ready; nothing has begun."""
    live = Live(units, turns)
    a_minute = settings.rate_limit_chat if settings.rate_limit_enabled else UNLIMITED
    limits = Limits(WindowLimiter(a_minute, 60), WindowLimiter(1, HOUR_S))
    intake = Intake(units, lines, turns, Hearing(turns, OwnerDesk(outlet), limits), live)
    tools = Tools(units, lines, intake, live, files, {NOTICE: write_notice, **writers()}, settings.public_url)
    return Messaging(
        messengers=lines.messengers,
        outlet=outlet,
        lines=lines,
        files=files,
        live=live,
        intake=intake,
        webhooks=Webhooks(lines, intake),
        supervisor=Supervisor(tools, broadcast, f"{os.getpid()}-{uuid7()[-12:]}"),
    )


def lines_of(
    settings: Settings,
    units: UnitFactory,
    vault: Vault,
    http: HttpClient,
    messengers: Mapping[str, Messenger] | None = None,
) -> Lines:
    """The instances as this process uses them."""
    return Lines(units, vault, kinds(http) if messengers is None else messengers, settings.public_url)
