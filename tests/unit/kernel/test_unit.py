"""The unit of work and the engines below it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import TypeAdapter
from sqlalchemy import select, text

from secretary.conversations.models import ChatMessage
from secretary.conversations.ports import Source
from secretary.conversations.service import NewSession, open_session, store_question
from secretary.kernel.clock import uuid7
from secretary.kernel.db import Database, JsonOf, UtcDateTime, async_url
from secretary.kernel.errors import Conflict, Internal, NotFound
from secretary.kernel.events import Event, EventBus
from secretary.kernel.unit import SYSTEM, UnitFactory
from secretary.legal.models import Consent


@dataclass(frozen=True)
class Happened(Event):
    what: str


def consent(unit, id_="c1"):
    return Consent(id=id_, user_id="u", user_type="t", consent_type="c", consent_version="1", granted_at=unit.now())


async def test_change_and_its_events_are_kept_together(units):
    seen = []
    units.bus.subscribe(Happened, seen.append)
    async with units.write() as unit:
        unit.db.add(consent(unit))
        unit.record(Happened("granted"))
        assert seen == []
    assert seen == [Happened("granted")]
    async with units.read() as unit:
        assert (await unit.db.scalars(select(Consent.id))).all() == ["c1"]


async def test_what_is_raised_undoes_the_change_and_its_events(units):
    seen = []
    units.bus.subscribe(Happened, seen.append)

    async def fail():
        async with units.write() as unit:
            unit.db.add(consent(unit))
            unit.record(Happened("granted"))
            raise NotFound("nothing", en="", ru="")

    with pytest.raises(NotFound):
        await fail()
    assert seen == []
    async with units.read() as unit:
        assert (await unit.db.scalars(select(Consent.id))).all() == []


async def test_taken_key_is_a_conflict(units):
    async def store():
        async with units.write() as unit:
            unit.db.add(consent(unit))

    await store()
    with pytest.raises(Conflict) as raised:
        await store()
    assert raised.value.code == "conflict"


async def test_broken_statement_is_told_without_internals(units):
    with pytest.raises(Internal) as raised:
        async with units.read() as unit:
            await unit.db.execute(text("select * from nothing_here"))
    assert raised.value.code == "storage_failed"
    assert "nothing_here" not in str(raised.value)


async def test_unit_knows_who_acts_and_when(units):
    async with units.read() as unit:
        assert unit.actor is SYSTEM
        assert unit.now().tzinfo is UTC


async def test_sqlite_is_set_up_for_many_readers_and_one_writer(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    units = UnitFactory(database, EventBus())
    async with units.write() as writing, units.read() as reading:
        pragma = {
            name: (await writing.db.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
        assert pragma == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10000, "synchronous": 1}
        await writing.db.execute(text("create table t (a int)"))
        assert (await reading.db.execute(text("select count(*) from sqlite_master"))).scalar_one() == 0
    await database.close()


async def test_deleting_a_parent_takes_its_children_along(app):
    async with app.units.write() as unit:
        new = NewSession(assistant_id="a", source="widget", source_id="w", contact_key="v", language="ru")
        session = await open_session(unit, new)
        await store_question(unit, session.id, "привет", None, "holder")
        await unit.db.delete(session)
        await unit.db.flush()
        assert (await unit.db.scalars(select(ChatMessage.id))).all() == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///data/x.db", "sqlite+aiosqlite:///data/x.db"),
        ("postgres://u:p@h/db", "postgresql+asyncpg://u:p@h/db"),
        ("postgresql://u:p@h:5433/db", "postgresql+asyncpg://u:p@h:5433/db"),
    ],
)
def test_addresses_get_our_drivers(url, expected):
    assert async_url(url) == expected


def test_naive_moments_are_refused_and_others_become_utc():
    column, dialect = UtcDateTime(), type("D", (), {"name": "sqlite"})()
    with pytest.raises(ValueError, match="naive"):
        column.process_bind_param(datetime(2026, 1, 1), dialect)  # noqa: DTZ001
    moscow = datetime(2026, 1, 1, 3, tzinfo=timezone(timedelta(hours=3)))
    stored = column.process_bind_param(moscow, dialect)
    assert column.process_result_value(stored, dialect) == datetime(2026, 1, 1, tzinfo=UTC)


def test_json_columns_give_models_back():
    column = JsonOf(list[Source])
    stored = column.process_bind_param([Source(title="a")], None)
    assert stored == [{"title": "a", "url": "", "quote": ""}]
    assert column.process_result_value(stored, None) == [Source(title="a")]
    assert isinstance(column.adapter, TypeAdapter)


def test_ids_sort_by_birth_and_are_version_7():
    ids = [uuid7() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(len(id_) == 36 and id_[14] == "7" and id_[19] in "89ab" for id_ in ids)
    assert ids[0][:13] <= ids[-1][:13]
