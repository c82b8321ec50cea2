"""Every statement of channels."""

from collections.abc import Collection, Sequence

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.channels.models import ChannelInstance


async def instance(db: AsyncSession, kind: str, instance_id: str) -> ChannelInstance | None:
    statement = select(ChannelInstance).where(ChannelInstance.id == instance_id, ChannelInstance.kind == kind)
    return (await db.scalars(statement)).one_or_none()


async def instance_by_id(db: AsyncSession, instance_id: str) -> ChannelInstance | None:
    """An instance of whatever kind, as it is now."""
    statement = select(ChannelInstance).where(ChannelInstance.id == instance_id)
    return (await db.scalars(statement.execution_options(populate_existing=True))).one_or_none()


async def instance_at(db: AsyncSession, kind: str, webhook_key: str) -> ChannelInstance | None:
    """The instance whose webhook has this opaque end."""
    statement = select(ChannelInstance).where(ChannelInstance.kind == kind, ChannelInstance.webhook_key == webhook_key)
    return (await db.scalars(statement)).first()


async def to_run(db: AsyncSession, kinds: Collection[str]) -> Sequence[ChannelInstance]:
    """The instances of these kinds that shall run."""
    statement = select(ChannelInstance).where(
        ChannelInstance.kind.in_(kinds), ChannelInstance.enabled, ChannelInstance.auto_start
    )
    return (await db.scalars(statement.order_by(ChannelInstance.id))).all()


async def taken_by_another(db: AsyncSession, kind: str, secret_mark: str, but: str) -> bool:
    """Has another instance of this kind the same token?"""
    statement = select(ChannelInstance.id).where(
        ChannelInstance.kind == kind, ChannelInstance.secret_mark == secret_mark, ChannelInstance.id != but
    )
    return (await db.scalars(statement.limit(1))).first() is not None


async def instances(
    db: AsyncSession, kind: str, *, owner_id: str | None, enabled_only: bool, limit: int, offset: int
) -> tuple[Sequence[ChannelInstance], int]:
    """Instances of a kind by name, and how many; `owner_id` narrows them to that user's and to nobody's."""
    statement = select(ChannelInstance).where(ChannelInstance.kind == kind)
    if owner_id is not None:
        statement = statement.where((ChannelInstance.owner_id == owner_id) | ChannelInstance.owner_id.is_(None))
    if enabled_only:
        statement = statement.where(ChannelInstance.enabled)
    total = await db.scalar(select(func.count()).select_from(statement.subquery())) or 0
    rows = await db.scalars(statement.order_by(ChannelInstance.name, ChannelInstance.id).limit(limit).offset(offset))
    return rows.all(), total


async def shares_assistant(db: AsyncSession, assistant_id: str, but: str) -> bool:
    """Does another instance than `but` point at this assistant?"""
    statement = select(ChannelInstance.id).where(
        ChannelInstance.assistant_id == assistant_id, ChannelInstance.id != but
    )
    return (await db.scalars(statement.limit(1))).first() is not None


async def default_instance(db: AsyncSession, kind: str) -> ChannelInstance | None:
    """The oldest instance of a kind: what the single-instance endpoints of old speak of."""
    statement = select(ChannelInstance).where(ChannelInstance.kind == kind).order_by(ChannelInstance.id).limit(1)
    return (await db.scalars(statement)).one_or_none()


async def counts(db: AsyncSession) -> Sequence[tuple[str, int, int]]:
    """Every kind with how many instances it has, and how many of them are enabled."""
    enabled = func.sum(case((ChannelInstance.enabled, 1), else_=0))
    statement = select(ChannelInstance.kind, func.count(), enabled).group_by(ChannelInstance.kind)
    return [(kind, total, on) for kind, total, on in await db.execute(statement)]
