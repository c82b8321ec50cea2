"""Processes under test: started, found by the address they print, measured from outside, stopped."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self
from urllib.request import urlopen

from bench.pythons import ROOT

TICKS = os.sysconf("SC_CLK_TCK")
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
SERVE = ("-m", "bench.serve")


class Server:
    """A server process: `with Server([…]) as server`. It has printed its address once the block begins."""

    def __init__(self, arguments: Sequence[str | Path], *, python: str = sys.executable, **env: str) -> None:
        self._command = [python, *map(str, arguments)]
        self._env = clean_environment() | env
        self.printed = ""
        self.port = 0
        self.pid = 0

    def __enter__(self) -> Self:
        self._errors = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            self._command, env=self._env, cwd=ROOT, stdout=subprocess.PIPE, stderr=self._errors, text=True
        )
        self.pid = self._process.pid
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.printed += line
            if "/health" in line or (found := ADDRESS.search(self.printed)) is None:
                break
        found = ADDRESS.search(self.printed)
        if found is None:
            self._errors.seek(0)
            raise RuntimeError(f"{self._command} did not start:\n{self._errors.read()[-2000:]}")
        self.port = int(found[1])
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        rest, _ = self._process.communicate(timeout=30)
        self.printed += rest
        self._errors.close()

    def get(self, path: str = "/health") -> bytes:
        with urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:  # noqa: S310 -- our own child on loopback
            return bytes(answer.read())

    @property
    def cpu_s(self) -> float:
        return cpu_s(self.pid)

    @property
    def memory_mb(self) -> float:
        """Resident memory."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far, its own and the kernel's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def clean_environment() -> dict[str, str]:
    """What the shell says of the secretary must not change what is measured."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
