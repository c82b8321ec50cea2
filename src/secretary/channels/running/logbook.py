"""The log of an instance, for its owner: what happened when, in codes. Never what somebody wrote."""

from typing import Literal

import structlog

from secretary.channels.models import ChannelLogEntry
from secretary.channels.running import queries
from secretary.kernel.unit import Unit

log = structlog.get_logger(__name__)

Level = Literal["info", "warning", "error"]


def note(unit: Unit, instance_id: str, event: str, level: Level = "info", **details: str) -> None:
    """Write an entry with the unit's commit, and into the program's own log."""
    log.log({"info": 20, "warning": 30, "error": 40}[level], event, instance_id=instance_id, **details)
    unit.db.add(ChannelLogEntry(instance_id=instance_id, at=unit.now(), level=level, event=event, details=details))


async def trim(unit: Unit) -> None:
    """Drop what is older than the last thousand entries of each instance. Repeatable."""
    for instance_id in await queries.logged_instances(unit.db):
        await queries.trim_log(unit.db, instance_id)
