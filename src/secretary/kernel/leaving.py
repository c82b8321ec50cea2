"""What must not be left half done by a task that is cancelled."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def to_the_end(work: Awaitable[T], within_s: float | None = None) -> T:
    """Do this to its end. A caller who is cancelled meanwhile waits for it, `within_s` seconds at most; then it is
    cancelled, too. Raises what the work raises, or CancelledError.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=within_s)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
