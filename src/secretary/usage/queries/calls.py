"""Selects on the calls that one conversation made."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.usage.models import UsageRow

MOST = 50


async def made_for(
    db: AsyncSession, source: str, source_id: str, first: datetime, last: datetime
) -> Sequence[UsageRow]:
    """Calls that were begun for this place within these moments, oldest first."""
    found = (
        select(UsageRow)
        .where(UsageRow.source == source, UsageRow.at.between(first, last), UsageRow.source_id == source_id)
        .order_by(UsageRow.at, UsageRow.id)
        .limit(MOST)
    )
    return (await db.execute(found)).scalars().all()
