"""One run of the child process: start it, hear that it is ready, end it."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Final

from secretary.adapters.llm.local import server
from secretary.adapters.llm.local.server import FAULT, READY, ServerOptions
from secretary.adapters.llm.local.state import LocalModelCode

_GRACE_S: Final = 5.0
# The file, not the module: the child then imports nothing of the product.
SERVER_COMMAND: Final[Sequence[str]] = (sys.executable, "-P", server.__file__)


class Child:
    """A started process. The end of its stdin is its order to go, so it cannot outlive us."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(
        cls, options: ServerOptions, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> "Child":
        """Start `command` with our module path and nothing else of our environment: that holds secrets.

        Its own session keeps a Ctrl-C in our terminal from killing it before its answers are out. Raises OSError.
        """
        path = os.pathsep.join(entry for entry in sys.path if entry)
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={"PYTHONPATH": path, "LC_ALL": "C.UTF-8", **(environment or {})},
            start_new_session=True,
        )
        if process.stdin is not None:
            process.stdin.write(json.dumps(asdict(options)).encode() + b"\n")
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def loaded(self, within_s: float) -> LocalModelCode:
        """Wait for its first word: READY, NO_RUNTIME or FAILED (it died, said nonsense, or took too long)."""
        if self._process.stdout is None:
            return LocalModelCode.FAILED
        try:
            async with asyncio.timeout(within_s):
                line = (await self._process.stdout.readline()).decode(errors="replace").split()
        except (TimeoutError, ValueError):
            return LocalModelCode.FAILED
        match line:
            case [word] if word == READY:
                return LocalModelCode.READY
            case [word, LocalModelCode.NO_RUNTIME] if word == FAULT:
                return LocalModelCode.NO_RUNTIME
            case _:
                return LocalModelCode.FAILED

    async def ended(self) -> None:
        """Wait for its death, whoever caused it."""
        await self._process.wait()

    async def stop(self) -> None:
        """Ask it to go, wait five seconds, kill it. May be called again."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_GRACE_S):
                    await self._process.wait()
        finally:
            if self._process.returncode is None:
                self._process.kill()
        await self._process.wait()
