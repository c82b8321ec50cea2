"""Proving the chain in the database: batches for `walk.Walk`, each read in a unit of its own."""

from dataclasses import dataclass

from secretary.audit.chain import HEAD, Fault, Reason
from secretary.audit.keyring import Keyring
from secretary.audit.queries import links
from secretary.audit.walk import Walk
from secretary.kernel.unit import Unit, UnitFactory

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many rows were proved, up to which number and hash, and the first fault if there is one."""

    checked: int
    number: int
    hash: str
    fault: Fault | None


async def verify(units: UnitFactory, keyring: Keyring) -> Verdict:
    """Walk along the whole chain; what is added or cleaned up meanwhile is no fault."""
    walk, limit = Walk(), BATCH
    while True:
        try:
            async with units.read() as unit:
                fault, is_over = await _step(unit, walk, keyring, limit)
        except (ValueError, TypeError):  # a value that its column cannot hold: find the row, then name it
            fault, is_over, limit = (await _unreadable(units, walk) if limit == 1 else None), False, 1
        if fault is not None or is_over:
            return Verdict(walk.checked, walk.number, walk.hash, fault)


async def _step(unit: Unit, walk: Walk, keyring: Keyring, limit: int) -> tuple[Fault | None, bool]:
    """One batch. The head is read before the rows, anchors and keys after them: writers beside us are no fault."""
    head = next((seal for seal in await links.seals(unit.db) if seal.id == HEAD), None)
    entries = await links.next_entries(unit.db, walk.number, limit)
    anchors = [seal for seal in await links.seals(unit.db) if seal.id != HEAD]
    walk.keys, before = await keyring.keys(unit), walk.number
    fault = walk.skip_removed(anchors, entries[0].number if entries else None) or walk.follow(entries)
    is_over = not entries and walk.number == before
    return fault or (walk.end(head) if is_over else None), is_over


async def _unreadable(units: UnitFactory, walk: Walk) -> Fault:
    async with units.read() as unit:
        number = await links.next_number(unit.db, walk.number)
    return Fault(walk.number + 1 if number is None else number, Reason.CHANGED)
