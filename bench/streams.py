"""300 widget answers at once, 50 tokens a second each, through the real server; beside a bare pass-through."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator

import orjson

from bench.processes import Server
from bench.pythons import ROOT
from bench.report import Row, middle

STREAMS, PER_S, TOKENS = 300, 50, 500
RATIO = 2.0
RUNS = 3

Seen = dict[str, float]


def run(pythons: list[str]) -> Iterator[Row]:
    """Peer and product take turns, so that both meet the same neighbours on the machine."""
    python = pythons[0]
    runs = [(_bare(python), _secretary(python)) for _ in range(RUNS)]
    what = f"{STREAMS} streams × {PER_S} tokens/s"
    lost = max(ours["lost"] for _, ours in runs)
    yield Row(f"{what}: lost", lost, "tokens", 0.0, note=f"of {STREAMS * TOKENS}, the worst run")
    for name, title in (("median_ms", "lag, median"), ("p95_ms", "lag, p95")):
        bare, ours = (middle(seen[name] for seen in kind) for kind in zip(*runs, strict=True))
        yield Row(f"{what}: {title}", ours, "ms", bare * RATIO, note=f"bare pass-through {bare:.2f} ms")
    bare, ours = (middle(seen["us_a_token"] for seen in kind) for kind in zip(*runs, strict=True))
    yield Row(f"{what}: CPU a token", ours, "µs", note=f"bare pass-through {bare:.1f} µs, {ours / bare:.2f} of it")


def _bare(python: str) -> Seen:
    with _upstream(python) as upstream, Server("bench.passthrough", upstream.url, python=python) as server:
        return _listen("bare", server)


def _secretary(python: str) -> Seen:
    with (
        tempfile.TemporaryDirectory() as folder,
        _upstream(python) as upstream,
        Server(
            "bench.serve",
            python=python,
            SECRETARY_DATA_DIR=folder,
            VLLM_API_URL=upstream.url,
            RATE_LIMIT_ENABLED="false",
        ) as server,
    ):
        server.get("/admin/auth/status")  # what is built after the start is built before the measurement
        return _listen("secretary", server)


def _upstream(python: str) -> Server:
    return Server("bench.upstream", str(TOKENS), str(PER_S), str(STREAMS), python=python)


def _listen(kind: str, server: Server) -> Seen:
    server.get("/health")
    arguments = [kind, server.port, server.pid, STREAMS, TOKENS]
    done = subprocess.run(
        [sys.executable, "-m", "bench.listeners", *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    seen: Seen = orjson.loads(done.stdout)
    return seen
