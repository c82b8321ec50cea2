"""Statements on prices that the library has told."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from secretary.llm.models import ModelPrice
from secretary.llm.providers import ProviderType


async def stored(db: AsyncSession, kind: ProviderType, model: str) -> ModelPrice | None:
    return await db.get(ModelPrice, (kind, model))


async def store(db: AsyncSession, prices: Iterable[ModelPrice]) -> None:
    for price in prices:
        await db.merge(price)
    await db.flush()
