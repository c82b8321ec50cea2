"""Selects on second factors and recovery codes."""

from collections.abc import Collection

from sqlalchemy import CursorResult, Update, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import Delete

from secretary.accounts.models import RecoveryCode, SecondFactor


async def factor_of(db: AsyncSession, user_id: str) -> SecondFactor | None:
    """Also one that is not confirmed yet."""
    return await db.get(SecondFactor, user_id)


async def is_on(db: AsyncSession, user_id: str) -> bool:
    return bool(await protected(db, [user_id]))


async def protected(db: AsyncSession, user_ids: Collection[str]) -> set[str]:
    """Those of these users who sign in with a second factor."""
    found = select(SecondFactor.user_id).where(
        SecondFactor.user_id.in_(user_ids), SecondFactor.confirmed_at.is_not(None)
    )
    return set((await db.execute(found)).scalars())


async def take_step(db: AsyncSession, user_id: str, step: int) -> bool:
    """Use a time step up; False when it, or a later one, was used before."""
    newer = update(SecondFactor).where(SecondFactor.user_id == user_id, SecondFactor.last_step < step)
    return await _changed_one(db, newer.values(last_step=step))


async def take_recovery_code(db: AsyncSession, user_id: str, code_hash: str) -> bool:
    """Use a recovery code up; False when there is no such one."""
    code = delete(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash)
    return await _changed_one(db, code)


async def recovery_codes_left(db: AsyncSession, user_id: str) -> int:
    return await db.scalar(select(func.count()).where(RecoveryCode.user_id == user_id)) or 0


async def forget_recovery_codes(db: AsyncSession, user_id: str) -> None:
    await db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


async def forget_unconfirmed(db: AsyncSession, user_id: str) -> None:
    """Forget a setup that was begun; one that has just been confirmed beside us stays."""
    await db.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_(None)))


async def forget_factor(db: AsyncSession, user_id: str) -> bool:
    """Forget the code generator and the recovery codes; was there anything?"""
    await forget_recovery_codes(db, user_id)
    return await _changed_one(db, delete(SecondFactor).where(SecondFactor.user_id == user_id))


async def _changed_one(db: AsyncSession, change: Update | Delete) -> bool:
    result = await db.execute(change, execution_options={"synchronize_session": False})
    return isinstance(result, CursorResult) and result.rowcount == 1
