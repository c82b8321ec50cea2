"""Proving the log: whatever is done to its rows past the program shows."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.audit.conftest import VAULT, Happened
from tests.domain.audit.forging import LENGTH, chain, copies, first_fault, tampered

from secretary.audit import verify as verifying
from secretary.audit.chain import Fault, Keys, Reason
from secretary.audit.keyring import Keyring
from secretary.audit.log import AuditLog
from secretary.audit.models import SEALED
from secretary.audit.queries import links
from secretary.kernel.sealed import reseal
from secretary.kernel.secrets import Vault

GROWN = tuple(str(number) for number in range(1, 8))


def test_an_untouched_chain_is_whole():
    entries, head = chain()
    assert first_fault(entries, head) is None
    assert first_fault([], None) is None


@given(st.data())
def test_any_change_of_one_row_is_found_where_it_was_made(data):
    entries, head = chain()
    place = data.draw(st.integers(0, LENGTH - 1))
    entries[place], field = tampered(data.draw, entries[place])
    fault = first_fault(entries, head)
    assert fault is not None
    if field != "number":
        assert fault.number == place + 1


@given(st.data())
def test_any_removed_rows_are_found(data):
    entries, head = chain()
    removed = data.draw(st.sets(st.integers(0, LENGTH - 1), min_size=1))
    left = [entry for place, entry in enumerate(entries) if place not in removed]
    is_tail = min(removed) == len(left)
    assert first_fault(left, head) == Fault(min(removed) + 1, Reason.TRUNCATED if is_tail else Reason.MISSING)


@given(st.permutations(range(LENGTH)), st.booleans())
def test_any_other_order_is_found(order, is_renumbered):
    entries, head = chain()
    moved = copies(entries, order) if is_renumbered else [entries[place] for place in order]
    assert (first_fault(moved, head) is None) == (list(order) == list(range(LENGTH)))


@given(st.integers(0, LENGTH), st.integers(0, LENGTH - 1))
def test_any_repeated_row_is_found(place, repeated):
    entries, head = chain()
    entries.insert(place, entries[repeated])
    assert first_fault(entries, head) is not None


def test_a_chain_made_without_the_key_is_found():
    entries, head = chain(b"x" * 32)
    assert first_fault(entries, head) == Fault(1, Reason.UNKNOWN_KEY)


def test_an_older_head_is_found_while_newer_rows_are_there():
    entries, head = chain()
    _, older = chain(length=LENGTH - 1)
    assert first_fault(entries, older) == Fault(LENGTH, Reason.FORGED_HEAD)
    assert first_fault(entries, None) == Fault(LENGTH, Reason.FORGED_HEAD)
    assert head.number == LENGTH


@pytest.fixture(params=[1000, 2])
def batch(request, monkeypatch):
    monkeypatch.setattr(verifying, "BATCH", request.param)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_log SET user_id = 'boris' WHERE number = 3", Fault(3, Reason.CHANGED)),
        ("UPDATE audit_log SET details = '{\"a\": 1}' WHERE number = 3", Fault(3, Reason.CHANGED)),
        ("UPDATE audit_log SET details = '[1]' WHERE number = 3", Fault(3, Reason.CHANGED)),
        ("UPDATE audit_log SET hash = previous_hash WHERE number = 3", Fault(3, Reason.CHANGED)),
        ("UPDATE audit_log SET timestamp = '2020-01-01 00:00:00+00' WHERE number = 1", Fault(1, Reason.CHANGED)),
        ("UPDATE audit_log SET key_id = 'deadbeef' WHERE number = 3", Fault(3, Reason.UNKNOWN_KEY)),
        ("DELETE FROM audit_log WHERE number = 1", Fault(1, Reason.MISSING)),
        ("DELETE FROM audit_log WHERE number IN (3, 4)", Fault(3, Reason.MISSING)),
        ("DELETE FROM audit_log WHERE number > 5", Fault(6, Reason.TRUNCATED)),
        ("DELETE FROM audit_log", Fault(1, Reason.TRUNCATED)),
        ("DELETE FROM audit_seals", Fault(7, Reason.FORGED_HEAD)),
        ("UPDATE audit_seals SET number = 6", Fault(7, Reason.FORGED_HEAD)),
    ],
)
@pytest.mark.usefixtures("batch")
async def test_what_is_done_to_the_table_shows(registry, statement, fault):
    await registry.happen(*GROWN)
    await registry.tamper(statement)
    assert (await registry.verify()).fault == fault


async def test_two_rows_that_changed_places_show(registry):
    await registry.happen(*GROWN)
    await registry.tamper(
        "UPDATE audit_log SET number = 99 WHERE number = 3",
        "UPDATE audit_log SET number = 3 WHERE number = 5",
        "UPDATE audit_log SET number = 5 WHERE number = 99",
    )
    assert (await registry.verify()).fault == Fault(3, Reason.OUT_OF_ORDER)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET timestamp = x'ff00' WHERE number = 4",
        "UPDATE audit_log SET details = x'ff00' WHERE number = 4",
        "UPDATE audit_log SET hash = x'ff00' WHERE number = 4",
        "UPDATE audit_log SET number = x'ff00' WHERE number = 4",
        "UPDATE audit_log SET user_id = x'ff00' WHERE number = 4",
    ],
)
async def test_what_is_no_value_of_its_column_shows(registry, statement):
    """SQLite takes anything in any column."""
    if not registry.units.database.is_sqlite:
        return
    await registry.happen(*GROWN)
    await registry.tamper(statement)
    verdict = await registry.verify()
    assert verdict.fault is not None
    assert (verdict.fault.number, verdict.checked) == (4, 3)


@pytest.mark.parametrize(
    "statements",
    [
        ["DELETE FROM audit_log WHERE number > 5"],
        ["DELETE FROM audit_log WHERE number > 5", "UPDATE audit_seals SET number = 5"],
        ["DELETE FROM audit_log WHERE number > 5", "DELETE FROM audit_seals"],
        ["DELETE FROM audit_log WHERE number > 5", "UPDATE audit_seals SET number = 0, hash = '', signature = ''"],
        ["UPDATE audit_seals SET number = 3"],
    ],
)
async def test_going_on_does_not_heal_a_cut_tail(registry, statements):
    await registry.happen(*GROWN)
    await registry.tamper(*statements)
    await registry.happen("later", "still later")
    assert (await registry.verify()).fault is not None
    assert [row.resource_id for row in await registry.rows()][-2:] == ["later", "still later"]


def reopened(registry, *keys):
    """The same log after a restart with these keys of the installation."""
    registry.log = AuditLog(Keyring(Vault(keys)))
    registry.units = replace(registry.units, audit=registry.log)


async def test_a_rotated_installation_key_leaves_the_chain_whole(registry):
    old, new = "k" * 43, "n" * 43
    await registry.happen("before")
    assert (await reseal(registry.units, Vault([new, old]), SEALED)).done.total() == 1
    reopened(registry, new)
    assert (await registry.verify()).fault is None
    await registry.happen("after")
    assert (await registry.verify()).checked == 2


async def test_a_lost_installation_key_stops_nothing_and_shows(registry):
    await registry.happen("before")
    reopened(registry, "x" * 43)
    assert (await registry.verify()).fault == Fault(1, Reason.UNKNOWN_KEY)
    await registry.happen("after")
    assert [row.resource_id for row in await registry.rows()] == ["before", "after"]
    assert (await registry.verify()).fault == Fault(1, Reason.UNKNOWN_KEY)


async def test_a_removed_key_shows(registry):
    await registry.happen("before")
    await registry.tamper("DELETE FROM audit_keys")
    reopened(registry, "k" * 43)
    await registry.happen("after")
    assert (await registry.verify()).fault == Fault(1, Reason.UNKNOWN_KEY)


async def test_the_key_is_not_in_the_database(registry):
    await registry.happen("a")
    async with registry.units.read() as unit:
        (row,) = await links.sealed_keys(unit.db)
        keys = await registry.log.keyring.keys(unit)
    opened = VAULT.open(row.sealed_key, bound_to=f"audit_keys.sealed_key:{row.id}")
    assert Keys([bytes.fromhex(opened)]).newest == keys.newest
    assert opened not in row.sealed_key


async def test_events_of_one_unit_are_one_piece(registry):
    async with registry.units.write() as unit:
        for number in range(3):
            unit.record(Happened(str(number)))
    await registry.tamper("DELETE FROM audit_log WHERE number = 2")
    assert (await registry.verify()).fault == Fault(2, Reason.MISSING)
