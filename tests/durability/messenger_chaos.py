"""Chaos: customers write over Telegram and WhatsApp, whose providers have a bad day, while the program is killed again
and again; then every message and every answer is counted.

`python -m tests.durability.messenger_chaos` (or `make chaos`) runs it on SQLite and PostgreSQL and prints the counts;
the test suite runs a small one.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from secretary.kernel.db import Database
from tests.durability.chaos import Target, echo
from tests.durability.messenger_fakes import BadTelegram, BadWhatsApp, Weather, done_and_cut, listen, now
from tests.durability.messenger_report import Book, Report, answer_to, count, rows_of
from tests.support.databases import drop, empty_postgresql
from tests.support.fakes.setup import Office, steady_port
from tests.support.llm_upstream import LlmUpstream

PATIENCE_S = 180.0  # how long a customer waits for one answer
IN_A_ROW = 0.3  # the share of messages that do not wait for the answer to the one before
PAUSES = {"sqlite": (4.0, 12.0), "postgresql": (25.0, 60.0)}
"""On PostgreSQL others may be alive: what a dead process held waits for its lease, fifteen seconds."""
KINDS = ("polled", "webhook", "webhook", "number")


@dataclass(frozen=True, slots=True)
class Battle:
    """How much is fought for. `at_once` customers are under way at a time."""

    messages: int = 2_000
    chats: int = 200
    desks: int = 8
    at_once: int = 150
    pauses: tuple[float, float] = (4.0, 12.0)
    most: int = 100_000
    seed: int = 1
    weather: Weather = field(default_factory=Weather)


class Customers:
    """Everybody who writes, at both providers."""

    def __init__(self, battle: Battle, telegram: BadTelegram, whatsapp: BadWhatsApp) -> None:
        self.book = Book()
        self._battle = battle
        self._luck = random.Random(battle.seed)
        self._telegram, self._whatsapp = telegram, whatsapp
        self._awaited: dict[str, asyncio.Future[None]] = {}
        self._desks: list[tuple[str, str]] = []
        self.book.brought = telegram.brought
        for service in (telegram, whatsapp):
            listen(service, self._arrived)

    async def meet(self, office: Office) -> None:
        """Open the desks: bots that are polled, bots with a webhook, numbers."""
        for place in range(self._battle.desks):
            kind = KINDS[place % len(KINDS)]
            account = f"{7_000_000 + place}:secret{place}" if kind != "number" else f"{7_000_000 + place}"
            if kind == "number":
                await office.add_number(self._whatsapp, account)
            else:
                await office.add_bot(self._telegram, account, polls=kind == "polled")
            self._desks.append((kind, account))

    async def write(self) -> None:
        """All of them, so many at a time. Every desk's first message is alone: nothing can be before it."""
        for place in range(len(self._desks)):
            await self._converse(9_000 + place, 1)
        room = asyncio.Semaphore(self._battle.at_once)
        each = self._battle.messages // self._battle.chats

        async def one(chat: int) -> None:
            async with room:
                await self._converse(100_000 + chat, each)

        await asyncio.gather(*(one(chat) for chat in range(self._battle.chats)))
        await asyncio.gather(self._telegram.later.settled(), self._whatsapp.later.settled())
        async with asyncio.timeout(PATIENCE_S):
            while self._telegram.pending + self._whatsapp.pending:
                await asyncio.sleep(0.1)

    async def _converse(self, chat: int, messages: int) -> None:
        said = 0
        while said < messages:
            together = 1 + (self._luck.random() < IN_A_ROW and said + 1 < messages)
            texts = [f"Story {said + place} of chat {chat}" for place in range(together)]
            await self._say(chat, texts)
            said += together

    async def _say(self, chat: int, texts: list[str]) -> None:
        kind, account = self._desks[chat % len(self._desks)]
        key = f"79{chat:09}" if kind == "number" else str(chat)
        loop = asyncio.get_running_loop()
        answers = [self._awaited.setdefault(answer_to(text), loop.create_future()) for text in texts]
        self.book.sent[key] += texts
        if kind != "number":
            for text in texts:
                await self._telegram.people.say(account, chat, text)
        elif len(texts) == 1:
            await self._whatsapp.people.say(account, key, texts[0])
        else:
            await self._whatsapp.say_in_a_row(account, key, texts)
        await asyncio.wait(answers, timeout=PATIENCE_S)
        for text in texts:
            self._awaited.pop(answer_to(text), None)

    def _arrived(self, text: str, at: float) -> None:
        self.book.arrived[text].append(at)
        awaited = self._awaited.get(text)
        if awaited is not None and not awaited.done():
            awaited.set_result(None)


class Shot(Target):
    """The program under fire, at an address that stays: providers know it. Notes when it was killed, and keeps what it
    printed in `program.log`.
    """

    def __init__(self, folder: Path, environment: dict[str, str], book: Book) -> None:
        super().__init__(folder, environment)
        self._book = book

    async def kill(self) -> None:
        await super().kill()
        self._book.kills.append(now())
        await asyncio.to_thread(self._keep, f"{self.printed}\n--- killed at {now():.2f}\n")

    def _keep(self, text: str) -> None:
        with (self.folder / "program.log").open("a") as log:
            log.write(text)

    @property
    def printed(self) -> str:
        return self._served.text if self._served is not None else ""


async def run(engine: str, battle: Battle) -> Report:
    """One battle on one engine."""
    folder = Path(tempfile.mkdtemp(prefix="secretary-messengers-"))
    database = await empty_postgresql(f"messengers_{time.time_ns()}") if engine == "postgresql" else None
    luck = random.Random(battle.seed)
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(LlmUpstream(echo))
        telegram = await stack.enter_async_context(BadTelegram(battle.weather, luck))
        whatsapp = await stack.enter_async_context(BadWhatsApp(battle.weather, luck))
        customers = Customers(battle, telegram, whatsapp)
        target = Shot(folder, _environment(upstream, database), customers.book)
        try:
            await _fight(battle, target, customers)
        finally:
            await target.kill()
    stored = database or Database(f"sqlite:///{folder / 'secretary.db'}")
    report = Report(engine, kills=target.kills - 1, seconds=time.monotonic() - began)
    count(report, customers.book, await rows_of(stored), done_and_cut(telegram) | done_and_cut(whatsapp))
    report.brought_again = telegram.later.count + whatsapp.later.count
    report.log = str(folder / "program.log")
    report.violations = [*telegram.violations, *whatsapp.violations]
    await drop(stored)
    return report


def _environment(upstream: LlmUpstream, database: Database | None) -> dict[str, str]:
    port = steady_port()
    environment = {
        "VLLM_API_URL": upstream.base_url,
        "VLLM_MODEL": "echo",
        "LOG_LEVEL": "WARNING",
        "ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
        "ORCHESTRATOR_PORT": str(port),
        "SECRETARY_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    if database is not None:
        environment["DATABASE_URL"] = database.url.replace("+asyncpg", "")
    return environment


async def _fight(battle: Battle, target: Shot, customers: Customers) -> None:
    await target.start()
    office = Office(await target.url(), target.printed)
    await office.sign_in()
    await customers.meet(office)
    shooting = asyncio.create_task(target.shoot(random.Random(battle.seed), battle.pauses, battle.most))
    try:
        await customers.write()
    finally:
        shooting.cancel()
        await asyncio.wait([shooting])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--chats", type=int, default=1_000)
    parser.add_argument("--desks", type=int, default=8, help="bots and numbers")
    parser.add_argument("--at-once", type=int, default=150, help="customers who are under way")
    parser.add_argument("--engines", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--pauses", type=float, nargs=2, help="seconds between two kills; each engine has its own")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    reports = []
    for engine in given.engines:
        pauses = tuple(given.pauses or PAUSES[engine])
        battle = Battle(given.messages, given.chats, given.desks, given.at_once, pauses, seed=given.seed)
        reports.append(asyncio.run(run(engine, battle)))
    for report in reports:
        print(report.line())
        print(report.samples(), f"What the program printed: {report.log}", sep="\n")
    raise SystemExit(not all(report.is_clean for report in reports))


if __name__ == "__main__":
    main()
