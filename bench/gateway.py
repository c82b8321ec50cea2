"""The gateway beside LiteLLM's proxy and a bare pass-through: CPU a request and a streamed token, lag, memory.

LiteLLM runs in its own environment, without its database: set SECRETARY_BENCH_LITELLM to that environment's folder
(`python -m venv F; F/bin/pip install 'litellm[proxy]'`), or its rows are left out with a message. One model service
for all, on loopback.
"""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import orjson
import uvloop

from bench.peers import PATH, Peer, peers
from bench.processes import Server
from bench.pythons import ROOT
from bench.report import Row, middle
from bench.wire import Connection

CLIENTS, RUNS = 32, 3
REQUESTS, REQUESTS_OF_LITELLM = 1500, 300
LENGTH, LONG, LONG_OF_LITELLM = 500, 128, 32
STREAMS, PER_S, TOKENS = 300, 50, 300
OPEN, OPEN_TOKENS = 1000, 300
A_REQUEST, A_TOKEN, LAG = 1 / 15, 1 / 40, 2.0
OPEN_KB = 60
Measure = Callable[[Peer], float]


def run(pythons: list[str]) -> Iterator[Row]:
    """Peers take turns, so that all meet the same neighbours on the machine."""
    python = pythons[0]
    yield from _beside("CPU a request, 32 clients", "ms", _turns(python, "0", _ms_a_request), A_REQUEST)
    yield from _beside("CPU a streamed token", "µs", _turns(python, str(LENGTH), _us_a_token), A_TOKEN)
    yield from _many_streams(python)
    yield _memory(python)


def _turns(python: str, tokens: str, measure: Measure) -> dict[str, float]:
    seen: dict[str, list[float]] = {}
    with ExitStack() as stack:
        found = peers(stack, python, stack.enter_context(Server("bench.model_service", tokens, python=python)))
        for peer in found.values():
            _cpu_s(peer, CLIENTS, stream=tokens != "0")
        for _ in range(RUNS):
            for name, peer in found.items():
                seen.setdefault(name, []).append(measure(peer))
    return {name: middle(runs) for name, runs in seen.items()}


def _ms_a_request(peer: Peer) -> float:
    requests = REQUESTS_OF_LITELLM if peer.name == "litellm" else REQUESTS
    return _cpu_s(peer, requests, stream=False) * 1e3 / requests


def _us_a_token(peer: Peer) -> float:
    """Of streams that come token by token, as fast as they can."""
    requests = LONG_OF_LITELLM if peer.name == "litellm" else LONG
    return _cpu_s(peer, requests, stream=True) * 1e6 / (requests * LENGTH)


def _cpu_s(peer: Peer, requests: int, *, stream: bool) -> float:
    before = peer.server.cpu_s
    uvloop.run(_ask(peer, requests, stream=stream))
    return peer.server.cpu_s - before


async def _ask(peer: Peer, requests: int, *, stream: bool) -> None:
    remaining = iter(range(requests))
    body = peer.body(stream=stream)
    await asyncio.gather(*(_client(peer, remaining, body) for _ in range(min(CLIENTS, requests))))


async def _client(peer: Peer, remaining: Iterator[int], body: object) -> None:
    connection = await Connection.to(peer.server.port)
    for _ in remaining:
        await connection.request("POST", PATH, body, peer.headers)
    connection.close()


def _beside(what: str, unit: str, seen: Mapping[str, float], part: float) -> Iterator[Row]:
    peer, ours = seen.get("litellm"), seen["secretary"]
    note = f"LiteLLM {peer:.1f}, 1/{peer / ours:.0f} of it" if peer else "LiteLLM is not installed: left out"
    limit, goal = (peer * part, peer * part / 2) if peer else (None, None)
    yield Row(f"gateway: {what}", ours, unit, limit, goal, f"{note}; bare {seen['bare']:.2f}")


def _many_streams(python: str) -> Iterator[Row]:
    runs: list[tuple[dict[str, float], dict[str, float]]] = []
    for _ in range(RUNS):
        with ExitStack() as stack:
            upstream = stack.enter_context(_paced(python, TOKENS, PER_S, STREAMS))
            found = peers(stack, python, upstream, with_litellm=False)
            runs.append((_listen(found["bare"], STREAMS, TOKENS), _listen(found["secretary"], STREAMS, TOKENS)))
    what = f"gateway: {STREAMS} streams × {PER_S} tokens/s"
    yield Row(f"{what}: lost", max(ours["lost"] for _, ours in runs), "tokens", 0.0)
    for name in ("median_ms", "p95_ms"):
        bare, ours = (middle(seen[name] for seen in kind) for kind in zip(*runs, strict=True))
        yield Row(f"{what}: lag, {name.partition('_')[0]}", ours, "ms", bare * LAG, note=f"bare {bare:.2f} ms")


def _memory(python: str) -> Row:
    """What one more open stream costs."""
    with ExitStack() as stack:
        peer = peers(stack, python, stack.enter_context(_paced(python, OPEN_TOKENS, 10, OPEN)), with_litellm=False)[
            "secretary"
        ]
        before = most = peer.server.memory_mb
        listening = subprocess.Popen(_listeners(peer, OPEN, OPEN_TOKENS), cwd=ROOT, stdout=subprocess.PIPE)
        while listening.poll() is None:
            most = max(most, peer.server.memory_mb)
            uvloop.run(asyncio.sleep(0.2))
        seen = orjson.loads(listening.communicate()[0])
    kb = (most - before) * 1024 / OPEN
    return Row(f"gateway: memory of each of {OPEN} open streams", kb, "kB", OPEN_KB, note=f"lost {seen['lost']:.0f}")


def _paced(python: str, tokens: int, per_s: int, together: int) -> Server:
    return Server("bench.upstream", str(tokens), str(per_s), str(together), python=python)


def _listeners(peer: Peer, streams: int, tokens: int) -> list[str]:
    asked = orjson.dumps({"path": PATH, "headers": peer.headers, "body": peer.body(stream=True)}).decode()
    arguments = ["program", peer.server.port, peer.server.pid, streams, tokens, asked]
    return [sys.executable, "-m", "bench.listeners", *map(str, arguments)]


def _listen(peer: Peer, streams: int, tokens: int) -> dict[str, float]:
    done = subprocess.run(_listeners(peer, streams, tokens), cwd=ROOT, stdout=subprocess.PIPE, check=True)
    seen: dict[str, float] = orjson.loads(done.stdout)
    return seen
