"""Users: names, roles, the last admin, the first start."""

import pytest

from secretary.accounts import queries, service
from secretary.accounts.first_start import create_first_admin
from secretary.accounts.models import Role
from secretary.kernel.errors import Conflict, Invalid, NotFound


@pytest.mark.parametrize(
    ("taken", "asked"), [("anna", "Anna"), ("Анна", "АННА"), ("straße", "STRASSE"), ("йод", "йод")]
)
async def test_names_that_differ_only_in_case_or_composition_are_one(house, taken, asked):
    await house.add(taken)
    with pytest.raises(Conflict, match="username_taken"):
        await house.add(asked)


async def test_a_refused_name_spoils_nothing_else_in_the_unit(house):
    await house.add("anna")
    async with house.units.write() as unit:
        await service.create_user(unit, "boris", "hash", Role.USER)
        with pytest.raises(Conflict):
            await service.create_user(unit, "anna", "hash", Role.USER)
    async with house.units.read() as unit:
        assert (await service.user_named(unit, "boris")).username == "boris"


@pytest.mark.parametrize("name", ["", " ", "a b", "a\0b", "x" * 65, "a/b", "\ud800", "ﷺ" * 40])
async def test_names_that_cannot_be_are_refused(house, name):
    with pytest.raises(Invalid, match="username_shape"):
        await house.add(name)


async def test_the_last_active_admin_stays(house):
    first = await house.add("first", Role.ADMIN)
    second = await house.add("second", Role.ADMIN)
    async with house.units.write() as unit:
        await service.deactivate(unit, await service.user_of(unit, second.id))
    for change in (service.deactivate, lambda unit, user: service.set_role(unit, user, Role.USER)):
        with pytest.raises(Conflict, match="last_admin"):
            async with house.units.write() as unit:
                await change(unit, await service.user_of(unit, first.id))
    async with house.units.read() as unit:
        assert (await service.open_house(unit)).id == first.id


async def test_display_name_is_tidied_and_bounded(house):
    user = await house.add("anna")
    async with house.units.write() as unit:
        assert (await service.rename(unit, user.id, "  Анна   Петрова ")).display_name == "Анна Петрова"
        for bad in ("x" * 121, "a\0b", "\ud800"):
            with pytest.raises(Invalid, match="display_name_shape"):
                await service.rename(unit, user.id, bad)


async def test_nobody_by_that_name(house):
    async with house.units.read() as unit:
        with pytest.raises(NotFound):
            await service.user_named(unit, "nobody")


async def test_first_start_makes_an_admin_who_can_sign_in_and_does_so_once(house):
    made = await create_first_admin(house.units, house.accounts.passwords)
    assert made is not None
    assert await house.sign_in(made.username, made.password)
    assert await create_first_admin(house.units, house.accounts.passwords) is None
    async with house.units.read() as unit:
        assert [user.role for user in await queries.users(unit.db)] == [Role.ADMIN]


async def test_first_start_leaves_an_installation_with_an_admin_alone(house):
    await house.add("somebody", Role.ADMIN)
    assert await create_first_admin(house.units, house.accounts.passwords) is None


async def test_first_start_gives_an_installation_without_an_admin_one(house):
    await house.add("somebody", Role.GUEST)
    made = await create_first_admin(house.units, house.accounts.passwords)
    assert await house.sign_in(made.username, made.password)


async def test_stored_password_is_argon2id(house):
    made = await create_first_admin(house.units, house.accounts.passwords)
    async with house.units.read() as unit:
        stored = (await service.user_named(unit, made.username)).password_hash
    assert stored.startswith("$argon2id$v=19$m=47104,")
    assert made.password not in stored
