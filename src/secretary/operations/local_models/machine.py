"""What this computer has room for. Blocking: call it off the event loop."""

import os
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

_MEMINFO: Final = Path("/proc/meminfo")
_CONTAINER: Final = Path("/sys/fs/cgroup/memory.max")  # cgroup v2: what a container may have at most
_FOR_OTHERS: Final = 400_000_000  # the secretary itself and its database, measured at 200 MB, and the system


class Fit(StrEnum):
    """Does a model fit: well, only once other programs leave memory to it, or not at all."""

    YES = "yes"
    TIGHT = "tight"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of memory, and those that are free or can be freed at once."""

    total_bytes: int
    available_bytes: int

    def fit(self, needed_bytes: int) -> Fit:
        if needed_bytes > self.total_bytes - _FOR_OTHERS:
            return Fit.NO
        return Fit.YES if needed_bytes <= self.available_bytes else Fit.TIGHT


def memory(meminfo: Path = _MEMINFO, container: Path = _CONTAINER) -> Memory:
    """As Linux tells it; elsewhere all memory counts as free."""
    try:
        lines = dict(line.split(":", 1) for line in meminfo.read_text(encoding="ascii").splitlines() if ":" in line)
        total, available = (int(lines[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable"))
    except (OSError, KeyError, ValueError, IndexError):
        total = available = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError):  # "max" is no number: unlimited
        limit = int(container.read_text(encoding="ascii"))
        total, available = min(total, limit), min(available, limit)
    return Memory(total, available)
