"""What happened to users and their sign-ins."""

from dataclasses import dataclass

from secretary.kernel.events import Event, Trace


@dataclass(frozen=True, slots=True)
class UserCreated(Event):
    """Somebody new may sign in."""

    user_id: str

    def trace(self) -> Trace:
        return Trace("create", "user", self.user_id)


@dataclass(frozen=True, slots=True)
class UserSignedIn(Event):
    """A user proved his password and holds a new session."""

    user_id: str
    session_id: str

    def trace(self) -> Trace:
        return Trace("login", "user", self.user_id, {"session_id": self.session_id})


@dataclass(frozen=True, slots=True)
class SignInFailed(Event):
    """Somebody did not get in. Whom he claimed to be is kept only if there is such a user: it may be a password."""

    user_id: str

    def trace(self) -> Trace:
        return Trace("login_failed", "user", self.user_id)


@dataclass(frozen=True, slots=True)
class UserAccessChanged(Event):
    """Password, role or activity changed: every session of this user ended."""

    user_id: str
    fields: tuple[str, ...] = ()

    def trace(self) -> Trace:
        return Trace("update", "user", self.user_id, {"fields": self.fields})


@dataclass(frozen=True, slots=True)
class SessionEnded(Event):
    """One session ended: signed out, or its refresh token was used twice (`is_suspicious`)."""

    session_id: str
    is_suspicious: bool = False
    user_id: str = ""

    def trace(self) -> Trace:
        action = "suspicious_refresh" if self.is_suspicious else "logout"
        return Trace(action, "session", self.session_id, {"user_id": self.user_id})


@dataclass(frozen=True, slots=True)
class UserChanged(Event):
    """How a user is called changed, or he may sign in again: nothing that ends a session."""

    user_id: str
    fields: tuple[str, ...] = ()

    def trace(self) -> Trace:
        return Trace("update", "user", self.user_id, {"fields": self.fields})


@dataclass(frozen=True, slots=True)
class UserDeleted(Event):
    """A user is gone, and with him his sessions and keys."""

    user_id: str

    def trace(self) -> Trace:
        return Trace("delete", "user", self.user_id)


@dataclass(frozen=True, slots=True)
class ApiKeyCreated(Event):
    """A program may act for its owner."""

    key_id: str
    owner_id: str

    def trace(self) -> Trace:
        return Trace("create", "api_key", self.key_id, {"owner_id": self.owner_id})


@dataclass(frozen=True, slots=True)
class ApiKeyRevoked(Event):
    """An API key opens nothing any more."""

    key_id: str
    owner_id: str

    def trace(self) -> Trace:
        return Trace("revoke", "api_key", self.key_id, {"owner_id": self.owner_id})


@dataclass(frozen=True, slots=True)
class SecondFactorEnabled(Event):
    """From now on this user signs in with a code, too."""

    user_id: str

    def trace(self) -> Trace:
        return Trace("enable", "second_factor", self.user_id)


@dataclass(frozen=True, slots=True)
class SecondFactorRemoved(Event):
    """From now on this user signs in with his password alone."""

    user_id: str

    def trace(self) -> Trace:
        return Trace("remove", "second_factor", self.user_id)


@dataclass(frozen=True, slots=True)
class RecoveryCodesRenewed(Event):
    """The earlier recovery codes of this user are void."""

    user_id: str

    def trace(self) -> Trace:
        return Trace("renew", "recovery_codes", self.user_id)


@dataclass(frozen=True, slots=True)
class RecoveryCodeUsed(Event):
    """Somebody signed in with a recovery code instead of the code generator."""

    user_id: str

    def trace(self) -> Trace:
        return Trace("use", "recovery_codes", self.user_id)
