"""`secretary users …`: what an operator does to users from the command line."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

import click

from secretary.accounts import people, queries, service
from secretary.accounts.models import Role, User
from secretary.accounts.names import clean_username
from secretary.accounts.passwords import Passwords, check_policy
from secretary.kernel.errors import SecretaryError
from secretary.kernel.unit import Unit, UnitFactory

T = TypeVar("T")
RoleChoice = click.Choice([role.value for role in Role])
new_password = click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for when it is not given; what is given here can be seen in the list of processes.",
)


class OpensUnits(Protocol):
    """What the program puts into click's context object."""

    def units(self) -> AbstractAsyncContextManager[UnitFactory]:
        """The installation's database, open as long as the context."""
        ...


@click.group()
def users() -> None:
    """List, create, change and deactivate users."""


@users.command("list")
@click.pass_obj
def list_users(opens: OpensUnits) -> None:
    """Print every user: name, role, state, last sign-in."""

    async def work(units: UnitFactory) -> list[str]:
        async with units.read() as unit:
            return [_line(user) for user in await queries.users(unit.db)]

    for line in _run(opens, work):
        click.echo(line)


@users.command()
@click.argument("username")
@click.option("--role", type=RoleChoice, default=Role.USER.value, show_default=True)
@click.option("--display-name", default="")
@new_password
@click.pass_obj
def create(opens: OpensUnits, username: str, role: str, display_name: str, password: str) -> None:
    """Create a user."""

    async def work(units: UnitFactory) -> None:
        password_hash = await _hash(password, clean_username(username))
        async with units.write() as unit:
            await service.create_user(unit, username, password_hash, Role(role), display_name)

    _run(opens, work)
    click.echo(f"{username}: created, role {role}")


@users.command("set-role")
@click.argument("username")
@click.argument("role", type=RoleChoice)
@click.pass_obj
def set_role(opens: OpensUnits, username: str, role: str) -> None:
    """Give a user another role; he is signed out everywhere."""
    _change(opens, username, lambda unit, user: service.set_role(unit, user, Role(role)))
    click.echo(f"{username}: role {role}")


@users.command("set-password")
@click.argument("username")
@new_password
@click.pass_obj
def set_password(opens: OpensUnits, username: str, password: str) -> None:
    """Give a user a new password; he is signed out everywhere."""

    async def work(units: UnitFactory) -> None:
        password_hash = await _hash(password, username)
        async with units.write() as unit:
            user = await service.user_named(unit, username)
            await service.set_password_hash(unit, await service.user_to_change(unit, user.id), password_hash)

    _run(opens, work)
    click.echo(f"{username}: password changed")


@users.command()
@click.argument("username")
@click.pass_obj
def deactivate(opens: OpensUnits, username: str) -> None:
    """Sign a user out everywhere and let him in no more."""
    _change(opens, username, service.deactivate)
    click.echo(f"{username}: deactivated")


@users.command()
@click.argument("username")
@click.pass_obj
def activate(opens: OpensUnits, username: str) -> None:
    """Let a deactivated user in again."""
    _change(opens, username, service.activate)
    click.echo(f"{username}: activated")


@users.command("reset-second-factor")
@click.argument("username")
@click.pass_obj
def reset_second_factor(opens: OpensUnits, username: str) -> None:
    """Let a user who lost his code generator sign in with his password alone."""

    async def work(unit: Unit, user: User) -> None:
        await people.reset_second_factor(unit, user.id)

    _change(opens, username, work)
    click.echo(f"{username}: second factor removed")


def _change(opens: OpensUnits, username: str, change: Callable[[Unit, User], Awaitable[None]]) -> None:
    async def work(units: UnitFactory) -> None:
        async with units.write() as unit:
            user = await service.user_named(unit, username)
            await change(unit, await service.user_to_change(unit, user.id))

    _run(opens, work)


def _run(opens: OpensUnits, work: Callable[[UnitFactory], Awaitable[T]]) -> T:
    async def with_units() -> T:
        async with opens.units() as units:
            return await work(units)

    try:
        return asyncio.run(with_units())
    except SecretaryError as error:
        raise click.ClickException(f"{error.en} / {error.ru}") from error


async def _hash(password: str, username: str) -> str:
    check_policy(password, username)
    return await Passwords().hash(password)


def _line(user: User) -> str:
    state = "active" if user.is_active else "deactivated"
    seen = user.last_login.isoformat(timespec="seconds") if user.last_login else "never"
    return f"{user.username}\t{user.role.value}\t{state}\t{seen}\t{user.display_name}".rstrip()
