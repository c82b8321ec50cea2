"""Time and identifiers: the only places that ask the machine for either. Naive datetimes do not exist here."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
NewId = Callable[[], str]


def utc_now() -> datetime:
    """The present moment, UTC with zone."""
    return datetime.now(UTC)


class _RandomBytes:
    """The system's random bytes, fetched by the thousand: a call of the system costs as much as all the rest of an id.

    Nobody gets the same bytes twice: a child process begins anew, and taking them is one step for all threads.
    """

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        os.register_at_fork(after_in_child=self._chunks.clear)

    def take(self) -> bytes:
        """Ten bytes."""
        try:
            return self._chunks.pop()
        except IndexError:
            fresh = os.urandom(2560)
            self._chunks += [fresh[start : start + 10] for start in range(10, 2560, 10)]
            return fresh[:10]


_random_bytes = _RandomBytes()


def uuid7() -> str:
    """A UUIDv7 (RFC 9562, 5.7) as text: sortable by the millisecond of its birth, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random_bits = int.from_bytes(_random_bytes.take()) >> 6
    value = (
        (milliseconds << 80) | (0x7 << 76) | ((random_bits >> 62) << 64) | (0b10 << 62) | (random_bits & (2**62 - 1))
    )
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
