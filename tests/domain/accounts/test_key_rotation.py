"""Rotating the installation's key: everything sealed anew, safe to interrupt, no key dropped that is needed."""

import os
import stat

import pytest
from click.testing import CliRunner
from tests.domain.accounts.conftest import PASSWORD_HASH

from secretary.accounts import factors, service
from secretary.accounts.models import Role, SecondFactor
from secretary.app.key_rotation import SEALED, KeyRotation
from secretary.app.serve import lock_folder
from secretary.cli import cli
from secretary.kernel import sealed
from secretary.kernel.db import Base, Database
from secretary.kernel.errors import Conflict, Internal
from secretary.kernel.events import EventBus
from secretary.kernel.secrets import KEY_FILE, Vault, load_vault, split_keys
from secretary.kernel.unit import UnitFactory
from secretary.migrations import migrate, tables
from secretary.settings import Settings

USERS = 7


class Installation:
    """A data folder with users whose second factor is sealed."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.settings = Settings(_env_file=None, data_dir=folder)
        self.secrets: dict[str, str] = {}

    @property
    def keys(self) -> list[str]:
        return split_keys((self.folder / KEY_FILE).read_text())

    @property
    def vault(self) -> Vault:
        return load_vault(self.settings.secret_key.get_secret_value(), self.folder)

    async def fill(self) -> None:
        database = Database(self.settings.url_of_database)
        await migrate(database)
        async with UnitFactory(database, EventBus()).write() as unit:
            for number in range(USERS):
                user = await service.create_user(unit, f"user-{number}", PASSWORD_HASH, Role.USER)
                self.secrets[user.id] = await factors.begin(unit, self.vault, user.id)
        await database.close()

    async def rows(self) -> dict[str, str]:
        database = Database(self.settings.url_of_database)
        async with UnitFactory(database, EventBus()).read() as unit:
            rows = (await unit.db.execute(SecondFactor.__table__.select())).all()
        await database.close()
        return {row.user_id: row.sealed_secret for row in rows}

    async def opened(self) -> dict[str, str]:
        """Every secret as the installation reads it with the keys that it has now."""
        return {
            id_: self.vault.open(value, bound_to=SEALED[0].bound_to(id_)) for id_, value in (await self.rows()).items()
        }


@pytest.fixture
def installation(tmp_path, run):
    before = os.umask(0o022)  # the lock narrows it, as the server does
    made = Installation(tmp_path)
    run(made.fill())
    yield made
    os.umask(before)


async def test_everything_is_sealed_anew_and_the_old_key_can_go(installation):
    (old,) = installation.keys
    result = await KeyRotation(installation.settings).rotate()
    assert (result.done.total(), result.unreadable.total()) == (USERS, 0)
    new, kept = installation.keys
    assert (kept, new != old) == (old, True)
    assert all(Vault([new]).is_newest(value) for value in (await installation.rows()).values())
    assert await KeyRotation(installation.settings).drop_old() is None
    assert installation.keys == [new]
    assert await installation.opened() == installation.secrets
    assert stat.S_IMODE((installation.folder / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in installation.folder.glob(".secret*")] == []


async def test_interrupted_it_is_finished_with_the_same_key(installation, monkeypatch):
    monkeypatch.setattr(sealed, "BATCH", 2)
    seal, done = Vault.seal, []

    def power_cut(vault, plaintext, *, bound_to):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(bound_to)
        return seal(vault, plaintext, bound_to=bound_to)

    with monkeypatch.context() as patch:
        patch.setattr(Vault, "seal", power_cut)
        with pytest.raises(KeyboardInterrupt):
            await KeyRotation(installation.settings).rotate()
    keys = installation.keys
    assert len(keys) == 2
    assert await installation.opened() == installation.secrets
    with pytest.raises(Conflict, match=f"old_key_needed: {USERS - 2} "):
        await KeyRotation(installation.settings).drop_old()
    assert (await KeyRotation(installation.settings).rotate()).done.total() == USERS - 2
    assert installation.keys == keys
    assert await installation.opened() == installation.secrets
    await KeyRotation(installation.settings).drop_old()


async def test_a_key_that_is_needed_is_not_dropped(installation):
    (old,) = installation.keys
    (installation.folder / KEY_FILE).write_text(f"{'n' * 43}\n{old}\n")
    with pytest.raises(Conflict, match="old_key_needed"):
        await KeyRotation(installation.settings).drop_old()
    assert installation.keys == ["n" * 43, old]


async def test_what_nobody_can_read_is_counted_and_left(installation, monkeypatch):
    spoilt = min(installation.secrets)
    database = Database(installation.settings.url_of_database)
    async with UnitFactory(database, EventBus()).write() as unit:
        row = await unit.db.get(SecondFactor, spoilt)
        row.sealed_secret = broken = row.sealed_secret[:-4] + "AAAA"
    await database.close()
    result = await KeyRotation(installation.settings).rotate()
    assert (result.done.total(), result.unreadable.total()) == (USERS - 1, 1)
    assert (await installation.rows())[spoilt] == broken
    with pytest.raises(Internal):
        await installation.opened()


async def test_a_secret_stored_meanwhile_is_not_overwritten(installation):
    (old,) = installation.keys
    vault, place = Vault(["n" * 43, old]), SEALED[0]
    user_id = min(installation.secrets)
    fresh = vault.seal("fresh", bound_to=place.bound_to(user_id))
    database = Database(installation.settings.url_of_database)
    async with UnitFactory(database, EventBus()).write() as unit:
        stale = (await unit.db.get(SecondFactor, user_id)).sealed_secret
        (await unit.db.get(SecondFactor, user_id)).sealed_secret = fresh
        await unit.db.flush()
        await sealed._reseal_row(unit, vault, place, user_id, stale)
    await database.close()
    assert (await installation.rows())[user_id] == fresh


async def test_a_running_secretary_must_be_stopped_first(installation):
    with lock_folder(installation.settings):
        for step in (KeyRotation(installation.settings).rotate(), KeyRotation(installation.settings).drop_old()):
            with pytest.raises(Conflict, match="folder_taken"):
                await step
    shared = installation.settings.model_copy(update={"database_url": "postgresql://nowhere/x"})
    with lock_folder(shared), lock_folder(shared), pytest.raises(Conflict, match="folder_taken"):
        await KeyRotation(shared).rotate()


async def test_a_key_from_the_environment_is_told_not_written(installation):
    (old,) = installation.keys
    setting = installation.settings.model_copy(update={"secret_key": type(installation.settings.secret_key)(old)})
    told = await KeyRotation(setting).rotate()
    assert told.endswith(f",{old}")
    assert installation.keys == [old]
    both = setting.model_copy(update={"secret_key": type(setting.secret_key)(told)})
    assert (await KeyRotation(both).rotate()).done.total() == USERS
    assert (await KeyRotation(both).rotate()).done.total() == 0
    assert await KeyRotation(both).drop_old() == told.split(",")[0]
    assert installation.keys == [old]


def test_every_column_whose_name_says_sealed_is_registered():
    assert tables.__all__
    named = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.c
        if column.name.startswith("sealed_") or column.name.endswith("_sealed")
    }
    assert named == {(place.table, place.column) for place in SEALED}


def test_the_commands_say_what_they_did(installation):
    environment = {"SECRETARY_DATA_DIR": str(installation.folder), "SECRETARY_SECRET_KEY": "", "DATABASE_URL": ""}

    def invoke(name: str):
        return CliRunner(env=environment).invoke(cli, ["secrets", name], catch_exceptions=False)

    (old,) = installation.keys
    output = invoke("rotate").output
    assert f"second_factors.sealed_secret: {USERS} sealed anew, 0 unreadable" in output
    assert old not in output
    assert installation.keys[0] not in output
    assert invoke("drop-old").output == "Only the newest key is left.\n"
    assert old not in installation.keys


async def test_batches_reach_every_row_on_both_databases(house, monkeypatch):
    monkeypatch.setattr(sealed, "BATCH", 2)
    old, both = Vault(["o" * 43]), Vault(["n" * 43, "o" * 43])
    users = [(await house.add(f"user-{number}")).id for number in range(5)]
    async with house.units.write() as unit:
        secrets = {user_id: await factors.begin(unit, old, user_id) for user_id in users}
    assert (await sealed.sealed_before(house.units, both, SEALED))["second_factors.sealed_secret"] == 5
    assert (await sealed.reseal(house.units, both, SEALED)).done["second_factors.sealed_secret"] == 5
    assert (await sealed.sealed_before(house.units, both, SEALED)).total() == 0
    async with house.units.read() as unit:
        rows = (await unit.db.execute(SecondFactor.__table__.select())).all()
    newest = Vault(["n" * 43])
    assert {
        row.user_id: newest.open(row.sealed_secret, bound_to=SEALED[0].bound_to(row.user_id)) for row in rows
    } == secrets
