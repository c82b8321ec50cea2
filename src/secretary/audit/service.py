"""Use cases of the log: its numbers, and its clean-up. Adding to it is `log.AuditLog`'s alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile

from secretary.audit.chain import HEAD, Entry, Keys, Seal
from secretary.audit.events import AuditCleanedUp
from secretary.audit.keyring import Keyring
from secretary.audit.queries import links, pages
from secretary.audit.queries.pages import Wanted
from secretary.audit.walk import Walk
from secretary.kernel.errors import Conflict
from secretary.kernel.unit import Actor, Unit, UnitFactory

REMOVED_AT_ONCE = 2000
SHORTEST_RETENTION_DAYS = 7


@dataclass(frozen=True, slots=True)
class Totals:
    """How much is in the log."""

    total: int
    last_24h: int
    by_action: Mapping[str, int]
    by_resource: Mapping[str, int]


async def totals(unit: Unit) -> Totals:
    """Counts of the whole log, and of its last 24 hours."""
    return Totals(
        total=await pages.count(unit.db, Wanted()),
        last_24h=await pages.count(unit.db, Wanted(since=unit.now() - timedelta(hours=24))),
        by_action=await pages.count_by_action(unit.db),
        by_resource=await pages.count_by_resource(unit.db),
    )


async def clean_up(units: UnitFactory, actor: Actor, keyring: Keyring, days: int) -> int:
    """Remove what is older than `days`, some rows a unit; how many. Repeatable. Raises Conflict as `remove_oldest`."""
    removed = 0
    while True:
        async with units.write(actor) as unit:
            removed_now = await remove_oldest(unit, keyring, days)
        if not removed_now:
            return removed
        removed += removed_now


async def remove_oldest(unit: Unit, keyring: Keyring, days: int) -> int:
    """Remove up to `REMOVED_AT_ONCE` rows older than `days` (never under 7) and leave a signed anchor; how many.

    Raises Conflict for rows that cannot be proved: a clean-up must not wipe out what somebody tampered with.
    """
    await links.locked_head(unit.db)
    older_than = unit.now() - timedelta(days=max(days, SHORTEST_RETENTION_DAYS))
    oldest = await links.next_entries(unit.db, 0, REMOVED_AT_ONCE)
    old = list(takewhile(lambda entry: entry.timestamp < older_than, oldest))  # whatever the clock did later
    if not old:
        return 0
    keys = await keyring.keys(unit)
    await _prove(unit, keys, old)
    end = old[-1]
    anchor = Seal(unit.new_id(), end.number, end.hash, len(old), unit.now(), keys.newest)
    await links.replace_by_anchor(unit.db, anchor.signed(keys))
    unit.record(AuditCleanedUp(days, len(old), end.number))
    return len(old)


async def _prove(unit: Unit, keys: Keys, oldest: list[Entry]) -> None:
    walk = Walk(keys)
    anchors = [seal for seal in await links.seals(unit.db) if seal.id != HEAD]
    if walk.skip_removed(anchors, oldest[0].number) or walk.follow(oldest):
        raise Conflict(
            "audit_chain_broken",
            en="The audit log was tampered with. Nothing was removed; see `secretary audit verify`.",
            ru="Журнал аудита был изменён. Ничего не удалено; см. `secretary audit verify`.",
        )
