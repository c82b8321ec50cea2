"""Every select of web push."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.operations.push.models import ONLY, PushDevice, PushKey


async def key(db: AsyncSession) -> PushKey | None:
    """The installation's key pair, if there is one yet."""
    return await db.get(PushKey, ONLY)


async def devices(db: AsyncSession, user_id: str | None = None) -> Sequence[PushDevice]:
    """One user's devices, or everybody's, the latest first."""
    wanted = select(PushDevice).order_by(PushDevice.created.desc(), PushDevice.id.desc())
    if user_id is not None:
        wanted = wanted.where(PushDevice.user_id == user_id)
    return (await db.execute(wanted)).scalars().all()


async def device(db: AsyncSession, device_id: str) -> PushDevice | None:
    return await db.get(PushDevice, device_id)


async def device_at(db: AsyncSession, digest: str) -> PushDevice | None:
    """The device with this address."""
    return (await db.execute(select(PushDevice).where(PushDevice.digest == digest))).scalar_one_or_none()


async def forget(db: AsyncSession, ids: Collection[str]) -> None:
    await db.execute(delete(PushDevice).where(PushDevice.id.in_(ids)))
