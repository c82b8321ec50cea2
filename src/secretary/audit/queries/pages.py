"""Statements for readers of the log: filters, pages, counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ColumnExpressionArgument, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.audit.chain import Entry
from secretary.audit.models import AuditEntry
from secretary.audit.queries.links import ENTRY

_NEWEST_FIRST = (AuditEntry.timestamp.desc(), AuditEntry.number.desc())


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are meant; empty means any. `until` is the first moment that is no longer meant."""

    action: str = ""
    resource: str = ""
    user_id: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found = [
            column == value
            for column, value in (
                (AuditEntry.action, self.action),
                (AuditEntry.resource, self.resource),
                (AuditEntry.user_id, self.user_id),
            )
            if value
        ]
        found += [AuditEntry.timestamp >= self.since] if self.since is not None else []
        return found + ([AuditEntry.timestamp < self.until] if self.until is not None else [])


async def page(db: AsyncSession, wanted: Wanted, *, limit: int, offset: int) -> Sequence[Entry]:
    """Newest first."""
    found = select(*ENTRY).where(*wanted.conditions()).order_by(*_NEWEST_FIRST).limit(limit).offset(offset)
    return [Entry(*row) for row in await db.execute(found)]


async def page_before(db: AsyncSession, wanted: Wanted, before: Entry | None, limit: int) -> Sequence[Entry]:
    """Newest first, beginning behind `before`."""
    conditions: list[ColumnExpressionArgument[bool]] = [*wanted.conditions()]
    if before is not None:
        conditions.append(tuple_(AuditEntry.timestamp, AuditEntry.number) < (before.timestamp, before.number))
    return [
        Entry(*row) for row in await db.execute(select(*ENTRY).where(*conditions).order_by(*_NEWEST_FIRST).limit(limit))
    ]


async def count(db: AsyncSession, wanted: Wanted) -> int:
    return await db.scalar(select(func.count()).select_from(AuditEntry).where(*wanted.conditions())) or 0


async def count_by_action(db: AsyncSession) -> Mapping[str, int]:
    found = select(AuditEntry.action, func.count()).group_by(AuditEntry.action).order_by(AuditEntry.action)
    return {row[0]: row[1] for row in await db.execute(found)}


async def count_by_resource(db: AsyncSession) -> Mapping[str, int]:
    found = select(AuditEntry.resource, func.count()).group_by(AuditEntry.resource).order_by(AuditEntry.resource)
    return {row[0]: row[1] for row in await db.execute(found)}
