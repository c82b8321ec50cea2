"""A download that is not whole yet: `X.gguf.part`, with a note of what it is a part of. One process at a time has it.

The lock is the system's own, so it goes with the process however that ends. Blocking: off the event loop.
"""

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from io import BufferedRandom
from pathlib import Path
from typing import Final

from secretary.operations.local_models.errors import model_error

MAGIC: Final = b"GGUF"
BLOCK: Final = 4 << 20
RESERVE: Final = 256 << 20
"""Bytes of the disk that stay free: the database needs some."""
_GB: Final = 1_000_000_000
FreeBytes = Callable[[Path], int]


@dataclass(frozen=True, slots=True)
class PartOf:
    """The file that is being downloaded."""

    commit: str
    sha256: str
    size_bytes: int
    licence: str = ""


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class Part:
    """The open, locked part of one file. `size_bytes` are those that were looked at: they are in the digest."""

    def __init__(self, path: Path, file: BufferedRandom) -> None:
        self._path, self._file = path, file
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    @classmethod
    def open(cls, target: Path) -> "Part":
        """Lock the part of `target`, made where there is none. Raises Conflict("model_being_pulled")."""
        path = target.with_name(f"{target.name}.part")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                    return cls(path, file)
            except BlockingIOError as error:
                file.close()
                raise model_error("model_being_pulled") from error
            except FileNotFoundError:
                pass
            file.close()  # whoever had it has finished it in this moment

    @property
    def stored_bytes(self) -> int:
        """What is on the disk from before."""
        return os.fstat(self._file.fileno()).st_size

    def of(self) -> PartOf | None:
        """What it is a part of, where that is known."""
        with suppress(OSError, ValueError, TypeError):
            return PartOf(**json.loads(self._note.read_text(encoding="utf-8")))
        return None

    def begin(self, of: PartOf) -> None:
        """Start from nothing."""
        self._file.truncate(0)
        self._file.seek(0)
        self._digest, self.size_bytes = hashlib.sha256(), 0
        self._note.write_text(json.dumps(asdict(of)), encoding="utf-8")

    def look_on(self) -> bool:
        """Take the next block of what is stored into the digest. Is there more?"""
        self._file.seek(self.size_bytes)
        block = self._file.read(BLOCK)
        self._digest.update(block)
        self.size_bytes += len(block)
        return bool(block)

    def ensure_room(self, total_bytes: int, free: FreeBytes) -> None:
        """Raises Conflict("disk_full")."""
        there, missing = free(self._path.parent), total_bytes - self.stored_bytes
        if missing > 0 and there < missing + RESERVE:
            raise _disk_full(missing + RESERVE, there)

    def write(self, data: bytes) -> None:
        """Add bytes. Raises Invalid("not_gguf") for a wrong beginning, Conflict("disk_full")."""
        if self.size_bytes == 0 and not data.startswith(MAGIC):
            raise model_error("not_gguf")
        try:
            self._file.seek(self.size_bytes)
            self._file.write(data)
            self._file.flush()
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            self._file.truncate(self.size_bytes)
            raise _disk_full(len(data), 0) from error
        self._digest.update(data)
        self.size_bytes += len(data)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def finish(self, target: Path) -> None:
        """Make it the whole file, for good."""
        os.fsync(self._file.fileno())
        self._path.replace(target)
        self._note.unlink(missing_ok=True)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def discard(self) -> None:
        """Delete it."""
        self._path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of it. One that holds nothing is deleted."""
        with suppress(OSError), closing(self._file):
            if not self.stored_bytes and self._path.exists():
                self.discard()

    @property
    def _note(self) -> Path:
        return self._path.with_name(f"{self._path.name}.json")


def _disk_full(need: int, free: int) -> Exception:
    return model_error("disk_full", need=f"{need / _GB:.1f}", free=f"{free / _GB:.1f}")
