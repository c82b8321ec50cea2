"""What the routes for API keys and users take and give."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from secretary.accounts.api.schemas import DisplayName, Password, Plain, Username
from secretary.accounts.models import KEY_NAME_LENGTH, Role, User


def _within_the_calendar(moment: datetime) -> datetime:
    """Refuse what leaves the calendar when it is moved to UTC."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


Moment = Annotated[AwareDatetime, AfterValidator(_within_the_calendar)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=KEY_NAME_LENGTH), Plain]
Scope = Annotated[str, StringConstraints(max_length=40)]


class ApiKeyIn(BaseModel):
    """A key to be made: what it is for, what it may, until when."""

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=200)]
    expires: Moment | None = None


class ApiKeyOut(BaseModel):
    """A key without its text; `prefix` is how it begins. `last_used` is true to the minute."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    owner_id: str
    name: str
    prefix: str
    scopes: list[str]
    expires: datetime | None
    last_used: datetime | None
    revoked_at: datetime | None
    created: datetime


class ApiKeyCreatedOut(ApiKeyOut):
    """The only answer with the key's text."""

    key: str


class ApiKeysOut(BaseModel):
    """Keys, and the scopes that there are."""

    api_keys: list[ApiKeyOut]
    total: int
    scopes: list[str]


class UserIn(BaseModel):
    """A user to be made; without a password one is made up."""

    username: Username
    role: Role = Role.USER
    display_name: DisplayName = ""
    password: Password | None = None


class UserChangeIn(BaseModel):
    """What may be changed of a user; what is left out stays."""

    role: Role | None = None
    display_name: DisplayName | None = None
    is_active: bool | None = None


class NewPasswordIn(BaseModel):
    """A new password; without one it is made up."""

    password: Password | None = None


class UserOut(BaseModel):
    """A user as an administrator sees him."""

    id: str
    username: str
    role: Role
    display_name: str
    is_active: bool
    second_factor: bool
    created: datetime
    updated: datetime
    last_login: datetime | None

    @classmethod
    def of(cls, user: User, *, has_second_factor: bool) -> "UserOut":
        return cls(
            id=user.id,
            username=user.username,
            role=user.role,
            display_name=user.display_name,
            is_active=user.is_active,
            second_factor=has_second_factor,
            created=user.created,
            updated=user.updated,
            last_login=user.last_login,
        )


class UserCreatedOut(BaseModel):
    """A user, and the password that was made up for him: the only answer with it. `null` when it was given."""

    user: UserOut
    password: str | None


class UsersOut(BaseModel):
    """Some of the users, and how many there are."""

    users: list[UserOut]
    total: int
