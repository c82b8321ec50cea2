"""Tables of this domain: users, their sign-ins, keys and second factors, and failed attempts to sign in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Enum, ForeignKey, Index, String, true
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime
from secretary.kernel.sealed import SealedColumn

USERNAME_LENGTH = 64
DISPLAY_NAME_LENGTH = 120
USER_AGENT_LENGTH = 200
KEY_NAME_LENGTH = 80


class Role(StrEnum):
    """What a user is to this installation; `rights.GRANTS` says what each may."""

    ADMIN = "admin"
    USER = "user"
    WEB = "web"
    GUEST = "guest"


def _role_type() -> Enum:
    return Enum(
        Role,
        name="role",
        native_enum=False,
        create_constraint=True,
        length=16,
        values_callable=lambda roles: [role.value for role in roles],
    )


class User(Base):
    """Somebody who may sign in. Raising `credentials_version` ends every sign-in at once."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    username: Mapped[str] = mapped_column(String(USERNAME_LENGTH))
    # Folded by Python: lower() of SQLite knows ASCII only, so it cannot guard a Cyrillic name.
    username_key: Mapped[str] = mapped_column(String(USERNAME_LENGTH * 2), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[Role] = mapped_column(_role_type(), default=Role.USER, server_default=Role.USER.value)
    display_name: Mapped[str] = mapped_column(String(DISPLAY_NAME_LENGTH), default="", server_default="")
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    credentials_version: Mapped[int] = mapped_column(default=1, server_default="1")
    last_login: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class RefreshSession(Base):
    """One sign-in: a browser that may fetch access tokens until it is revoked, expires or its user changes."""

    __tablename__ = "refresh_sessions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    credentials_version: Mapped[int]
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used: Mapped[datetime] = mapped_column(UtcDateTime)
    expires: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user_agent: Mapped[str] = mapped_column(String(USER_AGENT_LENGTH), default="", server_default="")
    address: Mapped[str] = mapped_column(String(64), default="", server_default="")

    __table_args__ = (Index(None, "user_id", "address"),)


class LoginAttempt(Base):
    """A failed attempt, or one still being checked. `subject` is a digest: a mistyped name may be a password."""

    __tablename__ = "login_attempts"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (Index(None, "subject", "at"),)


class ApiKey(Base):
    """A key with which a program acts for its owner. Only the digest of its text is kept; `prefix` may be shown."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(KEY_NAME_LENGTH))
    prefix: Mapped[str] = mapped_column(String(20), index=True)
    key_hash: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]] = mapped_column(JsonOf(list[str]))
    expires: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class SecondFactor(Base):
    """A user's code generator. It counts once `confirmed_at` is set; a time step is accepted once (`last_step`)."""

    __tablename__ = "second_factors"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    sealed_secret: Mapped[str] = mapped_column(String(255))
    last_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """A code that stands in once for a lost code generator; the row goes when it is used."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class StreamTicket(Base):
    """Opens one stream, once, for a sign-in; without `session_id` for the open house, where nobody signs in."""

    __tablename__ = "stream_tickets"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[str | None] = mapped_column(
        ForeignKey("refresh_sessions.id", ondelete="CASCADE"), index=True, default=None
    )
    expires: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


SEALED = (SealedColumn(SecondFactor.__tablename__, "user_id", "sealed_secret", "second_factors.sealed_secret"),)
"""The columns of this domain that hold sealed secrets, for the key's rotation."""
