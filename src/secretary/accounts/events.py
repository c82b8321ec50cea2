"""What happened to users and their sign-ins."""

from dataclasses import dataclass

from secretary.kernel.events import Event


@dataclass(frozen=True, slots=True)
class UserCreated(Event):
    """Somebody new may sign in."""

    user_id: str


@dataclass(frozen=True, slots=True)
class UserSignedIn(Event):
    """A user proved his password and holds a new session."""

    user_id: str
    session_id: str


@dataclass(frozen=True, slots=True)
class UserAccessChanged(Event):
    """Password, role or activity changed: every session of this user ended."""

    user_id: str


@dataclass(frozen=True, slots=True)
class SessionEnded(Event):
    """One session ended: signed out, or its refresh token was used twice (`is_suspicious`)."""

    session_id: str
    is_suspicious: bool = False
