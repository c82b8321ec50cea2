"""Every statement of the law."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.legal.models import Consent


async def open_consents(db: AsyncSession, user_id: str, version: str) -> set[str]:
    """The types of consent to this version that a person has given and not withdrawn."""
    statement = select(Consent.consent_type).where(
        Consent.user_id == user_id, Consent.consent_version == version, Consent.revoked_at.is_(None)
    )
    return set((await db.scalars(statement)).all())
