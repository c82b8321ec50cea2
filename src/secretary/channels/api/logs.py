"""The log of an instance as its endpoint shows it."""

from secretary.channels.api.shapes import LogEntryOut, LogsOut
from secretary.channels.models import ChannelInstance
from secretary.channels.running import queries
from secretary.kernel.unit import Unit


async def read_log(unit: Unit, row: ChannelInstance, lines: int) -> LogsOut:
    """The last entries of an instance."""
    entries = [LogEntryOut.model_validate(entry) for entry in await queries.log(unit.db, row.id, limit=lines)]
    return LogsOut(logs="\n".join(_line(entry) for entry in entries), entries=entries)


def _line(entry: LogEntryOut) -> str:
    details = "".join(f" {name}={value}" for name, value in entry.details.items())
    return f"{entry.at:%Y-%m-%d %H:%M:%S}Z {entry.level.upper()} {entry.event}{details}"
