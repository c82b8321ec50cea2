"""Processes under test: started, found by the address they print, measured from outside, stopped."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self
from urllib.request import urlopen

from bench.pythons import ROOT

TICKS = os.sysconf("SC_CLK_TCK")
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")  # what the shell says of the secretary must not change the numbers


class Server:
    """A server process: `with Server("bench.serve") as server`. It has printed its address once the block begins."""

    def __init__(self, module: str, *arguments: str, python: str = sys.executable, **env: str) -> None:
        self._command = [python, "-m", module, *arguments]
        self._env = {name: os.environ[name] for name in INHERITED if name in os.environ} | env

    def __enter__(self) -> Self:
        self._output = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            self._command, env=self._env, cwd=ROOT, stdout=self._output, stderr=subprocess.STDOUT
        )
        while not (address := ADDRESS.search(self.printed)):
            if self._process.poll() is not None:
                raise RuntimeError(f"{self._command} did not start:\n{self.printed[-2000:]}")
            time.sleep(0.005)
        self.pid, self.port = self._process.pid, int(address[1])
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait(30)
        self._output.close()

    @property
    def printed(self) -> str:
        self._output.seek(0)
        return self._output.read()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> bytes:
        with urlopen(self.url + path) as answer:  # noqa: S310 -- our own child on loopback
            return bytes(answer.read())

    @property
    def cpu_s(self) -> float:
        return cpu_s(self.pid)

    @property
    def memory_mb(self) -> float:
        """Resident memory."""
        return self._memory_mb("VmRSS:")

    @property
    def own_memory_mb(self) -> float:
        """Resident memory without mapped files: of the database's the kernel keeps in view what it has room for."""
        return self._memory_mb("RssAnon:")

    def _memory_mb(self, what: str) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        return int(status.partition(what)[2].split()[0]) / 1024


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far, its own and the kernel's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
