"""Counting answers: what is counted, how long things took in buckets that can be added up, and how both are packed.

A tally is a number whose digits of 32 bits are the counts, so adding two tallies is adding two numbers, and a year of
hours is summed in a moment. No clock, no database.
"""

import math
import struct
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate

# The order is stored: new names go to the end, up to RESERVED.
COUNTED = (
    "conversations",
    "questions",
    "interrupted",
    "cancelled",
    "failed",
    "admit",
    "hand_over",
    "funnel",
    "faq",
    "knowledge",
    "llm",
    "extract",
    "message",
    "person",
    "other",
)
ANSWERED_BY = COUNTED[5:]
RESERVED = 32

BUCKETS = 80
PER_DOUBLING = 4  # a bucket is 19 % wide, so a percentile is off by less than 10 %; the last begins at 15 minutes
FIRST_WORD = RESERVED
TOTAL = FIRST_WORD + BUCKETS
LANES = TOTAL + BUCKETS
PLACES = {name: place for place, name in enumerate(COUNTED)}
DIGIT_BYTES = 4


@dataclass(slots=True)
class Tally:
    """Counts that grow."""

    counts: list[int] = field(default_factory=lambda: [0] * LANES)

    @classmethod
    def of(cls, number: int) -> "Tally":
        """The tally that a sum of `number_of` is."""
        return cls(list(struct.unpack(f"<{LANES}I", number.to_bytes(LANES * DIGIT_BYTES, "little"))))

    def add(self, name: str, count: int = 1) -> None:
        """Count something of `COUNTED`; whoever else answered is `other`."""
        self.counts[PLACES.get(name, PLACES["other"])] += count

    def add_time(self, first_lane: int, milliseconds: int | None, count: int = 1) -> None:
        """Count how long something took, from `FIRST_WORD` or `TOTAL` on."""
        if milliseconds is not None:
            self.counts[first_lane + bucket_of(milliseconds)] += count

    def __getitem__(self, name: str) -> int:
        return self.counts[PLACES[name]]

    def percentile(self, first_lane: int, share: float) -> int | None:
        """The time (ms) within which this share of them ended; None where nothing was timed."""
        reached = list(accumulate(self.counts[first_lane : first_lane + BUCKETS]))
        if not reached[-1]:
            return None
        return middle_of(bisect_left(reached, math.ceil(reached[-1] * share)))

    def packed(self) -> bytes:
        """For the database; zeros at the end are left out."""
        return struct.pack(f"<{LANES}I", *self.counts).rstrip(b"\0")


def number_of(packed: bytes) -> int:
    """A packed tally as the number that can be added to others: up to 4 billion of each thing."""
    return int.from_bytes(packed, "little")


def bucket_of(milliseconds: int) -> int:
    """Bucket n holds times from 2^(n/4) ms on."""
    return min(int(PER_DOUBLING * math.log2(max(milliseconds, 1))), BUCKETS - 1)


def middle_of(bucket: int) -> int:
    """The time (ms) that stands for a bucket: its geometric middle."""
    return round(2 ** ((bucket + 0.5) / PER_DOUBLING))
