"""What an administrator does to users."""

import pytest
from tests.domain.accounts.conftest import PASSWORD

from secretary.accounts import people, service
from secretary.accounts.models import ApiKey, RefreshSession, Role
from secretary.accounts.queries.people import page_of_users, tables_with_rows_of
from secretary.channels.models import ChannelInstance
from secretary.kernel.db import Base
from secretary.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated
from secretary.kernel.unit import SYSTEM, Actor
from secretary.knowledge.models import KnowledgeCollection
from secretary.migrations import tables

BOSS = Actor("user", "boss-id", "admin")


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
    owning = {table.name for table in Base.metadata.sorted_tables if "owner_id" in table.c and table.name != "api_keys"}
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
