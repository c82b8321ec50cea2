"""Tables of this domain: users, the sign-ins they hold, and failed attempts to get one."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Enum, ForeignKey, Index, String, true
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, UtcDateTime

USERNAME_LENGTH = 64
DISPLAY_NAME_LENGTH = 120
USER_AGENT_LENGTH = 200


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
