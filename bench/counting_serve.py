"""`secretary serve` that prints its tasks and objects when it gets SIGUSR1: `python -m bench.counting_serve`."""

import asyncio
import gc
import signal
from types import FrameType

from secretary.cli import cli


def tell(number: int, frame: FrameType | None) -> None:
    """Print how many tasks are running."""
    del number, frame
    gc.collect()
    tasks = [one for one in list(asyncio.tasks._all_tasks) if not one.done()]
    names = sorted(getattr(one.get_coro(), "__qualname__", "?") for one in tasks)
    print(f"tasks {len(tasks)} {' '.join(names)}", flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, tell)
    cli(["serve", "--port", "0"])
