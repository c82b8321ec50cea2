"""Tables of this domain: the log itself, the seals that say where it begins and ends, the keys that prove both."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime
from secretary.kernel.sealed import SealedColumn

ADDRESS_LENGTH = 64


class AuditEntry(Base):
    """One change, failed sign-in or export. Rows are added by `log.AuditLog` only and never changed.

    `number` is dense; `hash` covers everything else in the row, and the hash of the row before it.
    """

    __tablename__ = "audit_log"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, unique=True)
    timestamp: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[str] = mapped_column(String(64))
    session_id: Mapped[str] = mapped_column(String(64))
    user_ip: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    action: Mapped[str] = mapped_column(String(32))
    resource: Mapped[str] = mapped_column(String(32))
    resource_id: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(JsonOf(dict[str, Any]))
    previous_hash: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(8))
    hash: Mapped[str] = mapped_column(String(64))

    # One for each filter, each in the order of the list: newest first is the same index read backwards.
    __table_args__ = (
        Index(None, "timestamp", "number"),
        Index(None, "action", "timestamp", "number"),
        Index(None, "resource", "timestamp", "number"),
        Index(None, "user_id", "timestamp", "number"),
    )


class AuditSeal(Base):
    """A signed statement about the chain: its head (`id` is `head`: the newest row is `number` with `hash`), or an
    anchor (the rows up to `number`, the last of them with `hash`, were removed by a clean-up, `removed` at once).
    """

    __tablename__ = "audit_seals"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    removed: Mapped[int] = mapped_column(BigInteger)
    timestamp: Mapped[datetime] = mapped_column(UtcDateTime)
    key_id: Mapped[str] = mapped_column(String(8))
    signature: Mapped[str] = mapped_column(String(64))


class AuditKey(Base):
    """A random key that signs rows and seals, itself sealed with the installation's key."""

    __tablename__ = "audit_keys"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sealed_key: Mapped[str] = mapped_column(String(300))
    created: Mapped[datetime] = mapped_column(UtcDateTime)


SEALED = (SealedColumn(AuditKey.__tablename__, "id", "sealed_key", "audit_keys.sealed_key"),)
