"""`secretary users …` on a real database file."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from click.testing import CliRunner, Result
from tests.domain.accounts.conftest import VAULT

from secretary.accounts import factors, service, totp
from secretary.accounts.commands import users
from secretary.accounts.passwords import Passwords
from secretary.accounts.sessions import Device
from secretary.accounts.sign_in import Accounts
from secretary.accounts.tokens import AccessTokens
from secretary.kernel.db import Base, Database
from secretary.kernel.errors import SecretaryError
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory


class Program:
    """What the command line puts into click's context."""

    def __init__(self, path) -> None:
        self._url = f"sqlite:///{path}"

    @asynccontextmanager
    async def units(self):
        database = Database(self._url)
        try:
            async with database.connection() as connection:
                await connection.run_sync(Base.metadata.create_all)
            yield UnitFactory(database, EventBus())
        finally:
            await database.close()

    def run(self, *arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(users, arguments, obj=self, input=typed)

    def can_sign_in(self, username: str, password: str) -> bool:
        async def work() -> bool:
            async with self.units() as units:
                accounts = Accounts(units, AccessTokens(b"k" * 32, "i"), VAULT, Passwords())
                try:
                    await accounts.sign_in(username, password, Device("192.0.2.1"))
                except SecretaryError:
                    return False
                return True

        return asyncio.run(work())


@pytest.fixture
def program(tmp_path) -> Program:
    return Program(tmp_path / "users.db")


def test_created_user_is_listed_and_can_sign_in(program):
    made = program.run(
        "create", "anna", "--role", "admin", "--display-name", "Анна", typed="long enough\nlong enough\n"
    )
    assert made.exit_code == 0, made.output
    assert "long enough" not in made.output
    assert program.run("list").output == "anna\tadmin\tactive\tnever\tАнна\n"
    assert program.can_sign_in("anna", "long enough")


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "anna", "--password", "short"),
        ("create", "a b", "--password", "long enough"),
        ("create", "anna", "--role", "king", "--password", "long enough"),
        ("set-role", "nobody", "admin"),
        ("set-password", "nobody", "--password", "long enough"),
        ("deactivate", "nobody"),
        ("reset-second-factor", "nobody"),
    ],
)
def test_what_cannot_be_done_is_said_and_not_done(program, arguments):
    result = program.run(*arguments)
    assert result.exit_code != 0
    assert "Error: " in result.output
    assert "Traceback" not in result.output
    assert program.run("list").output == ""


def test_role_password_and_activity_can_be_changed(program):
    for name in ("boss", "anna"):
        program.run("create", name, "--role", "admin", "--password", "long enough")
    assert program.run("set-role", "anna", "guest").exit_code == 0
    assert program.run("set-password", "Anna", "--password", "another one").exit_code == 0
    assert program.can_sign_in("anna", "another one")
    assert not program.can_sign_in("anna", "long enough")
    assert program.run("deactivate", "anna").exit_code == 0
    assert not program.can_sign_in("anna", "another one")
    assert "anna\tguest\tdeactivated" in program.run("list").output
    assert program.run("activate", "anna").exit_code == 0
    assert program.can_sign_in("anna", "another one")


def test_last_admin_cannot_be_lost_from_the_command_line(program):
    program.run("create", "boss", "--role", "admin", "--password", "long enough")
    for arguments in (("deactivate", "boss"), ("set-role", "boss", "user")):
        result = program.run(*arguments)
        assert result.exit_code == 1
        assert "only active administrator" in result.output


def test_operator_can_restore_the_only_user_after_an_attack(program):
    program.run("create", "boss", "--role", "admin", "--password", "long enough")
    for _ in range(10):
        assert not program.can_sign_in("boss", "wrong password")
    assert not program.can_sign_in("boss", "long enough")
    program.run("set-password", "boss", "--password", "another one")

    async def work() -> None:
        async with program.units() as units:
            async with units.read() as unit:
                assert (await service.user_named(unit, "boss")).is_active
            accounts = Accounts(units, AccessTokens(b"k" * 32, "i"), VAULT, Passwords())
            await accounts.sign_in("boss", "another one", Device("192.0.2.2"))

    asyncio.run(work())


def test_operator_lets_a_user_in_who_lost_his_code_generator(program):
    program.run("create", "boss", "--role", "admin", "--password", "long enough")

    async def protect() -> None:
        async with program.units() as units, units.write() as unit:
            user = await service.user_named(unit, "boss")
            secret = await factors.begin(unit, VAULT, user.id)
            await factors.confirm(unit, VAULT, user.id, totp.code_at(secret, totp.step_of(unit.now())))

    asyncio.run(protect())
    assert not program.can_sign_in("boss", "long enough")
    assert program.run("reset-second-factor", "BOSS").exit_code == 0
    assert program.can_sign_in("boss", "long enough")
