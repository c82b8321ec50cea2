"""A whole chat turn on SQLite, from the visitor's message to the stored answer: CPU of the server a turn."""

import asyncio
import tempfile
from collections.abc import Iterator

import uvloop

from bench.processes import Server
from bench.report import Row, middle
from bench.visitor import Visitor

TURNS, VISITORS, TOKENS = 200, 8, 50
RUNS = 3
TYPICAL_MS = 12.4  # FastAPI + async SQLAlchemy + httpx that stores everything, measured on a slower day
ASKED = {"FAQ": ("Часы работы", b"faq"), f"model of {TOKENS} tokens": ("zzqx zzqx", b"49:")}


def run(pythons: list[str]) -> Iterator[Row]:
    """Eight visitors at a time, each asking one question after another."""
    python = pythons[0]
    with (
        tempfile.TemporaryDirectory() as folder,
        Server("bench.upstream", str(TOKENS), "500", "1", python=python) as upstream,
        Server(
            "bench.serve",
            python=python,
            SECRETARY_DATA_DIR=folder,
            VLLM_API_URL=upstream.url,
            RATE_LIMIT_ENABLED="false",
        ) as server,
    ):
        server.get("/admin/auth/status")
        for name, (text, sign) in ASKED.items():
            runs = [_ms(server, text, sign) for _ in range(RUNS)]
            yield Row(f"turn answered by {name}", middle(runs), "CPU ms", note=f"a typical peer: {TYPICAL_MS} ms")


def _ms(server: Server, text: str, sign: bytes) -> float:
    before = server.cpu_s
    uvloop.run(_converse(server.port, text, sign))
    return (server.cpu_s - before) * 1000 / TURNS


async def _converse(port: int, text: str, sign: bytes) -> None:
    remaining = iter(range(TURNS))
    await asyncio.gather(*(_visit(port, text, sign, remaining) for _ in range(VISITORS)))


async def _visit(port: int, text: str, sign: bytes, remaining: Iterator[int]) -> None:
    visitor = await Visitor.arrive(port)
    for _ in remaining:
        answer = await visitor.say(text)
        assert sign in answer.lower(), answer.decode()
    visitor.leave()
