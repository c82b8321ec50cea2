"""Files that were sent and wait to be read. Their names here are ours; a client's never touches the disk."""

import asyncio
import hashlib
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from secretary.knowledge.documents import faults

_NAME: Final = re.compile(r"[0-9a-f-]{36}")
_FORGOTTEN_S: Final = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is here now: under which name of ours, how large, and its SHA-256."""

    name: str
    size_bytes: int
    sha256: str


class UploadShelf:
    """The folder of files that wait."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self.limit_bytes = limit_bytes

    def path(self, name: str) -> Path:
        """Where the file of this name is. Raises Unread for what is no name of ours."""
        if not _NAME.fullmatch(name):
            raise faults.Unread("file_gone")
        return self._folder / name

    async def keep(self, name: str, chunks: AsyncIterator[bytes]) -> Received:
        """Write what comes, and make it last. Raises Invalid("too_large"); nothing is left of what fails."""
        path, digest, size = self.path(name), hashlib.sha256(), 0
        file = await asyncio.to_thread(self._open, path)
        try:
            async for chunk in chunks:
                size += self._counted(size, chunk)
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(_settle, file)
        except BaseException:
            file.close()
            self.discard(name)
            raise
        return Received(name, size, digest.hexdigest())

    def discard(self, name: str) -> None:
        """Delete a file; one that is gone is no error."""
        with suppress(OSError, faults.Unread):
            self.path(name).unlink(missing_ok=True)

    def tidy(self) -> int:
        """Delete what nobody has come for in a week: a program that died between a file and its job. How many."""
        if not self._folder.is_dir():
            return 0
        old = [path for path in self._folder.iterdir() if time.time() - path.stat().st_mtime > _FORGOTTEN_S]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _counted(self, size: int, chunk: bytes) -> int:
        if size + len(chunk) > self.limit_bytes:
            raise faults.too_large(self.limit_bytes)
        return len(chunk)

    def _open(self, path: Path) -> IO[bytes]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path.open("xb")


def _settle(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()
