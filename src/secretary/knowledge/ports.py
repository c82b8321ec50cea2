"""What knowledge needs to be told from outside: the business that the answers speak of."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class BusinessCard:
    """The facts that templates put into an answer; an empty one is left out of the sentence.

    `timezone` is an IANA name. Empty or unknown, moments are shown in the zone they come in.
    """

    company: str = ""
    phone: str = ""
    address: str = ""
    hours: str = ""
    timezone: str = ""

    def local(self, moment: datetime) -> datetime:
        """`moment` on the clock of the business."""
        zone = _zone(self.timezone)
        return moment.astimezone(zone) if zone else moment


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, KeyError):  # a name that is malformed, a folder, or not there
        return None
