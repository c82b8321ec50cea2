"""Every statement of the law."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.legal.models import Consent


async def open_consents(db: AsyncSession, user_id: str, version: str) -> set[str]:
    """The types of consent to this version that a person has given and not withdrawn."""
    statement = select(Consent.consent_type).where(
        Consent.user_id == user_id, Consent.consent_version == version, Consent.revoked_at.is_(None)
    )
    return set((await db.scalars(statement)).all())


async def consents_of(db: AsyncSession, user_ids: Collection[str]) -> Sequence[Consent]:
    """Every consent that these people have given, the latest first, withdrawn ones too."""
    statement = select(Consent).where(Consent.user_id.in_(user_ids))
    return (await db.scalars(statement.order_by(Consent.granted_at.desc(), Consent.id))).all()
