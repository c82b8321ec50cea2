"""Users of every role, signed in."""

from dataclasses import dataclass

from secretary.accounts import service, sessions
from secretary.accounts.models import Role
from secretary.accounts.sessions import Device
from secretary.app import App


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    token: str


@dataclass(frozen=True, slots=True)
class People:
    admin: Person
    user: Person
    other: Person
    web: Person
    guest: Person

    @classmethod
    async def of(cls, app: App) -> "People":
        roles = {"admin": Role.ADMIN, "user": Role.USER, "other": Role.USER, "web": Role.WEB, "guest": Role.GUEST}
        return cls(**{name: await sign_in(app, f"test-{name}", role) for name, role in roles.items()})


async def sign_in(app: App, username: str, role: Role) -> Person:
    """A new user with a live session and an access token for it, without the cost of hashing a password."""
    async with app.units.write() as unit:
        user = await service.create_user(unit, username, "!", role)
        opened = await sessions.open_session(unit, user, Device("203.0.113.1", "test"))
        now = unit.now()
    return Person(user.id, app.accounts.tokens.issue(opened.claims, now))


async def sign_in_again(app: App, person: Person) -> str:
    """Another session of the same user; its access token."""
    async with app.units.write() as unit:
        opened = await sessions.open_session(
            unit, await service.user_of(unit, person.id), Device("203.0.113.1", "test")
        )
        now = unit.now()
    return app.accounts.tokens.issue(opened.claims, now)
