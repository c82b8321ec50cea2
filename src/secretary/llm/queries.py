"""Every select on language models."""

from collections.abc import Sequence

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.kernel.config import read_config
from secretary.kernel.unit import Unit
from secretary.llm.models import LlmPreset, Provider

CONFIG_KEY = "llm"


class LlmConfig(BaseModel):
    """What the installation has chosen at run time; empty leaves LLM_BACKEND."""

    backend: str = ""


async def chosen_backend(unit: Unit) -> str:
    """The backend that somebody chose for the installation; empty where nobody did."""
    return (await read_config(unit, CONFIG_KEY, LlmConfig)).backend


async def enabled_providers(db: AsyncSession) -> Sequence[Provider]:
    """Providers that may be asked, oldest first."""
    return (await db.scalars(select(Provider).where(Provider.enabled).order_by(Provider.created, Provider.id))).all()


async def enabled_presets(db: AsyncSession) -> Sequence[LlmPreset]:
    """Presets that may be chosen as a persona, the shipped ones first."""
    statement = select(LlmPreset).where(LlmPreset.enabled)
    return (await db.scalars(statement.order_by(LlmPreset.is_builtin.desc(), LlmPreset.id))).all()
