"""Messengers under load: customers write to bots and numbers over webhooks, a scripted model answers; how long each
answer takes to arrive, what a message costs, and whether memory stays flat.

`python -m bench messengers` alone runs it; SECRETARY_BENCH_MESSENGERS_S makes it shorter or longer than five minutes,
SECRETARY_BENCH_MESSENGERS_PER_S slower or faster.
"""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench.processes import Server
from bench.pythons import debian
from bench.report import Row

SECONDS, PER_S, MINUTE_S = 300.0, 35.0, 60.0
BOTS, NUMBERS = 6, 2
MESSAGES_EACH, AT_ONCE = 3, 350
"""A hundred thousand conversations a day, of which 35 messages a second are ten times the mean, have three each."""
TOKENS = 20
LATE_S, MEMORY_MB = 1.0, 300.0
WARM_S, DRAIN_S = 5.0, 10.0


@dataclass
class Load:
    """What was sent when, and when its answer arrived."""

    server: Server
    sent: dict[str, float] = field(default_factory=dict)
    took_s: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    own_mb: list[float] = field(default_factory=list)

    def arrived(self, chat: str, at: float) -> None:
        if (since := self.sent.pop(chat, None)) is not None:
            self.took_s.append(at - since)


def run(pythons: list[str]) -> Iterator[Row]:
    """The program is a process of its own; the providers are in this one, the model in a third."""
    os.environ["FAKE_API_DATA"] = os.devnull  # tests hold the fakes against the descriptions; here that would only cost
    seconds = float(os.environ.get("SECRETARY_BENCH_MESSENGERS_S", SECONDS))
    per_s = float(os.environ.get("SECRETARY_BENCH_MESSENGERS_PER_S", PER_S))
    from tests.support.fakes.setup import steady_port

    port, python = steady_port(), str(debian() or pythons[0])  # the fakes need what only this one's environment has
    with (
        tempfile.TemporaryDirectory() as folder,
        Server("bench.upstream", str(TOKENS), "500", "1", python=python) as upstream,
        Server(
            "bench.serve",
            "0",
            str(port),
            python=python,
            SECRETARY_DATA_DIR=folder,
            VLLM_API_URL=upstream.url,
            ALLOWED_PRIVATE_HOSTS="127.0.0.1",
            RATE_LIMIT_ENABLED="false",
            SECRETARY_PUBLIC_URL=f"http://127.0.0.1:{port}",
        ) as server,
    ):
        load = Load(server)
        began_mb = server.memory_mb
        cpu_s = uvloop.run(_loaded(load, seconds, per_s))
        yield from _rows(
            load, cpu_s, began_mb, f"{per_s:.0f}/s for {seconds:.0f} s, {MESSAGES_EACH} messages a conversation"
        )
        stored_mb = sum(file.stat().st_size for file in Path(folder).glob("*.db*")) / 2**20
        yield Row("messengers: database at the end", stored_mb, "MB")


async def _loaded(load: Load, seconds: float, per_s: float) -> float:
    """CPU seconds of the program a message."""
    from tests.support.fakes.pump import Habits
    from tests.support.fakes.setup import Office
    from tests.support.fakes.telegram import FakeTelegram
    from tests.support.fakes.whatsapp import FakeWhatsApp

    habits = Habits(connections=8)
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(FakeTelegram(habits=habits, keep_calls=10))
        whatsapp = await stack.enter_async_context(FakeWhatsApp(habits=habits, keep_calls=10, progress=_PROGRESS))
        office = Office(load.server.url, load.server.printed)
        await office.sign_in()
        bots = [f"{7_000_000 + number}:secret" for number in range(BOTS)]
        numbers = [f"{8_000_000 + number}" for number in range(NUMBERS)]
        for bot in bots:
            await office.add_bot(telegram, bot, polls=False)
        for number in numbers:
            await office.add_number(whatsapp, number)

        async def say(chat: int) -> None:
            desk = chat % (BOTS + NUMBERS)
            if desk < BOTS:
                load.sent[str(chat)] = time.monotonic()
                await telegram.people.say(bots[desk], chat, _text(chat))
            else:
                load.sent[f"79{chat:09}"] = time.monotonic()
                await whatsapp.people.say(numbers[desk - BOTS], f"79{chat:09}", _text(chat))

        watching = asyncio.create_task(_watch(load, telegram.arrived, whatsapp.arrived))
        await _drive(say, WARM_S, per_s / 2, 100_000)
        await asyncio.sleep(2)
        load.took_s.clear()
        before, sampling = load.server.cpu_s, asyncio.create_task(_sample(load))
        said = await _drive(say, seconds, per_s, 200_000)
        until = time.monotonic() + DRAIN_S
        while load.sent and time.monotonic() < until:  # noqa: ASYNC110 -- what ends it comes from another process
            await asyncio.sleep(0.1)
        sampling.cancel()
        watching.cancel()
        problems = [*telegram.violations, *whatsapp.violations]
        assert not problems, problems[:3]
        return (load.server.cpu_s - before) / said


_PROGRESS = ("sent", "delivered", "read")


def _text(chat: int) -> str:
    return f"zzqx zzqx {chat}"


async def _drive(say: "object", seconds: float, per_s: float, first: int) -> int:
    """Write at this pace, as evenly as people do: at random moments. How many?"""
    assert callable(say)
    luck, began, due, said = random.Random(1), time.monotonic(), 0.0, 0
    while due < seconds:
        await asyncio.sleep(max(0.0, began + due - time.monotonic()))
        await say(first + said // (MESSAGES_EACH * AT_ONCE) * AT_ONCE + said % AT_ONCE)
        said += 1
        due += luck.expovariate(per_s)
    return said


async def _watch(load: Load, *services: dict[str, list[object]]) -> None:
    """Take what arrived; the fake notes itself when that was."""
    while True:
        for arrived in services:
            for chat in [chat for chat, shown in arrived.items() if shown]:
                for one in arrived.pop(chat):
                    load.arrived(chat, getattr(one, "at", 0.0))
        await asyncio.sleep(0.05)


async def _sample(load: Load) -> None:
    while True:
        load.memory_mb.append(load.server.memory_mb)
        load.own_mb.append(load.server.own_memory_mb)
        await asyncio.sleep(1)


def _rows(load: Load, cpu_s: float, began_mb: float, note: str) -> Iterator[Row]:
    took = sorted(load.took_s)
    late = sum(one > LATE_S for one in took) + len(load.sent)
    yield Row("messengers: answer arrives after, p50", took[len(took) // 2] * 1000, "ms", note=note)
    yield Row("… p95", took[len(took) * 95 // 100] * 1000, "ms")
    yield Row("… p99", took[len(took) * 99 // 100] * 1000, "ms")
    yield Row("… at most", took[-1] * 1000, "ms", LATE_S * 1000)
    yield Row("… later than a second", float(late), "", 0.0, note=f"of {len(took)}; {len(load.sent)} never")
    yield Row("messengers: CPU of the program a message", cpu_s * 1000, "CPU ms")
    yield Row(
        "messengers: memory at most", max(load.memory_mb), "MB", MEMORY_MB,
        note=f"MB at start, by the minute: {_course([began_mb, *load.memory_mb])}",
    )  # fmt: skip
    yield Row("… without the mapped database", max(load.own_mb), "MB", note=f"by the minute: {_course(load.own_mb)}")


def _course(memory_mb: list[float]) -> str:
    return " ".join(f"{one:.0f}" for one in memory_mb[:: int(MINUTE_S)] + memory_mb[-1:])
