"""Use cases on users: create, change, deactivate. Passwords arrive hashed: hashing has no place in a unit."""

from secretary.accounts import limits, queries
from secretary.accounts.events import UserAccessChanged, UserChanged, UserCreated
from secretary.accounts.models import DISPLAY_NAME_LENGTH, Role, User
from secretary.accounts.names import clean_username, username_key
from secretary.kernel.errors import Conflict, Invalid, NotFound
from secretary.kernel.unit import Actor, Unit


async def create_user(unit: Unit, username: str, password_hash: str, role: Role, display_name: str = "") -> User:
    """Raises Invalid for a name that cannot be, Conflict for one that is taken (upper and lower case are one)."""
    now = unit.now()
    name = clean_username(username)
    user = User(
        id=unit.new_id(),
        username=name,
        username_key=username_key(name),
        password_hash=password_hash,
        role=role,
        display_name=_clean_display_name(display_name),
        created=now,
        updated=now,
    )
    if not await queries.add_user(unit.db, user):
        raise Conflict("username_taken", en="This user name is taken.", ru="Это имя пользователя занято.")
    unit.record(UserCreated(user.id))
    return user


async def user_named(unit: Unit, username: str) -> User:
    """Raises NotFound."""
    return _found(await queries.user_by_key(unit.db, username_key(username)))


async def user_of(unit: Unit, user_id: str) -> User:
    """Raises NotFound."""
    return _found(await queries.user_by_id(unit.db, user_id))


async def user_to_change(unit: Unit, user_id: str) -> User:
    """The same, for a change of role, password or activity: such changes follow each other. Raises NotFound."""
    return _found(await queries.user_to_change(unit.db, user_id))


async def rename(unit: Unit, user_id: str, display_name: str) -> User:
    """Change how a user is called in the panel. Raises NotFound."""
    user = await user_of(unit, user_id)
    user.display_name = _clean_display_name(display_name)
    user.updated = unit.now()
    unit.record(UserChanged(user.id, ("display_name",)))
    return user


async def set_role(unit: Unit, user: User, role: Role) -> None:
    """Every session of the user ends. The same role again changes nothing. Raises Conflict for the last admin."""
    if user.role is not role:
        await keep_an_admin(unit, user)
        user.role = role
        _end_sessions(unit, user, "role")


async def set_password_hash(unit: Unit, user: User, password_hash: str) -> None:
    """Every session of the user ends, and his account's failed attempts are forgotten."""
    user.password_hash = password_hash
    await queries.forget_attempts_on(unit.db, limits.account_subject(user.username_key))
    _end_sessions(unit, user, "password")


async def deactivate(unit: Unit, user: User) -> None:
    """Every session of the user ends and he may not sign in. Repeating changes nothing. Raises Conflict for the
    last admin.
    """
    if user.is_active:
        await keep_an_admin(unit, user)
        user.is_active = False
        _end_sessions(unit, user, "is_active")


async def activate(unit: Unit, user: User) -> None:
    """The user may sign in again. Repeating changes nothing."""
    if not user.is_active:
        user.is_active = True
        user.updated = unit.now()
        unit.record(UserChanged(user.id, ("is_active",)))


async def open_house(unit: Unit) -> Actor:
    """The oldest admin, as whom callers act where nobody must sign in. Raises NotFound without an active admin."""
    admins = await queries.active_admins(unit.db)
    admin = _found(admins[0] if admins else None)
    return Actor("user", admin.id, admin.role)


async def keep_an_admin(unit: Unit, user: User) -> None:
    """Raises Conflict when nobody could administer this installation without `user`."""
    if [admin.id for admin in await queries.active_admins(unit.db)] == [user.id]:
        raise Conflict(
            "last_admin",
            en="This is the only active administrator. Make another one first.",
            ru="Это единственный действующий администратор. Сначала назначьте другого.",
        )


def _end_sessions(unit: Unit, user: User, changed: str) -> None:
    user.credentials_version += 1
    user.updated = unit.now()
    unit.record(UserAccessChanged(user.id, (changed,)))


def _found(user: User | None) -> User:
    if user is None:
        raise no_such_user()
    return user


def no_such_user() -> NotFound:
    return NotFound("no_such_user", en="There is no such user.", ru="Такого пользователя нет.")


def _clean_display_name(display_name: str) -> str:
    name = " ".join(display_name.split())
    if len(name) > DISPLAY_NAME_LENGTH or not name.isprintable():
        raise Invalid(
            "display_name_shape",
            en=f"A name has up to {DISPLAY_NAME_LENGTH} printable characters.",
            ru=f"Имя: до {DISPLAY_NAME_LENGTH} печатных знаков.",
        )
    return name
