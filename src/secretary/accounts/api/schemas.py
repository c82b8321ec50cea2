"""What the routes about oneself take and give: signing in, profile, sessions, second factor."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from secretary.accounts.factors import FactorState
from secretary.accounts.models import DISPLAY_NAME_LENGTH, USERNAME_LENGTH, RefreshSession, Role, User
from secretary.accounts.passwords import LONGEST
from secretary.accounts.reach import reach
from secretary.accounts.rights import LEVELS, MODULES, Module
from secretary.accounts.tickets import TICKET_LIFE
from secretary.accounts.tokens import ACCESS_LIFE
from secretary.kernel.unit import Actor


def _plain(text: str) -> str:
    """Refuse what no keyboard types and no database stores."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("must not contain NUL or half of a surrogate pair")
    return text


Plain = AfterValidator(_plain)
Username = Annotated[str, StringConstraints(min_length=1, max_length=USERNAME_LENGTH), Plain]
Password = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST), Plain]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40), Plain]
DisplayName = Annotated[str, StringConstraints(max_length=DISPLAY_NAME_LENGTH), Plain]


class LoginIn(BaseModel):
    """Credentials."""

    username: Username
    password: Password


class ProfileIn(BaseModel):
    """What a user may change of himself."""

    display_name: DisplayName


class ChangePasswordIn(BaseModel):
    """The old password proves that it is not just somebody at an unlocked screen."""

    old_password: Password
    new_password: Password


class TokenOut(BaseModel):
    """An access token; the refresh token travels in a cookie that scripts cannot read."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme
    expires_in: int = int(ACCESS_LIFE.total_seconds())


class PasswordChangedOut(TokenOut):
    """Every older token is void; this one is good."""

    message: str


class StatusOut(BaseModel):
    """The public view of how to sign in."""

    enabled: bool
    jwt_expiration_hours: float = ACCESS_LIFE.total_seconds() / 3600


class ReachOut(BaseModel):
    """How far a user's right to one module reaches; `null` is a refusal."""

    view: Literal["own", "all"] | None
    edit: Literal["own", "all"] | None
    manage: Literal["own", "all"] | None


class SecondFactorStateOut(BaseModel):
    """Does one sign in with a code, too, and how many recovery codes are left?"""

    model_config = ConfigDict(from_attributes=True)

    enabled: bool
    recovery_codes_left: int


class ProfileOut(BaseModel):
    """A user as he sees himself."""

    id: str
    username: str
    role: Role
    display_name: str
    created: datetime
    last_login: datetime | None
    second_factor: SecondFactorStateOut

    @classmethod
    def of(cls, user: User, state: FactorState) -> "ProfileOut":
        return cls(
            id=user.id,
            username=user.username,
            role=user.role,
            display_name=user.display_name,
            created=user.created,
            last_login=user.last_login,
            second_factor=SecondFactorStateOut.model_validate(state),
        )


class MeOut(BaseModel):
    """Who am I, and what may I do here."""

    id: str
    username: str
    role: Role
    display_name: str
    deployment_mode: str
    rights: dict[Module, ReachOut]

    @classmethod
    def of(cls, user: User, actor: Actor, deployment_mode: str) -> "MeOut":
        return cls(
            id=user.id,
            username=user.username,
            role=user.role,
            display_name=user.display_name,
            deployment_mode=deployment_mode,
            rights=rights_of(actor),
        )


def rights_of(actor: Actor) -> dict[Module, ReachOut]:
    """What the caller may; a module that is not there is refused."""
    reaches = {module: {level: reach(actor, module, level) for level in LEVELS} for module in MODULES}
    return {module: ReachOut.model_validate(of) for module, of in reaches.items() if any(of.values())}


class SecondFactorIn(BaseModel):
    """The challenge of the login, and a code or a recovery code."""

    challenge: Annotated[str, StringConstraints(max_length=500), Plain]
    code: Code


class CodeIn(BaseModel):
    """The code that the authenticator application shows."""

    code: Code


class PasswordIn(BaseModel):
    """The password proves that it is not just somebody at an unlocked screen."""

    password: Password


class PasswordAndCodeIn(PasswordIn):
    """The password, and a code or a recovery code."""

    code: Code


class SetupOut(BaseModel):
    """What the authenticator application needs: the secret, and the same as the address of a QR code."""

    secret: str
    uri: str


class RecoveryCodesOut(BaseModel):
    """Codes that stand in for a lost authenticator application, each once."""

    recovery_codes: list[str]


class TicketOut(BaseModel):
    """What goes into `?ticket=`."""

    ticket: str
    expires_in: int = int(TICKET_LIFE.total_seconds())


class SessionOut(BaseModel):
    """One sign-in. `last_used` is when it last fetched an access token, which it does every quarter of an hour."""

    id: str
    device: str
    address: str
    created: datetime
    last_used: datetime
    expires: datetime
    is_current: bool

    @classmethod
    def of(cls, row: RefreshSession, current_id: str) -> "SessionOut":
        return cls(
            id=row.id,
            device=row.user_agent,
            address=row.address,
            created=row.created,
            last_used=row.last_used,
            expires=row.expires,
            is_current=row.id == current_id,
        )


class SessionsOut(BaseModel):
    """Where one is signed in."""

    sessions: list[SessionOut]
    total: int


class EndedOut(BaseModel):
    """How many sessions were ended."""

    ended: int
