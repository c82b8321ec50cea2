"""The ledger with 32 callers at once, with and without a hard limit, and its numbers at a million calls and a year."""

import asyncio
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
from secretary.kernel.unit import Unit, UnitFactory
from secretary.migrations import migrate
from secretary.usage import schemas, sums
from secretary.usage.ledger import Ledger
from secretary.usage.models import CallStatus, Period
from secretary.usage.ports import Amount, Call, Outcome
from secretary.usage.queries import reading
from secretary.usage.queries.reading import Wanted
from secretary.usage.queries.rows import place_number
from secretary.usage.rules import Limits
from secretary.usage.service import LimitPlace, LimitRule, set_limit

CALLERS, CALLS = 32, 6_400
ROWS, DAYS = 1_000_000, 365
RUNS = 9
FREE_MS, LIMITED_MS, LOOK_MS, YEAR_MS = 0.15, 0.3, 30.0, 60.0
PROVIDER_S = 0.005
MOSCOW = ZoneInfo("Europe/Moscow")
CALL = Call("llm", "chat", backend="cloud:0", model="gpt-4o-mini", source="api", source_id="x", api_key_id="k")
SPENT = Outcome(CallStatus.DONE, Amount(900, 450, "USD"), "", 700, 200, 0, 400, 1_900)
LOG = """insert into usage_log (id, at, service_type, action, source, source_id, assistant_id, api_key_id, backend,
    model, status, units_consumed, prompt_tokens, completion_tokens, cost_micro, currency, duration_ms, details)
    values (?, ?, ?, 'chat', ?, 's', ?, ?, ?, ?, ?, ?, 700, 200, 450, ?, 1900, '{}')"""
HOUR = """insert into usage_hours (hour, service_type, source, assistant_id, api_key_id, backend, model, currency,
    place, requests, failed, units, prompt_tokens, completion_tokens, cost_micro)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
PLACES = [
    ("llm", "widget", "a", "", "cloud:0", "gpt-4o-mini", "USD"),
    ("llm", "telegram", "a", "", "cloud:1", "GigaChat-2", "RUB"),
    ("llm", "api", "a", "k", "cloud:0", "gpt-4o-mini", "USD"),
    ("tts", "phone", "b", "", "local", "silero", ""),
]


SUMS = (29, 1, 26_100, 20_300, 5_800, 13_050)


def _number(place: tuple[str, ...]) -> int:
    service, source, _, _, backend, model, currency = place
    return place_number(service, source, backend, model, currency)


async def moscow(_: Unit) -> ZoneInfo:
    return MOSCOW


@dataclass
class House:
    """A database with a year in it."""

    path: Path
    database: Database = field(init=False)
    units: UnitFactory = field(init=False)
    luck: random.Random = field(default_factory=lambda: random.Random(1))
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.database = Database(f"sqlite:///{self.path}")
        self.units = UnitFactory(self.database, EventBus())

    async def fill(self) -> None:
        """Past our own code: it is not what is measured, and would take minutes."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executemany(LOG, (self._call(number) for number in range(ROWS)))
            last = int(self.now.timestamp()) // 3600
            for hour in range(last - DAYS * 24, last + 1):
                connection.executemany(HOUR, [(hour, *place, _number(place), *SUMS) for place in PLACES])
            connection.commit()

    def _call(self, number: int) -> tuple[object, ...]:
        at = self.now - timedelta(days=DAYS) * (1 - number / ROWS)
        service, source, assistant, key, backend, model, currency = self.luck.choice(PLACES)
        status = "failed" if self.luck.random() < 0.02 else "done"
        moment = at.strftime("%Y-%m-%d %H:%M:%S.%f")
        return uuid7(), moment, service, source, assistant, key, backend, model, status, 900, currency

    async def calls(self, ledger: Ledger) -> float:
        """CPU ms a call of `CALLERS` at once, each of which takes a while."""

        async def caller() -> None:
            for _ in range(CALLS // CALLERS):
                ticket = await ledger.open(CALL, Amount(2_000, 1_000, "USD"))
                await asyncio.sleep(PROVIDER_S)
                ledger.settle(ticket, SPENT)

        async def nobody() -> None:
            for _ in range(CALLS // CALLERS):
                await asyncio.sleep(PROVIDER_S)

        began = time.process_time()
        await asyncio.gather(*(nobody() for _ in range(CALLERS)))
        idle = time.process_time() - began
        began = time.process_time()
        await asyncio.gather(*(caller() for _ in range(CALLERS)))
        await ledger.flush()
        return (time.process_time() - began - idle) * 1000 / CALLS

    async def limit(self, period: Period) -> None:
        async with self.units.write() as unit:
            await set_limit(unit, LimitPlace("llm", period), LimitRule(10**12, hard_limit=True), MOSCOW)


def run(pythons: list[str]) -> Iterator[Row]:
    """In this process."""
    del pythons
    with tempfile.TemporaryDirectory() as folder:
        yield from uvloop.run(_measured(Path(folder)))


async def _measured(folder: Path) -> list[Row]:
    house = House(folder / "bench.db")
    await migrate(house.database)
    ledger = Ledger(house.units, Limits(house.units, moscow))
    note = f"{CALLERS} at once, {PROVIDER_S * 1000:.0f} ms each"
    rows = [Row("a call without limits", await house.calls(ledger), "CPU ms", FREE_MS, note=note)]
    await house.limit(Period.DAILY)
    rows.append(Row("a call with a hard limit", await house.calls(ledger), "CPU ms", LIMITED_MS, note=note))
    await house.limit(Period.MONTHLY)
    rows.append(Row("a call with two hard limits", await house.calls(ledger), "CPU ms", LIMITED_MS, note=note))
    await ledger.close()
    await house.fill()
    for name, look, note in LOOKS:
        limit = YEAR_MS if look is stats_of_a_year else LOOK_MS
        rows.append(Row(name, await _ms(house, look), "CPU ms", limit, goal=LOOK_MS, note=note))
    await house.database.close()
    return rows


async def stats_of_a_year(unit: Unit) -> str:
    return schemas.StatsOut.of(await sums.stats(unit, MOSCOW, DAYS), "Europe/Moscow").model_dump_json()


async def stats_of_a_month(unit: Unit) -> str:
    return schemas.StatsOut.of(await sums.stats(unit, MOSCOW, 30), "Europe/Moscow").model_dump_json()


async def summary(unit: Unit) -> str:
    return schemas.SummaryOut.of(await sums.summary(unit, MOSCOW)).model_dump_json()


def logs(wanted: Wanted, offset: int = 0) -> Callable[[Unit], Awaitable[str]]:
    async def look(unit: Unit) -> str:
        found = [schemas.LogOut.of(row) for row in await reading.page(unit.db, wanted, limit=100, offset=offset)]
        assert found or wanted.model == "none"
        counted = await reading.count_some(unit.db, wanted)
        return schemas.LogsOut.of(found, counted, limit=100).model_dump_json()

    return look


YEAR = f"{(DAYS * 24 + 1) * len(PLACES)} hours"
LOOKS: list[tuple[str, Callable[[Unit], Awaitable[str]], str]] = [
    ("stats of a year", stats_of_a_year, YEAR),
    ("stats of 30 days", stats_of_a_month, YEAR),
    ("summary", summary, YEAR),
    ("first page of the log", logs(Wanted()), "a million rows, counted to 10,000"),
    ("page of the log at 100,000", logs(Wanted(), 100_000), "by offset"),
    ("log by source", logs(Wanted(source="phone")), ""),
    ("log by status", logs(Wanted(status="failed")), ""),
    ("log by model and key", logs(Wanted(model="gpt-4o-mini", api_key_id="k")), ""),
    ("log of a model that is not there", logs(Wanted(model="none")), ""),
    ("log of last spring", logs(Wanted(service_type="tts", until=datetime.now(UTC) - timedelta(days=200))), ""),
]


async def _ms(house: House, look: Callable[[Unit], Awaitable[str]]) -> float:
    runs = []
    for _ in range(RUNS + 1):
        began = time.process_time()
        async with house.units.read() as unit:
            assert await look(unit)
        runs.append((time.process_time() - began) * 1000)
    return middle(runs[1:])
