"""What the sign-in routes take and give."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from secretary.accounts.models import DISPLAY_NAME_LENGTH, USERNAME_LENGTH, Role, User
from secretary.accounts.passwords import LONGEST
from secretary.accounts.rights import GRANTS, LEVELS, Module
from secretary.accounts.tokens import ACCESS_LIFE


def _plain(text: str) -> str:
    """Refuse what no keyboard types and no database stores."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("must not contain NUL or half of a surrogate pair")
    return text


Plain = AfterValidator(_plain)
Username = Annotated[str, StringConstraints(min_length=1, max_length=USERNAME_LENGTH), Plain]
Password = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST), Plain]
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


class ProfileOut(BaseModel):
    """A user as he sees himself."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    username: str
    role: Role
    display_name: str
    created: datetime
    last_login: datetime | None


class MeOut(BaseModel):
    """Who am I, and what may I do here."""

    id: str
    username: str
    role: Role
    display_name: str
    deployment_mode: str
    rights: dict[Module, ReachOut]

    @classmethod
    def of(cls, user: User, deployment_mode: str) -> "MeOut":
        return cls(
            id=user.id,
            username=user.username,
            role=user.role,
            display_name=user.display_name,
            deployment_mode=deployment_mode,
            rights=rights_of(user.role),
        )


def rights_of(role: Role) -> dict[Module, ReachOut]:
    """The role's row of the matrix; a module that is not there is refused."""
    return {
        module: ReachOut.model_validate({level: grant.reach(level) for level in LEVELS})
        for module, grant in GRANTS[role].items()
    }
