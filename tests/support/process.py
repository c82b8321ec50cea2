"""The program as its owner starts it: a process of its own, on a data folder and a free port."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self


class Served:
    """A running `secretary serve`. `output` is everything it has printed."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.output: list[str] = []
        self._up = threading.Event()
        self.process = start(folder, environment)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._up.wait(30):
            raise AssertionError(f"did not start:\n{self.text}")
        found = re.search(r"(http://[^ ]+)/demo", self.text)
        if found is None:
            raise AssertionError(f"did not start:\n{self.text}")
        self.url = found[1]

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.output.append(line)
            if "/health" in line:
                self._up.set()
        self._up.set()

    @property
    def text(self) -> str:
        return "".join(self.output)

    def kill(self) -> None:
        """As a power cut does."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """As an owner does; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(15)
        self._reader.join(5)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.kill()
        if self.process.stdout:
            self._reader.join(5)
            self.process.stdout.close()


def start(folder: Path, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """`secretary serve` with this data folder; port 0 unless the environment says otherwise."""
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("secretary")), "serve"],
        env={
            **clean,
            "SECRETARY_DATA_DIR": str(folder),
            "ORCHESTRATOR_PORT": "0",
            "RATE_LIMIT_ENABLED": "false",
            **(environment or {}),
        },
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
