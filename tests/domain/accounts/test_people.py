"""What an administrator does to users."""

import asyncio
from functools import partial

import pytest
from tests.domain.accounts.conftest import HOME, PASSWORD, PASSWORD_HASH, VAULT

from secretary.accounts import people, service, sessions
from secretary.accounts.models import ApiKey, LoginAttempt, RefreshSession, Role, User
from secretary.accounts.queries.people import page_of_users, tables_with_rows_of
from secretary.accounts.queries.sign_ins import live_actors
from secretary.accounts.sign_in import Accounts
from secretary.accounts.tokens import AccessTokens
from secretary.channels.models import ChannelInstance
from secretary.kernel.db import Base
from secretary.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated
from secretary.kernel.events import EventBus
from secretary.kernel.unit import SYSTEM, Actor, UnitFactory
from secretary.knowledge.models import KnowledgeCollection
from secretary.migrations import tables

BOSS = Actor("user", "boss-id", "admin")
DEMOTE = partial(people.change_user, role=Role.WEB, display_name=None, is_active=None)


async def test_a_made_up_password_is_told_once_and_opens(house):
    hired = await people.hire(house.accounts, BOSS, "anna", Role.WEB, "Анна", None)
    assert await house.sign_in("anna", hired.generated)
    assert hired.generated not in str(vars(hired.user))


async def test_a_given_password_is_not_repeated(house):
    hired = await people.hire(house.accounts, BOSS, "anna", Role.WEB, "", PASSWORD)
    assert hired.generated is None
    assert await house.sign_in("anna")


@pytest.mark.parametrize("password", ["short", "annaanna"])
async def test_bad_passwords_are_refused_for_others_too(house, password):
    with pytest.raises(Invalid, match="password"):
        await people.hire(house.accounts, BOSS, "annaanna", Role.WEB, "", password)
    user = await house.add("annaanna")
    with pytest.raises(Invalid, match="password"):
        await people.give_password(house.accounts, BOSS, user.id, password)
    assert await house.sign_in("annaanna")


async def test_a_new_password_signs_the_user_out(house):
    user = await house.add("anna")
    token = (await house.sign_in("anna")).access_token
    given = await people.give_password(house.accounts, BOSS, user.id, None)
    with pytest.raises(Unauthenticated):
        await house.authenticator.authenticate(token)
    assert await house.sign_in("anna", given.generated)


@pytest.fixture(params=["sqlite", "postgresql"])
def live(request, databases, run):
    """Accounts whose changes are really committed, side by side; what they store is gone afterwards."""
    units = UnitFactory(databases(request.param, seeded=False), EventBus())
    yield Accounts(units, AccessTokens(b"k" * 32, "installation-1"), VAULT)

    async def empty():
        async with units.write() as unit:
            for table in (User, LoginAttempt):
                await unit.db.execute(table.__table__.delete())

    run(empty())


async def add(accounts, username, role=Role.USER):
    async with accounts.units.write() as unit:
        return await service.create_user(unit, username, PASSWORD_HASH, role)


async def test_session_that_was_opened_meanwhile_does_not_outlive_a_new_password(live):
    """Somebody who knows the old password changes it in the moment in which an administrator does."""
    user = await add(live, "anna")
    async with live.units.write() as unit:
        await service.set_password_hash(unit, await service.user_to_change(unit, user.id), PASSWORD_HASH)
        opened = await sessions.open_session(unit, user, HOME)
        given = asyncio.create_task(people.give_password(live, BOSS, user.id, None))
        await asyncio.sleep(0.3)
    await given
    async with live.units.read() as unit:
        assert (await service.user_of(unit, user.id)).credentials_version == 3
        assert not await live_actors(unit.db, [opened.claims.session_id], unit.now())


async def test_old_password_is_worth_nothing_once_a_new_one_was_given(live):
    user = await add(live, "anna")
    actor = Actor("user", user.id, "user")
    async with live.units.write() as unit:
        changing = asyncio.create_task(live.change_password(actor, PASSWORD, "another good one", HOME))
        await service.set_password_hash(unit, await service.user_to_change(unit, user.id), "given")
        await asyncio.sleep(0.5)
    with pytest.raises(Unauthenticated, match="wrong_credentials"):
        await changing


@pytest.mark.parametrize("change", [people.delete_user, DEMOTE])
async def test_of_two_admins_who_turn_on_each_other_one_stays(live, change):
    admins = [await add(live, name, Role.ADMIN) for name in ("anna", "boris")]

    async def turn_on(user):
        async with live.units.write() as unit:
            await change(unit, user.id)

    outcomes = await asyncio.gather(*map(turn_on, admins), return_exceptions=True)
    assert [str(each)[:10] for each in outcomes if each is not None] == ["last_admin"]


async def test_only_what_is_given_changes(house):
    user = await house.add("anna", Role.WEB)
    async with house.units.write() as unit:
        await people.change_user(unit, user.id, role=None, display_name="Анна", is_active=None)
        changed = await people.change_user(unit, user.id, role=Role.USER, display_name=None, is_active=None)
    assert (changed.display_name, changed.role, changed.is_active) == ("Анна", Role.USER, True)


async def test_a_refused_change_changes_nothing(house):
    admin = await house.add("boss", Role.ADMIN)
    with pytest.raises(Conflict, match="last_admin"):
        async with house.units.write() as unit:
            await people.change_user(unit, admin.id, role=None, display_name="New", is_active=False)
    async with house.units.read() as unit:
        assert (await service.user_of(unit, admin.id)).display_name == ""


async def test_search_finds_names_in_any_case_and_pages(house):
    for name in ("anna", "Борис", "ANNETTE", "under_score"):
        await house.add(name)
    async with house.units.read() as unit:

        async def found(search: str, limit: int = 10, offset: int = 0):
            rows, total = await page_of_users(unit.db, search=search, limit=limit, offset=offset)
            return [row.username for row in rows], total

        assert await found("ANN") == (["anna", "ANNETTE"], 2)
        assert await found("борис") == (["Борис"], 1)
        assert await found("r_s") == (["under_score"], 1)
        assert await found("%") == ([], 0)
        assert await found("", 1, 1) == (["Борис"], 4)


async def test_deleting_takes_sessions_and_keys_along(house):
    user = await house.add("anna")
    token = (await house.sign_in("anna")).access_token
    assert await house.authenticator.authenticate(token)
    async with house.units.write() as unit:
        unit.db.add(
            ApiKey(id="k", owner_id=user.id, name="n", prefix="p", key_hash="h", scopes=["v1"], created=unit.now())
        )
    async with house.units.write() as unit:
        await people.delete_user(unit, user.id)
    with pytest.raises(Unauthenticated):
        await house.authenticator.authenticate(token)
    async with house.units.read() as unit:
        assert await unit.db.get(ApiKey, "k") is None
        assert not (await unit.db.execute(RefreshSession.__table__.select())).all()
    with pytest.raises(Unauthenticated):
        await house.sign_in("anna")


async def test_whoever_owns_something_is_not_deleted(house):
    user = await house.add("anna")
    async with house.units.write() as unit:
        now = unit.now()
        unit.db.add(KnowledgeCollection(id="c", name="Mine", owner_id=user.id, created=now, updated=now))
    with pytest.raises(Conflict, match="user_owns_things") as refused:
        async with house.units.write() as unit:
            await people.delete_user(unit, user.id)
    assert refused.value.fields == {"owns": ["knowledge_collections"]}
    async with house.units.write() as unit:
        await unit.db.delete(await unit.db.get(KnowledgeCollection, "c"))
    async with house.units.write() as unit:
        await people.delete_user(unit, user.id)


async def test_every_column_that_would_lose_its_owner_is_looked_at(house):
    assert tables.__all__
    looked = []

    class Spy:
        async def scalar(self, statement):
            looked.append(str(statement))

    assert await tables_with_rows_of(Spy(), "x") == []
    secrets, results = {"api_keys", "cloud_llm_providers"}, {"evaluation_runs", "regression_runs"}
    go_along = secrets | results
    owning = {table.name for table in Base.metadata.sorted_tables if "owner_id" in table.c} - go_along
    assert ChannelInstance.__tablename__ in owning
    assert owning == {name for name in owning if any(f"FROM {name}" in sql for sql in looked)}


async def test_the_last_admin_is_not_deleted(house):
    admin = await house.add("boss", Role.ADMIN)
    with pytest.raises(Conflict, match="last_admin"):
        async with house.units.write(SYSTEM) as unit:
            await people.delete_user(unit, admin.id)
    with pytest.raises(NotFound):
        async with house.units.write() as unit:
            await people.delete_user(unit, "nobody")
