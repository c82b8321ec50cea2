"""Chaos: many visitors write while the program is killed again and again; then every message is counted.

`python -m tests.durability.chaos` (or `make chaos`) runs it in full on SQLite and PostgreSQL and prints the counts;
the test suite runs a small one.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import select

from secretary.conversations.models import ChatMessage
from secretary.kernel.db import Database
from tests.support.databases import drop, empty_postgresql
from tests.support.llm_upstream import Exchange, LlmUpstream, conversation
from tests.support.process import Served

INSTANCE = {"instance": "default"}
PATIENCE_S = 60  # how long one visitor tries to get one message through


@dataclass(slots=True)
class Report:
    """What is left after the dust has settled."""

    engine: str
    sent: int
    stored: int = 0
    kills: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    answered_twice: list[str] = field(default_factory=list)
    interrupted: int = 0
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order or self.unanswered or self.answered_twice)

    def line(self) -> str:
        faults = {
            name: len(getattr(self, name))
            for name in ("lost", "doubled", "out_of_order", "unanswered", "answered_twice")
        }
        counts = ", ".join(f"{name} {count}" for name, count in faults.items())
        return (
            f"{self.engine}: {self.sent} sent, {self.stored} stored, {self.kills} kills, {counts}, "
            f"{self.interrupted} interrupted in mid-answer, {self.seconds:.0f} s"
        )


class Target:
    """The program under fire: its address while it is up."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self.kills = 0
        self._up = asyncio.Event()
        self._served: Served | None = None

    async def url(self) -> str:
        await self._up.wait()
        assert self._served is not None
        return self._served.url

    async def start(self) -> None:
        self._served = await asyncio.to_thread(Served, self.folder, self.environment)
        self._up.set()

    async def kill(self) -> None:
        self._up.clear()
        if self._served is not None:
            await asyncio.to_thread(self._served.__exit__, None, None, None)
            self.kills += 1

    async def shoot(self, luck: random.Random, pauses: tuple[float, float], most: int) -> None:
        """Kill and start again, `most` times at most, until cancelled."""
        while self.kills < most:
            await _pause(luck.uniform(*pauses))
            await self.kill()
            await self.start()


async def _pause(seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await asyncio.Event().wait()
    except TimeoutError:
        return


class ChaosVisitor:
    """Writes messages one after the other and tries each until its answer has come."""

    def __init__(self, target: Target, session: aiohttp.ClientSession, number: int) -> None:
        self._target = target
        self._http = session
        self.number = number
        self.session_id = ""
        self._token = ""

    async def write(self, count: int) -> None:
        arrived = await self._insist("/widget/chat/session", {"source_id": "default", "language": "en"})
        self.session_id, self._token = arrived["session"]["id"], arrived["token"]
        for number in range(count):
            body = {"content": text_of(self.number, number), "message_id": f"visitor-{self.number}-{number}"}
            await self._insist(f"/widget/chat/session/{self.session_id}/stream", body)

    async def _insist(self, path: str, body: dict[str, str]) -> Any:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            url = await self._target.url()
            headers = {"origin": url, "authorization": f"Bearer {self._token}"} if self._token else {"origin": url}
            try:
                async with self._http.post(url + path, json=body, headers=headers, params=INSTANCE) as answer:
                    said = await answer.text()
            except (aiohttp.ClientError, OSError, TimeoutError):
                await _pause(0.05)
                continue
            if path.endswith("/stream"):
                if "[DONE]" in said and '"restarting"' not in said:
                    return None
            elif answer.status == 201:
                return json.loads(said)
            await _pause(0.05)
        raise AssertionError(f"no answer within {PATIENCE_S} s: {path} {body}")


def text_of(visitor: int, number: int) -> str:
    return f"Story {number} of visitor {visitor}"


async def echo(exchange: Exchange) -> None:
    """A model that says what it was asked, in two pieces."""
    asked = exchange.received.json["messages"][-1]["content"]
    await exchange.start()
    await exchange.events(conversation(["echo: ", asked]))
    await exchange.finish()


async def run(
    engine: str, messages: int, visitors: int, pauses: tuple[float, float], seed: int = 1, most: int = 1_000
) -> Report:
    """One battle on one engine."""
    folder = Path(tempfile.mkdtemp(prefix="secretary-chaos-"))
    database = await empty_postgresql(f"chaos_{seed}_{time.time_ns()}") if engine == "postgresql" else None
    began = time.monotonic()
    async with LlmUpstream(echo) as upstream:
        environment = {"VLLM_API_URL": upstream.base_url, "VLLM_MODEL": "echo", "LOG_LEVEL": "ERROR"}
        if database is not None:
            environment["DATABASE_URL"] = database.url.replace("+asyncpg", "")
        target = Target(folder, environment)
        writers = await _fight(target, messages, visitors, target.shoot(random.Random(seed), pauses, most))
    stored = database or Database(f"sqlite:///{folder / 'secretary.db'}")
    report = await count(engine, stored, writers, messages // visitors)
    await drop(stored)
    report.kills, report.seconds = target.kills, time.monotonic() - began
    return report


async def _fight(target: Target, messages: int, visitors: int, shots: Coroutine[Any, Any, None]) -> list[ChaosVisitor]:
    await target.start()
    shooting = asyncio.create_task(shots)
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
    try:
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            writers = [ChaosVisitor(target, session, number) for number in range(visitors)]
            await asyncio.gather(*(writer.write(messages // visitors) for writer in writers))
    finally:
        shooting.cancel()
        await asyncio.wait([shooting])
        await target.kill()
    return writers


async def count(engine: str, database: Database, writers: Sequence[ChaosVisitor], each: int) -> Report:
    """Compare what is stored with what was sent."""
    report = Report(engine, sent=len(writers) * each)
    async with database.session(write=False) as db:
        for writer in writers:
            found = select(ChatMessage).where(ChatMessage.session_id == writer.session_id).order_by(ChatMessage.seq)
            _count_conversation(report, writer, list((await db.scalars(found)).all()), each)
    return report


def _count_conversation(report: Report, writer: ChaosVisitor, rows: list[ChatMessage], each: int) -> None:
    questions = [row for row in rows if row.role == "user"]
    said = [row.content for row in questions]
    expected = [text_of(writer.number, number) for number in range(each)]
    report.stored += len(said)
    report.lost += sorted(set(expected) - set(said))
    report.doubled += [text for text in set(said) if said.count(text) > 1]
    if said != expected and sorted(said) == sorted(expected):
        report.out_of_order.append(writer.session_id)
    for question in questions:
        answers = [row for row in rows if row.parent_id == question.id]
        report.interrupted += sum(answer.status == "interrupted" for answer in answers)
        if len(answers) > 1:
            report.answered_twice.append(question.id)
        if not any(_is_right(question, answer) for answer in answers):
            report.unanswered.append(f"{question.content}: {[(a.status.value, a.content) for a in answers]}")


def _is_right(question: ChatMessage, answer: ChatMessage) -> bool:
    whole = f"echo: {question.content}"
    return answer.content == whole if answer.status == "complete" else (
        answer.status == "interrupted" and whole.startswith(answer.content)
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--visitors", type=int, default=200)
    parser.add_argument("--engines", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--pauses", type=float, nargs=2, default=(2.0, 8.0), help="seconds between two kills")
    given = parser.parse_args()
    reports = [
        asyncio.run(run(engine, given.messages, given.visitors, tuple(given.pauses))) for engine in given.engines
    ]
    for report in reports:
        print(report.line())
    raise SystemExit(not all(report.is_clean for report in reports))


if __name__ == "__main__":
    main()
