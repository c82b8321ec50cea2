"""The overview of 90 days with a million messages: CPU of an answer, and of folding what it is made of."""

import random
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import uvloop

from bench.report import Row, middle
from secretary.kernel.clock import uuid7
from secretary.kernel.db import Database
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory
from secretary.migrations import migrate
from secretary.operations.folding import fold_step
from secretary.operations.overview import Group, Wanted, overview
from secretary.operations.schemas import OverviewOut

MESSAGES, DAYS = 1_000_000, 90
PER_SESSION = 10
RUNS = 9
LIMIT_MS = 20.0
NOW = datetime(2026, 3, 29, 15, 50, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
SESSION = """insert into chat_sessions (id, assistant_id, source, created, updated, title, source_id, contact_key,
    address_hash, language, last_seq) values (?, ?, ?, ?, ?, '', 's', 'c', '', 'ru', 10)"""
MESSAGE = """insert into chat_messages (id, session_id, seq, role, created, updated, answered_by, first_word_ms,
    latency_ms, content, status, is_active, edited, sources, buttons)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'as long as most of them are', 'complete', 1, 0, '[]', '[]')"""
PLACES = [(assistant, source) for assistant in "abcd" for source in ("widget", "telegram", "phone")]


@dataclass
class House:
    """A database with a busy quarter of a year in it."""

    path: Path
    database: Database = field(init=False)
    units: UnitFactory = field(init=False)
    luck: random.Random = field(default_factory=lambda: random.Random(1))

    def __post_init__(self) -> None:
        self.database = Database(f"sqlite:///{self.path}")
        self.units = UnitFactory(self.database, EventBus(), lambda: NOW)

    async def fill(self) -> None:
        """Past our own code: it is not what is measured, and would take minutes."""
        await migrate(self.database)
        with closing(sqlite3.connect(self.path)) as connection:
            for _ in range(MESSAGES // PER_SESSION // 1000):
                sessions = [self._session() for _ in range(1000)]
                connection.executemany(SESSION, sessions)
                connection.executemany(MESSAGE, [row for session in sessions for row in self._messages(session)])
                connection.commit()

    def _session(self) -> tuple[object, ...]:
        created = (NOW - timedelta(days=DAYS) * self.luck.random()).strftime("%Y-%m-%d %H:%M:%S.%f")
        return uuid7(), *self.luck.choice(PLACES), created, created

    def _messages(self, session: tuple[object, ...]) -> Iterator[tuple[object, ...]]:
        session_id, *_, created, _ = session
        for seq in range(0, PER_SESSION, 2):
            first_word_ms = int(self.luck.lognormvariate(6, 1))
            answered = self.luck.choice(("faq", "llm", "message")), first_word_ms, first_word_ms * 3
            yield uuid7(), session_id, seq, "user", created, created, None, None, None
            yield uuid7(), session_id, seq + 1, "assistant", created, created, *answered

    async def fold(self) -> int:
        hours = 0
        while True:
            async with self.units.write() as unit:
                step = await fold_step(unit)
            hours += step.folded
            if not step.remaining:
                return hours

    async def look(self, group: Group = "day", days: int = DAYS, assistant_id: str | None = None) -> None:
        wanted = Wanted((NOW - timedelta(days=days - 1)).date(), NOW.date(), MOSCOW, group, assistant_id)
        async with self.units.read() as unit:
            assert OverviewOut.of(await overview(unit, wanted), "Europe/Moscow", group).model_dump_json()


def run(pythons: list[str]) -> Iterator[Row]:
    """In this process: the answer is made of one long read and some counting."""
    del pythons
    with tempfile.TemporaryDirectory() as folder:
        yield from uvloop.run(_measured(Path(folder)))


async def _measured(folder: Path) -> list[Row]:
    house = House(folder / "bench.db")
    await house.fill()
    began = time.process_time()
    hours = await house.fold()
    folding = Row("folding a day", (time.process_time() - began) * 1000 * 24 / hours, "CPU ms")
    rows = [
        Row("overview of 90 days", await _ms(house.look), "CPU ms", LIMIT_MS, note="a million messages"),
        Row("overview of an assistant", await _ms(lambda: house.look(assistant_id="a")), "CPU ms", LIMIT_MS),
        Row("overview of 31 days by the hour", await _ms(lambda: house.look("hour", 31)), "CPU ms"),
    ]
    await house.database.close()
    return [folding, *rows]


async def _ms(look: Callable[[], Awaitable[None]]) -> float:
    await look()
    runs = []
    for _ in range(RUNS):
        began = time.process_time()
        await look()
        runs.append((time.process_time() - began) * 1000)
    return middle(runs)
