"""An hour's mixed load on `/v1` pressed into five minutes: memory stays flat, and nothing stays behind.

`python -m bench soak` alone runs it; SECRETARY_BENCH_SOAK_S makes it shorter or longer.
"""

import asyncio
import os
import random
import re
import signal
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import uvloop

from bench.peers import MESSAGES, PATH, add_key, add_provider, ours, sign_in
from bench.processes import Server
from bench.report import Row
from bench.wire import Connection

SECONDS, WARM_S = 300.0, 60.0
CLIENTS, PAUSE_S = 24, 0.1
PART = 0.05
Do = Callable[["Visit"], Awaitable[None]]


@dataclass
class Load:
    """What is asked, and what came of it."""

    server: Server
    provider: str = ""
    busy: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)


class Visit:
    """One connection that is used until it breaks."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.connection: Connection | None = None

    async def ask(self, path: str, body: object = None, headers: dict[str, str] | None = None) -> None:
        """Any answer will do."""
        if self.connection is None or self.connection.transport.is_closing():
            self.connection = await Connection.to(self.load.server.port)
        method = "GET" if body is None else "POST"
        with suppress(RuntimeError):  # an error is an answer, too
            await self.connection.request(method, path, body, headers or self.load.headers)

    async def complete(self, model: str, *, stream: bool = False, text: str = "", **more: object) -> None:
        messages = [{"role": "user", "content": text}] if text else MESSAGES
        await self.ask(PATH, {"model": model, "messages": messages, "stream": stream, **more})

    async def leave(self, *, stream: bool) -> None:
        """Ask, and hang up after a moment."""
        connection, self.connection = await Connection.to(self.load.server.port), None
        body = {"model": f"{self.load.provider}/scripted", "messages": MESSAGES, "stream": stream}
        asking = asyncio.create_task(connection.request("POST", PATH, body, self.load.headers))
        await asyncio.sleep(random.uniform(0, 0.01))
        connection.close()
        await asyncio.gather(asking, return_exceptions=True)


def kinds(load: Load) -> dict[str, tuple[int, Do]]:
    """What is asked, and how often."""
    straight = f"{load.provider}/scripted"
    wrong = {"authorization": "Bearer sk-sec-nonsense"}
    return {
        "whole": (20, lambda visit: visit.complete(straight)),
        "stream": (25, lambda visit: visit.complete(straight, stream=True)),
        "faq": (10, lambda visit: visit.complete("secretary", text="Часы работы")),
        "assistant": (10, lambda visit: visit.complete("secretary", stream=True)),
        "session": (2, lambda visit: visit.complete("secretary", metadata={"session_id": "new"})),
        "leaves": (8, lambda visit: visit.leave(stream=random.random() < 0.7)),
        "embeddings": (10, lambda visit: visit.ask("/v1/embeddings", {"model": straight, "input": "x"})),
        "models": (5, lambda visit: visit.ask("/v1/models")),
        "busy": (3, lambda visit: visit.complete(f"{load.busy}/busy", models=[straight])),
        "unknown": (2, lambda visit: visit.complete(f"nobody/m{random.random()}")),
        "invalid": (2, lambda visit: visit.complete(straight, n=3)),
        "wrong key": (3, lambda visit: visit.ask("/v1/models", None, wrong)),
    }


def run(pythons: list[str]) -> Iterator[Row]:
    """In a process with its own database."""
    seconds = float(os.environ.get("SECRETARY_BENCH_SOAK_S", SECONDS))
    with (
        Server("bench.model_service", python=pythons[0]) as upstream,
        tempfile.TemporaryDirectory() as folder,
        ours(pythons[0], upstream, folder, "bench.counting_serve") as server,
    ):
        load = Load(server)
        files, tasks, left = uvloop.run(_soaked(load, upstream, seconds))
        yield from _rows(load, seconds)
        yield Row("soak: file descriptors left", max(0, files), "", 2.0, note="the database may open readers")
        yield Row("soak: tasks left", tasks, "", 0.0, note=left)
        yield Row("soak: calls left open in the books", _open_calls(Path(folder)), "", 0.0)


async def _soaked(load: Load, upstream: Server, seconds: float) -> tuple[int, int, str]:
    connection, admin = await sign_in(load.server)
    load.provider = await add_provider(connection, admin, "bench", upstream)
    load.busy = await add_provider(connection, admin, "busy", upstream)
    load.headers = await add_key(connection, admin)
    connection.close()
    await _drive(load, 2.0)
    files, (tasks, before) = _files(load.server), await _tasks(load.server)
    load.memory.clear()
    load.done.clear()
    await _drive(load, seconds)
    await asyncio.sleep(6)  # what clients left is noticed within five seconds, what is due is stored
    tasks_then, names = await _tasks(load.server)
    return _files(load.server) - files, max(0, tasks_then - tasks), f"before: {before}; after: {names}"


async def _drive(load: Load, seconds: float) -> None:
    until = time.monotonic() + seconds
    clients = [asyncio.create_task(_client(load, until)) for _ in range(CLIENTS)]
    while time.monotonic() < until:
        await asyncio.sleep(1)
        load.memory.append(load.server.own_memory_mb)
    await asyncio.gather(*clients)


async def _client(load: Load, until: float) -> None:
    visit, choices = Visit(load), kinds(load)
    weights = [weight for weight, _ in choices.values()]
    while time.monotonic() < until:
        [name] = random.choices(list(choices), weights)
        await choices[name][1](visit)
        load.done[name] += 1
        await asyncio.sleep(random.uniform(0, PAUSE_S))
    if visit.connection is not None:
        visit.connection.close()


def _rows(load: Load, seconds: float) -> Iterator[Row]:
    """Memory after the warm-up beside memory at the end, by the middle of half a minute each."""
    warm = load.memory[round(min(WARM_S, seconds / 5)) :]
    since, until = _middle(warm[: len(warm) // 8]), _middle(warm[-(len(warm) // 8) :])
    course = " ".join(f"{one:.0f}" for one in load.memory[:: max(1, len(load.memory) // 10)])
    what = ", ".join(f"{name} {count}" for name, count in load.done.most_common())
    note = f"MB: {course}; {sum(load.done.values())} requests: {what}"
    yield Row(f"soak: memory after {seconds:.0f} s", abs(until / since - 1) * 100, "%", PART * 100, note=note)


def _middle(values: Sequence[float]) -> float:
    return median(values or [0.0])


def _files(server: Server) -> int:
    return sum(1 for _ in Path(f"/proc/{server.pid}/fd").iterdir())


async def _tasks(server: Server) -> tuple[int, str]:
    """How many there are, and which: what is underway for a moment only is given a moment to end."""
    await asyncio.sleep(1)
    before = server.printed.count("\ntasks ")
    os.kill(server.pid, signal.SIGUSR1)
    while server.printed.count("\ntasks ") == before:
        server.get("/health")
        await asyncio.sleep(0.05)
    found = re.findall(r"^tasks (\d+) (.*)$", server.printed, re.MULTILINE)[-1]
    return int(found[0]), found[1]


def _open_calls(folder: Path) -> int:
    [database] = folder.glob("*.db")
    with closing(sqlite3.connect(database)) as connection:
        [(count,)] = connection.execute("select count(*) from usage_log where status = 'open'")
    return int(count)
