"""The parent of the child that reads documents: starts it, waits, ends it in time, tells what became of it."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

from secretary.adapters.documents.limits import ReadingLimits
from secretary.knowledge.documents.faults import Unread
from secretary.knowledge.documents.ports import Read

CHILD: Final[Sequence[str]] = (sys.executable, "-P", "-m", "secretary.adapters.documents.child")
_SLICE: Final = 65_536
_BYTES_A_CHARACTER: Final = 6  # as JSON escapes them
_AT_ONCE: Final = 2
_LONG: Final = frozenset({-getattr(signal, "SIGXCPU", 24), -getattr(signal, "SIGKILL", 9)})
_MEMORY: Final = frozenset({-getattr(signal, "SIGABRT", 6), -getattr(signal, "SIGTRAP", 5)})


class ChildReader:
    """Two children at a time, whoever asks. `command` is the child as tests script it."""

    def __init__(self, limits: ReadingLimits | None = None, command: Sequence[str] = CHILD) -> None:
        self._limits = limits or ReadingLimits()
        self._command = command
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def read(self, source: Path | bytes, name: str, charset: str = "") -> Read:
        """As the port says."""
        order = {"name": name, "charset": charset, "limits": asdict(self._limits)}
        async with self._room:
            if isinstance(source, bytes):
                return await self._run(order, source)
            with await asyncio.to_thread(source.open, "rb") as file:
                return await self._run(order, file)

    async def read_sitemap(self, data: bytes) -> Read:
        """As the port says."""
        return await self.read(data, "sitemap")

    async def _run(self, order: dict[str, Any], source: bytes | IO[bytes]) -> Read:
        process = await self._start(order, PIPE if isinstance(source, bytes) else source)
        try:
            async with asyncio.timeout(self._limits.wall_s):
                said = await _talk(process, source if isinstance(source, bytes) else b"", self._most_bytes)
                code = await process.wait() if said is not None else 0
        except TimeoutError as error:
            raise Unread("took_too_long") from error
        finally:
            await _end(process)
        if said is None:
            raise Unread("too_much_text")
        return _told(said, code)

    @property
    def _most_bytes(self) -> int:
        return self._limits.characters * _BYTES_A_CHARACTER + 10_000_000

    async def _start(self, order: dict[str, Any], stdin: Any) -> Process:
        """With our module path and nothing else of our environment: that holds secrets."""
        path = os.pathsep.join(entry for entry in sys.path if entry)
        return await asyncio.create_subprocess_exec(
            *self._command,
            json.dumps(order),
            stdin=stdin,
            stdout=PIPE,
            stderr=DEVNULL,
            env={"PYTHONPATH": path, "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )


async def _talk(process: Process, data: bytes, limit: int) -> bytes | None:
    """Feed it while it speaks: either may fill a pipe. None where it says more than it may."""
    feeding = asyncio.create_task(_feed(process, data))
    try:
        return await _hear(process, limit)
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)


async def _feed(process: Process, data: bytes) -> None:
    if process.stdin is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()


async def _hear(process: Process, limit: int) -> bytes | None:
    said = bytearray()
    while process.stdout is not None and (heard := await process.stdout.read(_SLICE)):
        said += heard
        if len(said) > limit:
            return None
    return bytes(said)


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    while process.stdout is not None and await process.stdout.read(_SLICE):
        pass  # a pipe that nobody empties is never closed, and its process never over
    await process.wait()


def _told(said: bytes, code: int) -> Read:
    try:
        answer = json.loads(said)
    except ValueError:
        answer = {"fault": "took_too_long" if code in _LONG else "out_of_memory" if code in _MEMORY else "damaged"}
    if fault := answer.get("fault"):
        raise Unread(fault)
    return Read(
        _storable(answer["markdown"]),
        _storable(answer["title"]),
        tuple(_storable(link) for link in answer["links"]),
        _storable(answer["canonical"]),
        answer["is_listed"],
    )


def _storable(text: str) -> str:
    """Without what no database stores: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
