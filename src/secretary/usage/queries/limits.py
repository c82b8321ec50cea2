"""Statements on limits."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.kernel.db import Base
from secretary.usage.models import Measure, Period, UsageLimit


@dataclass(frozen=True, slots=True)
class LimitKey:
    """Which limit: no two of them have all of this alike. `scope` is that of `UsageLimit`."""

    service_type: str
    limit_type: Period
    measure: Measure = Measure.UNITS
    currency: str = ""
    scope: str = ""


async def enabled(db: AsyncSession) -> Sequence[UsageLimit]:
    return (await db.scalars(select(UsageLimit).where(UsageLimit.enabled).order_by(UsageLimit.id))).all()


async def find(db: AsyncSession, key: LimitKey) -> UsageLimit | None:
    """The limit, held until the end of the transaction by whoever changes it."""
    found = select(UsageLimit).where(
        UsageLimit.service_type == key.service_type,
        UsageLimit.limit_type == key.limit_type,
        UsageLimit.measure == key.measure,
        UsageLimit.currency == key.currency,
        UsageLimit.scope == key.scope,
    )
    return (await db.scalars(found.with_for_update(key_share=True))).one_or_none()


async def listed(
    db: AsyncSession, *, enabled_only: bool = False, service_type: str = "", limit_type: Period | None = None
) -> Sequence[UsageLimit]:
    """Those of the installation first."""
    found = select(UsageLimit).order_by(
        UsageLimit.scope, UsageLimit.service_type, UsageLimit.limit_type, UsageLimit.measure, UsageLimit.currency
    )
    found = found.where(UsageLimit.enabled) if enabled_only else found
    found = found.where(UsageLimit.service_type == service_type) if service_type else found
    found = found.where(UsageLimit.limit_type == limit_type) if limit_type else found
    return (await db.scalars(found)).all()


async def remove(db: AsyncSession, limit: UsageLimit) -> None:
    """With its counters."""
    await db.delete(limit)
    await db.flush()


async def exists(db: AsyncSession, table: str, row_id: str) -> bool:
    """Is there a row of this id in another domain's table that limits point at?"""
    column = Base.metadata.tables[table].c.id
    return await db.scalar(select(column).where(column == row_id)) is not None
