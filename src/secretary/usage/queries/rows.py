"""Statements of the ledger on calls and on the hours that sum them up.

Every call pays for these: they are made once, on plain tables. All rows are touched in the order of their keys, and
counters before calls before hours, so that two processes never wait for each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.kernel import upsert
from secretary.kernel.db import Base
from secretary.usage.models import NOT_DONE, CallStatus, UsageHour, UsageRow
from secretary.usage.ports import Outcome

SECONDS_AN_HOUR = 3600
ENDING = (
    "status", "code", "units_consumed", "prompt_tokens", "completion_tokens", "cached_tokens", "cost_micro", "currency",
    "first_token_ms", "duration_ms", "details",
)  # fmt: skip


class HourKey(NamedTuple):
    """Which row of `usage_hours`."""

    hour: int
    service_type: str
    source: str
    assistant_id: str
    api_key_id: str
    backend: str
    model: str
    currency: str


@lru_cache(maxsize=1_000)
def place_number(service_type: str, source: str, backend: str, model: str, currency: str) -> int:
    """One number for where hours are summed up: 63 bits of a hash."""
    parts = f"{service_type}\0{source}\0{backend}\0{model}\0{currency}"
    return int.from_bytes(blake2b(parts.encode(), digest_size=8).digest()) >> 1


@dataclass(slots=True)
class HourSum:
    """What is added to a row of `usage_hours`."""

    requests: int = 0
    failed: int = 0
    units: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_micro: int = 0

    def add(self, outcome: Outcome) -> None:
        self.requests += 1
        self.failed += outcome.status is CallStatus.FAILED
        self.units += outcome.amount.units
        self.prompt_tokens += outcome.prompt_tokens
        self.completion_tokens += outcome.completion_tokens
        self.cost_micro += outcome.amount.cost_micro


_log = Base.metadata.tables[UsageRow.__tablename__]
_hours = Base.metadata.tables[UsageHour.__tablename__]
_ADD = insert(_log)
_CLOSE = update(_log).where(_log.c.id == bindparam("row_id")).values({name: bindparam(name) for name in ENDING})
_STILL_OPEN = (
    select(_log.c.id)
    .where(_log.c.id.in_(bindparam("ids", expanding=True)), _log.c.status == CallStatus.OPEN)
    .order_by(_log.c.id)
    .with_for_update()
)
_SUMS = tuple(HourSum.__dataclass_fields__)


@cache
def _growing(dialect: str) -> Any:
    statement = upsert.insert(dialect, _hours)
    grown = {name: _hours.c[name] + statement.excluded[name] for name in _SUMS}
    return statement.on_conflict_do_update(index_elements=list(HourKey._fields), set_=grown)


def hour_of(moment: datetime) -> int:
    """Hours since 1970."""
    return int(moment.timestamp()) // SECONDS_AN_HOUR


async def add_rows(db: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await (await db.connection()).execute(_ADD, rows)


async def close_rows(db: AsyncSession, endings: Sequence[Mapping[str, Any]]) -> None:
    """Rows by `row_id` get their final values."""
    if endings:
        await (await db.connection()).execute(_CLOSE, sorted(endings, key=lambda ending: str(ending["row_id"])))


async def add_to_hours(db: AsyncSession, sums: Mapping[HourKey, HourSum]) -> None:
    if sums:
        rows = [key._asdict() | {"place": _place(key)} | asdict(added) for key, added in sorted(sums.items())]
        await (await db.connection()).execute(_growing(db.get_bind().dialect.name), rows)


def _place(key: HourKey) -> int:
    return place_number(key.service_type, key.source, key.backend, key.model, key.currency)


async def still_open(db: AsyncSession, ids: Sequence[str]) -> set[str]:
    """Which of these calls nobody has settled yet; they stay so until the end of the transaction."""
    if not ids:
        return set()
    return {row[0] for row in await (await db.connection()).execute(_STILL_OPEN, {"ids": list(ids)})}


async def open_rows(db: AsyncSession, before: datetime, limit: int) -> Sequence[UsageRow]:
    """Rows of calls that began before a moment and have not ended, oldest first."""
    found = select(UsageRow).where(NOT_DONE, UsageRow.status == CallStatus.OPEN, UsageRow.at <= before)
    return (await db.scalars(found.order_by(UsageRow.at).limit(limit))).all()
