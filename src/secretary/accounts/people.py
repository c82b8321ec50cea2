"""What an administrator does to users: flows with hashing between units, and use cases of their own."""

from dataclasses import dataclass

from secretary.accounts import factors, limits, queries, service
from secretary.accounts.events import UserDeleted
from secretary.accounts.models import Role, User
from secretary.accounts.names import clean_username
from secretary.accounts.passwords import check_policy, random_password
from secretary.accounts.queries import people
from secretary.accounts.service import keep_an_admin
from secretary.accounts.sign_in import Accounts
from secretary.kernel.errors import Conflict
from secretary.kernel.unit import Actor, Unit


@dataclass(frozen=True, slots=True)
class Hired:
    """A user, and the password that was made for him and is nowhere else; `None` when it was given."""

    user: User
    generated: str | None


async def hire(
    accounts: Accounts, actor: Actor, username: str, role: Role, display_name: str, password: str | None
) -> Hired:
    """Create a user. Raises Invalid and Conflict as `service.create_user`, Invalid for a bad password."""
    chosen, password_hash = await _hashed(accounts, clean_username(username), password)
    async with accounts.units.write(actor) as unit:
        user = await service.create_user(unit, username, password_hash, role, display_name)
    return Hired(user, None if password else chosen)


async def give_password(accounts: Accounts, actor: Actor, user_id: str, password: str | None) -> Hired:
    """A new password, given or made up; the user is signed out everywhere. Raises NotFound, Invalid."""
    async with accounts.units.read() as unit:
        username = (await service.user_of(unit, user_id)).username
    chosen, password_hash = await _hashed(accounts, username, password)
    async with accounts.units.write(actor) as unit:
        user = await service.user_to_change(unit, user_id)
        await service.set_password_hash(unit, user, password_hash)
    return Hired(user, None if password else chosen)


async def change_user(
    unit: Unit, user_id: str, *, role: Role | None, display_name: str | None, is_active: bool | None
) -> User:
    """Change what is given. A new role and deactivation sign the user out. Raises NotFound, Invalid, Conflict."""
    user = await service.user_to_change(unit, user_id)
    if display_name is not None:
        await service.rename(unit, user_id, display_name)
    if role is not None:
        await service.set_role(unit, user, role)
    if is_active is not None:
        await (service.activate if is_active else service.deactivate)(unit, user)
    return user


async def delete_user(unit: Unit, user_id: str) -> None:
    """Delete a user with his sessions and keys. Raises NotFound, and Conflict for the last admin.

    Raises Conflict also while anything belongs to him: without an owner, private things would become everybody's.
    Such a user is deactivated instead.
    """
    user = await service.user_to_change(unit, user_id)
    await people.lock_user(unit.db, user_id)
    await keep_an_admin(unit, user)
    if owned := await people.tables_with_rows_of(unit.db, user_id):
        raise Conflict(
            "user_owns_things",
            en="Something still belongs to this user. Deactivate him, or delete what is his first.",
            ru="Этому пользователю ещё что-то принадлежит. Отключите его или сначала удалите то, чем он владеет.",
            fields={"owns": owned},
        )
    await unit.db.delete(user)
    unit.record(UserDeleted(user_id))


async def reset_second_factor(unit: Unit, user_id: str) -> bool:
    """The user signs in with his password alone, and his failed codes are forgotten. Raises NotFound."""
    await service.user_of(unit, user_id)
    await queries.forget_attempts_on(unit.db, limits.second_factor_subject(user_id))
    return await factors.remove(unit, user_id)


async def _hashed(accounts: Accounts, username: str, password: str | None) -> tuple[str, str]:
    chosen = password or random_password()
    check_policy(chosen, username)
    return chosen, await accounts.passwords.hash(chosen)
