"""Every select on language models."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Select, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.kernel.config import read_config
from secretary.kernel.unit import Unit
from secretary.llm.models import LlmPreset, PromptVersion, Provider

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


async def providers(
    db: AsyncSession, *, owner_id: str | None, enabled_only: bool, limit: int, offset: int
) -> tuple[Sequence[Provider], int]:
    """Providers of an owner, of everybody for None, oldest first; and how many there are."""
    statement = select(Provider).order_by(Provider.created, Provider.id)
    if owner_id is not None:
        statement = statement.where(Provider.owner_id == owner_id)
    if enabled_only:
        statement = statement.where(Provider.enabled)
    return await _page(db, statement, limit, offset)


async def provider(db: AsyncSession, provider_id: str) -> Provider | None:
    return await db.get(Provider, provider_id)


async def provider_to_change(db: AsyncSession, provider_id: str) -> Provider | None:
    """A provider that nobody else changes, or begins to name, until this transaction is over."""
    statement = select(Provider).where(Provider.id == provider_id).with_for_update()
    return (await db.scalars(statement.execution_options(populate_existing=True))).one_or_none()


async def provider_to_name(db: AsyncSession, provider_id: str) -> Provider | None:
    """A provider that is not deleted until this transaction is over."""
    statement = select(Provider).where(Provider.id == provider_id).with_for_update(read=True)
    return (await db.scalars(statement)).one_or_none()


async def default_provider(db: AsyncSession, whose: str) -> Provider | None:
    """The first choice of an owner; of the installation for the empty text."""
    return (await db.scalars(select(Provider).where(Provider.default_of == whose))).one_or_none()


async def enabled_presets(db: AsyncSession) -> Sequence[LlmPreset]:
    """Presets of the installation that may be chosen as a persona by everybody, the shipped ones first."""
    statement = select(LlmPreset).where(LlmPreset.enabled, LlmPreset.owner_id.is_(None))
    return (await db.scalars(statement.order_by(LlmPreset.is_builtin.desc(), LlmPreset.id))).all()


async def presets(
    db: AsyncSession, *, owner_id: str | None, everything: bool, enabled_only: bool, limit: int, offset: int
) -> tuple[Sequence[LlmPreset], int]:
    """The installation's presets and an owner's, or everybody's, the shipped ones first; and how many there are."""
    statement = select(LlmPreset).order_by(LlmPreset.is_builtin.desc(), LlmPreset.id)
    if not everything:
        statement = statement.where(LlmPreset.owner_id.is_(None) | (LlmPreset.owner_id == owner_id))
    if enabled_only:
        statement = statement.where(LlmPreset.enabled)
    return await _page(db, statement, limit, offset)


async def has_versions(db: AsyncSession, subject: str) -> bool:
    """Is anything written down of this prompt's past?"""
    return await db.scalar(select(PromptVersion.id).where(PromptVersion.subject == subject).limit(1)) is not None


async def versions(db: AsyncSession, subject: str, *, limit: int, offset: int) -> tuple[Sequence[PromptVersion], int]:
    """What a prompt read, newest first; and how many versions there are."""
    statement = select(PromptVersion).where(PromptVersion.subject == subject)
    order = statement.order_by(PromptVersion.created.desc(), PromptVersion.id.desc())
    return await _page(db, order, limit, offset)


async def version_before(db: AsyncSession, version: PromptVersion) -> PromptVersion | None:
    """The version that this one replaced."""
    is_older = or_(
        PromptVersion.created < version.created,
        and_(PromptVersion.created == version.created, PromptVersion.id < version.id),
    )
    statement = select(PromptVersion).where(PromptVersion.subject == version.subject, is_older)
    order = statement.order_by(PromptVersion.created.desc(), PromptVersion.id.desc())
    return (await db.scalars(order.limit(1))).one_or_none()


async def delete_versions(db: AsyncSession, subject: str) -> None:
    await db.execute(delete(PromptVersion).where(PromptVersion.subject == subject))


async def _page(db: AsyncSession, statement: Select[Any], limit: int, offset: int) -> tuple[Sequence[Any], int]:
    total = await db.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    return (await db.scalars(statement.limit(limit).offset(offset))).all(), total
