"""Tables of web push: the key that this installation signs with, and the devices that want to be told."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, UtcDateTime
from secretary.kernel.errors import Language
from secretary.kernel.sealed import SealedColumn

NAME_LENGTH = 80
ONLY = "vapid"


class PushKey(Base):
    """The one key pair (`id` is `ONLY`) that push services know this installation by (RFC 8292)."""

    __tablename__ = "push_keys"

    id: Mapped[str] = mapped_column(String(10), primary_key=True)
    public: Mapped[str] = mapped_column(String(100))
    sealed_private: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class PushDevice(Base):
    """A browser that somebody has signed in with; it is told nothing any more once that sign-in is over.

    Its address and keys are sealed together: whoever has them can write to it. `digest` is the address's.
    """

    __tablename__ = "push_devices"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[str] = mapped_column(String(36))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    sealed_address: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    language: Mapped[Language] = mapped_column(String(2))
    created: Mapped[datetime] = mapped_column(UtcDateTime)


SEALED = (
    SealedColumn(PushKey.__tablename__, "id", "sealed_private", "push_keys.sealed_private"),
    SealedColumn(PushDevice.__tablename__, "id", "sealed_address", "push_devices.sealed_address"),
)
"""The columns of web push that hold sealed secrets, for the key's rotation."""
