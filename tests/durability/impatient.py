"""The real program with little patience, so that nobody has to wait long for its limits: `python -m` of this module."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

import uvloop

from secretary.app.serve import bind, lock_folder, serve
from secretary.kernel.telemetry import configure_logging
from secretary.settings import Settings
from secretary.web.patient import Patience
from tests.support import process

LIMITS = Patience(head_s=1.0, body_s=1.0, stalled_s=1.5, half_closed_s=1.0, unwanted_bytes=2_000_000)
ROOT = Path(__file__).parents[2]


class Impatient(process.Served):
    """A running server with `LIMITS`, and what an observer from outside sees of it."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        with patch.object(process, "start", _start):
            super().__init__(folder, environment)

    def sockets(self) -> int:
        """How many sockets it holds, listening ones too."""
        found = Path(f"/proc/{self.process.pid}/fd").iterdir()
        return sum(_target(descriptor).startswith("socket:") for descriptor in found)

    def memory_mb(self) -> float:
        """What it has in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except FileNotFoundError:  # closed meanwhile
        return ""


def _start(folder: Path, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    ours = {"SECRETARY_DATA_DIR": str(folder), "ORCHESTRATOR_PORT": "0", "RATE_LIMIT_ENABLED": "false"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.durability.impatient"],
        env={**clean, **ours, "PYTHONPATH": str(ROOT), **(environment or {})},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def main() -> None:
    """Serve with `LIMITS`, and with so little of the system's memory for what is sent that a test can fill it."""
    settings = Settings()
    configure_logging(settings.log_level, as_json=settings.log_json)
    with bind(settings.host, settings.port) as bound, lock_folder(settings):
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        uvloop.run(serve(settings, bound, LIMITS))


if __name__ == "__main__":
    main()
