"""Cold start to the first healthy answer, and idle memory: with the routes we have, and with 500 more."""

import tempfile
import time
from collections.abc import Iterator

from bench.processes import Server
from bench.report import Row, middle

START_CPU_S, START_GOAL_S = 1.5, 0.8
IDLE_MB, IDLE_GOAL_MB = 120.0, 80.0
RUNS = 3


def run(pythons: list[str]) -> Iterator[Row]:
    """Every interpreter is measured; the limits are for the first."""
    for place, python in enumerate(pythons):
        yield from _of(python, is_judged=place == 0)


def _of(python: str, *, is_judged: bool) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        first = [_start(python, f"{folder}/{number}", 0) for number in range(RUNS)]
        yield Row("first start", middle(cpu for cpu, _ in first), "CPU s", note=f"fills the database; {python}")
        for more in (0, 500):
            runs = [_start(python, f"{folder}/0", more) for _ in range(RUNS)]
            name = f"{more} more admin routes"
            limits = (START_CPU_S, START_GOAL_S) if is_judged else (None, None)
            yield Row(f"start, {name}", middle(cpu for cpu, _ in runs), "CPU s", *limits, note=python)
            limits = (IDLE_MB, IDLE_GOAL_MB) if is_judged and not more else (None, None)
            yield Row(f"idle memory, {name}", middle(memory for _, memory in runs), "MB", *limits, note=python)


def _start(python: str, folder: str, more_routes: int) -> tuple[float, float]:
    """CPU seconds to the first healthy answer, and MB after two idle seconds with the admin API built."""
    with Server("bench.serve", str(more_routes), python=python, SECRETARY_DATA_DIR=folder) as server:
        server.get("/health")
        cpu = server.cpu_s
        server.get("/admin/auth/status")
        time.sleep(2)
        return cpu, server.memory_mb
