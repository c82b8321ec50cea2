"""Cleaning up: old rows go, the rest stays provable."""

import pytest
from tests.domain.audit.conftest import Registry

from secretary.audit import service
from secretary.audit.chain import Fault, Reason
from secretary.kernel.errors import Conflict


async def grow(registry: Registry, *whats: str) -> None:
    for what in whats:
        await registry.happen(what)
        registry.clock.pass_(days=1)


async def numbers(registry: Registry) -> list[int]:
    return [row.number for row in await registry.rows()]


async def test_old_rows_go_and_the_rest_stays_provable(registry):
    await grow(registry, *"abcdefghij")
    assert await registry.clean_up(7) == 3
    assert await numbers(registry) == [4, 5, 6, 7, 8, 9, 10, 11]
    verdict = await registry.verify()
    assert (verdict.fault, verdict.checked, verdict.number) == (None, 8, 11)
    last = (await registry.rows())[-1]
    assert (last.action, last.resource, last.user_id) == ("cleanup", "audit", "anna")
    assert last.details == {"older_than_days": 7, "removed": 3, "up_to": 3}


async def test_cleaning_up_twice_removes_nothing_more(registry):
    await grow(registry, *"abcdefghij")
    await registry.clean_up(7)
    before = await numbers(registry)
    assert await registry.clean_up(7) == 0
    assert await numbers(registry) == before


async def test_a_week_is_kept_whatever_is_asked_for(registry):
    await grow(registry, *"abcdefghij")
    assert await registry.clean_up(0) == 3


async def test_a_large_clean_up_goes_in_pieces(registry, monkeypatch):
    monkeypatch.setattr(service, "REMOVED_AT_ONCE", 2)
    await grow(registry, *"abcdefghij")
    registry.clock.pass_(days=2)
    assert await registry.clean_up(7) == 5
    assert (await registry.verify()).fault is None
    assert [row.details["removed"] for row in await registry.rows() if row.action == "cleanup"] == [2, 2, 1]


async def test_everything_can_be_old(registry):
    await grow(registry, *"abc")
    registry.clock.pass_(days=365)
    assert await registry.clean_up(90) == 3
    assert await numbers(registry) == [4]
    assert (await registry.verify()).fault is None


async def test_a_clock_that_jumped_back_costs_no_young_row(registry):
    await grow(registry, "a")
    registry.clock.pass_(days=-300)
    await grow(registry, "b")
    registry.clock.pass_(days=300)
    await grow(registry, "c")
    assert await registry.clean_up(7) == 0
    assert len(await registry.rows()) == 3
    assert (await registry.verify()).fault is None


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_seals SET number = 5 WHERE id <> 'head'", Fault(5, Reason.FORGED_ANCHOR)),
        ("UPDATE audit_seals SET removed = 1 WHERE id <> 'head'", Fault(3, Reason.FORGED_ANCHOR)),
        ("DELETE FROM audit_seals WHERE id <> 'head'", Fault(1, Reason.MISSING)),
        ("DELETE FROM audit_log WHERE number = 4", Fault(4, Reason.MISSING)),
        ("DELETE FROM audit_log WHERE number < 6", Fault(4, Reason.MISSING)),
        ("DELETE FROM audit_log", Fault(4, Reason.TRUNCATED)),
        ("UPDATE audit_seals SET id = 'head2' WHERE id = 'head'", Fault(11, Reason.FORGED_ANCHOR)),
    ],
)
async def test_what_is_done_to_an_anchor_shows(registry, statement, fault):
    await grow(registry, *"abcdefghij")
    await registry.clean_up(7)
    await registry.tamper(statement)
    assert (await registry.verify()).fault == fault


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET action = 'x' WHERE number = 2",
        "DELETE FROM audit_log WHERE number = 2",
        "UPDATE audit_log SET timestamp = '2020-01-01 00:00:00.000000'",
    ],
)
async def test_a_clean_up_does_not_wipe_out_what_was_tampered_with(registry, statement):
    await grow(registry, *"abcdefghij")
    await registry.tamper(statement if registry.units.database.is_sqlite else statement.replace(".000000", "+00"))
    with pytest.raises(Conflict, match="audit_chain_broken"):
        await registry.clean_up(7)
    assert 1 in await numbers(registry)
