"""Selects on who uses a persona or a provider."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.assistant.models import Assistant


async def names_with_persona(db: AsyncSession, preset_id: str) -> Sequence[str]:
    """Names of the assistants that speak in this persona."""
    statement = select(Assistant.name).where(Assistant.persona_id == preset_id).order_by(Assistant.name)
    return (await db.scalars(statement)).all()


async def names_with_backend(db: AsyncSession, names: frozenset[str]) -> Sequence[str]:
    """Names of the assistants whose chain has one of these backends. There are few assistants: all are looked at."""
    rows = (await db.execute(select(Assistant.name, Assistant.backends).order_by(Assistant.name))).all()
    return [name for name, chain in rows if not names.isdisjoint(link.backend for link in chain)]
