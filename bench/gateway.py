"""The gateway beside LiteLLM's proxy and a bare pass-through: CPU a request and a streamed token, lag, memory.

LiteLLM runs in its own environment, without its database: set SECRETARY_BENCH_LITELLM to that environment's folder
(`python -m venv F; F/bin/pip install 'litellm[proxy]'`), or its rows are left out with a message. One model service
for all, on loopback.
"""

import asyncio
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import uvloop

from bench.processes import Server
from bench.pythons import ROOT
from bench.report import Row, middle
from bench.wire import Connection

CLIENTS, REQUESTS, RUNS = 32, 1500, 3
STREAMS, PER_S, TOKENS = 300, 50, 300
FEW, FEW_TOKENS = 20, 100
OPEN, OPEN_TOKENS = 1000, 300
A_REQUEST, A_TOKEN, LAG = 1 / 15, 1 / 40, 2.0
OPEN_KB = 60
PATH = "/v1/chat/completions"
MESSAGES = [{"role": "user", "content": "Say twenty words, please."}]


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that takes chat completions."""

    name: str
    server: Server
    model: str
    headers: Mapping[str, str]
    more: Mapping[str, object]

    def body(self, *, stream: bool) -> dict[str, object]:
        return {"model": self.model, "messages": MESSAGES, "stream": stream, "max_tokens": 64, **self.more}


def run(pythons: list[str]) -> Iterator[Row]:
    """Peers take turns, so that all meet the same neighbours on the machine."""
    python = pythons[0]
    with ExitStack() as stack:
        peers = _peers(stack, python, stack.enter_context(Server("bench.model_service", python=python)))
        for peer in peers.values():
            _ms(peer, 100)
        seen = {name: [] for name in peers}
        for _ in range(RUNS):
            for name, peer in peers.items():
                seen[name].append(_ms(peer, REQUESTS if name != "litellm" else REQUESTS // 5))
    yield from _beside(
        "CPU a request, 32 clients", "ms", {name: middle(runs) for name, runs in seen.items()}, A_REQUEST
    )
    yield from _beside("CPU a streamed token", "µs", _tokens(python), A_TOKEN)
    yield from _many_streams(python)
    yield _memory(python)


def _beside(what: str, unit: str, seen: Mapping[str, float], part: float) -> Iterator[Row]:
    peer = seen.get("litellm")
    note = (
        f"LiteLLM {peer:.1f}, 1/{peer / seen['secretary']:.0f} of it" if peer else "LiteLLM is not installed: skipped"
    )
    limit, goal = (peer * part, peer * part / 2) if peer else (None, None)
    yield Row(f"gateway: {what}", seen["secretary"], unit, limit, goal, f"{note}; bare {seen['bare']:.2f}")


def _tokens(python: str) -> dict[str, float]:
    """CPU of each token while a few paced streams flow, every token in a packet of its own."""
    seen: dict[str, list[float]] = {}
    for _ in range(RUNS):
        with ExitStack() as stack:
            upstream = stack.enter_context(
                Server("bench.upstream", str(FEW_TOKENS), str(PER_S), str(FEW), python=python)
            )
            for name, peer in _peers(stack, python, upstream).items():
                seen.setdefault(name, []).append(_listen(peer, FEW, FEW_TOKENS)["us_a_token"])
    return {name: middle(runs) for name, runs in seen.items()}


def _many_streams(python: str) -> Iterator[Row]:
    runs: list[tuple[dict[str, float], dict[str, float]]] = []
    for _ in range(RUNS):
        with ExitStack() as stack:
            upstream = stack.enter_context(
                Server("bench.upstream", str(TOKENS), str(PER_S), str(STREAMS), python=python)
            )
            peers = _peers(stack, python, upstream, with_litellm=False)
            runs.append((_listen(peers["bare"], STREAMS, TOKENS), _listen(peers["secretary"], STREAMS, TOKENS)))
    what = f"gateway: {STREAMS} streams × {PER_S} tokens/s"
    yield Row(f"{what}: lost", max(ours["lost"] for _, ours in runs), "tokens", 0.0)
    for name in ("median_ms", "p95_ms"):
        bare, ours = (middle(seen[name] for seen in kind) for kind in zip(*runs, strict=True))
        yield Row(f"{what}: lag, {name.partition('_')[0]}", ours, "ms", bare * LAG, note=f"bare {bare:.2f} ms")


def _memory(python: str) -> Row:
    """What one more open stream costs."""
    with ExitStack() as stack:
        upstream = stack.enter_context(Server("bench.upstream", str(OPEN_TOKENS), "10", str(OPEN), python=python))
        peer = _peers(stack, python, upstream, with_litellm=False)["secretary"]
        before = peer.server.memory_mb
        listening = subprocess.Popen(_listeners(peer, OPEN, OPEN_TOKENS), cwd=ROOT, stdout=subprocess.PIPE)
        most = before
        while listening.poll() is None:
            most = max(most, peer.server.memory_mb)
            _pause(0.2)
        seen = orjson.loads(listening.communicate()[0])
    kb = (most - before) * 1024 / OPEN
    return Row(f"gateway: memory of each of {OPEN} open streams", kb, "kB", OPEN_KB, note=f"lost {seen['lost']:.0f}")


def _pause(seconds: float) -> None:
    uvloop.run(asyncio.sleep(seconds))


def _listeners(peer: Peer, streams: int, tokens: int) -> list[str]:
    asked = orjson.dumps({"path": PATH, "headers": peer.headers, "body": peer.body(stream=True)}).decode()
    arguments = ["program", peer.server.port, peer.server.pid, streams, tokens, asked]
    return [sys.executable, "-m", "bench.listeners", *map(str, arguments)]


def _listen(peer: Peer, streams: int, tokens: int) -> dict[str, float]:
    done = subprocess.run(_listeners(peer, streams, tokens), cwd=ROOT, stdout=subprocess.PIPE, check=True)
    seen: dict[str, float] = orjson.loads(done.stdout)
    return seen


def _ms(peer: Peer, requests: int) -> float:
    before = peer.server.cpu_s
    uvloop.run(_ask(peer, requests))
    return (peer.server.cpu_s - before) * 1000 / requests


async def _ask(peer: Peer, requests: int) -> None:
    remaining = iter(range(requests))
    await asyncio.gather(*(_client(peer, remaining) for _ in range(CLIENTS)))


async def _client(peer: Peer, remaining: Iterator[int]) -> None:
    connection = await Connection.to(peer.server.port)
    body = peer.body(stream=False)
    for _ in remaining:
        await connection.request("POST", PATH, body, peer.headers)
    connection.close()


def _peers(stack: ExitStack, python: str, upstream: Server, *, with_litellm: bool = True) -> dict[str, Peer]:
    bare = stack.enter_context(Server("bench.passthrough", upstream.url, python=python))
    peers = {
        "bare": Peer("bare", bare, "scripted", {}, {}),
        "secretary": stack.enter_context(_secretary(python, upstream)),
    }
    folder = os.environ.get("SECRETARY_BENCH_LITELLM", "")
    if with_litellm and folder:
        peers["litellm"] = stack.enter_context(_litellm(Path(folder), upstream))
    return peers


@contextmanager
def _secretary(python: str, upstream: Server) -> Iterator[Peer]:
    """With a key, a hard limit, and a second model to fall back on."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(
            "bench.serve",
            python=python,
            SECRETARY_DATA_DIR=folder,
            VLLM_API_URL=upstream.url,
            ALLOWED_PRIVATE_HOSTS="127.0.0.1",
            RATE_LIMIT_ENABLED="false",
        ) as server,
    ):
        server.get("/admin/auth/status")
        headers = uvloop.run(_prepare(server, upstream))
        yield Peer("secretary", server, "bench/scripted", headers, {"models": ["vllm/default"]})


async def _prepare(server: Server, upstream: Server) -> dict[str, str]:
    password = re.search(r"^ *password +(\S+)$", server.printed, re.MULTILINE)
    assert password
    connection = await Connection.to(server.port)
    signed = await connection.json("POST", "/admin/auth/login", {"username": "admin", "password": password[1]})
    admin = {"authorization": f"Bearer {signed['access_token']}"}
    price = {"input": 1, "output": 2, "currency": "USD"}
    provider = {"name": "bench", "provider_type": "custom", "base_url": f"{upstream.url}/v1", "model_name": "scripted"}
    config = {"max_concurrency": 1000, "price": price}
    made = await connection.json(
        "POST", "/admin/llm/providers", provider | {"api_key": "bench", "config": config}, admin
    )
    limit = {"service_type": "llm", "limit_type": "daily", "limit_value": 10**12, "hard_limit": True}
    await connection.request("POST", "/admin/usage/limits", limit | {"measure": "units"}, admin)
    key = await connection.json("POST", "/admin/api-keys", {"name": "bench", "scopes": ["v1"]}, admin)
    connection.close()
    return {"authorization": f"Bearer {key['key']}"}, made["provider"]["id"]


@contextmanager
def _litellm(folder: Path, upstream: Server) -> Iterator[Peer]:
    parameters = {"model": "openai/scripted", "api_base": f"{upstream.url}/v1", "api_key": "bench"}
    settings = {
        "model_list": [{"model_name": "scripted", "litellm_params": parameters}],
        "general_settings": {"master_key": "sk-bench"},
        "litellm_settings": {"telemetry": False},
    }
    with tempfile.TemporaryDirectory() as place:
        config = Path(place, "config.yaml")
        config.write_bytes(orjson.dumps(settings))  # JSON is YAML
        with Server("bench.litellm_proxy", str(folder), str(config)) as server:
            yield Peer("litellm", server, "scripted", {"authorization": "Bearer sk-bench"}, {})
