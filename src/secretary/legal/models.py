"""Table `user_consents`: who agreed to what and when. A row is never overwritten: a withdrawal closes it."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, UtcDateTime


class Consent(Base):
    """One consent of one person to one version of one text."""

    __tablename__ = "user_consents"
    __table_args__ = (Index("ix_user_consents_person", "user_id", "consent_type"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(100))
    user_type: Mapped[str] = mapped_column(String(20))
    consent_type: Mapped[str] = mapped_column(String(30))
    consent_version: Mapped[str] = mapped_column(String(10))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
