"""The durable work of contradictions: documents that have changed are read for what they state, and compared."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Final

from secretary.kernel.jobs import ClaimedJob, Handler, Interval, NewJob, NewSchedule, complete
from secretary.kernel.unit import Unit, UnitFactory
from secretary.knowledge.contradictions import queries
from secretary.knowledge.contradictions.comparing import Disagreement, disagreements
from secretary.knowledge.contradictions.events import ContradictionFound, ContradictionSettled
from secretary.knowledge.contradictions.models import Contradiction
from secretary.knowledge.contradictions.queries import Whole
from secretary.knowledge.contradictions.shapes import State
from secretary.knowledge.contradictions.statements import statements_of

COMPARE: Final = "contradictions.compare"
JOB: Final = NewJob(COMPARE, key=COMPARE, lane=COMPARE)
SCHEDULE: Final = NewSchedule(COMPARE, COMPARE, Interval(minutes=60))
"""For what changed just before a process died, and for documents that were there before any was compared."""
_AT_ONCE: Final = 50
_MOST_OF_A_PAIR: Final = 50

Place = tuple[str, str, str]
"""Both documents and what they say: what one contradiction is known by."""


def handlers(units: UnitFactory) -> Mapping[str, Handler]:
    """What a worker runs."""

    async def compare(job: ClaimedJob) -> None:
        while await compare_changed(units):
            pass
        async with units.write() as unit:
            await complete(unit, job)

    return {COMPARE: compare}


async def compare_changed(units: UnitFactory) -> int:
    """Compare some of the documents that have changed since they were compared; how many that were. Repeatable.

    All of them are read before the first is compared, so that each sees what the others say by now.
    """
    async with units.read() as unit:
        now, before = await queries.stamps(unit.db), await queries.compared(unit.db)
    changed = {one: _hash(stamp) for one, stamp in now.items() if before.get(one) != _hash(stamp)}
    chosen = dict(list(changed.items())[:_AT_ONCE])
    for document_id in chosen:
        await _read(units, document_id)
    for document_id, stamp in chosen.items():
        async with units.write() as unit:
            await _compare(unit, document_id, stamp)
    return len(chosen)


async def _read(units: UnitFactory, document_id: str) -> None:
    async with units.read() as unit:
        whole = await queries.whole(unit.db, document_id)
    if whole is not None:
        said = await asyncio.to_thread(statements_of, whole.title, whole.passages)
        async with units.write() as unit:
            if await queries.whole(unit.db, document_id) == whole:
                await queries.replace_statements(unit.db, document_id, said)


async def _compare(unit: Unit, document_id: str, stamp: str) -> None:
    """Let the contradictions of a document be those that it has now."""
    whole = await queries.whole(unit.db, document_id)
    if whole is None:
        return
    found = await _found(unit, document_id)
    for known in await queries.of_document(unit.db, document_id):
        still = found.pop((known.first_document_id, known.second_document_id, known.key), None)
        if still is None:
            await unit.db.delete(known)
            unit.record(ContradictionSettled(known.id, whole.owner_id))
        else:
            _write(known, still)
    for place, disagreement in found.items():
        await _store(unit, whole, place, disagreement)
    await queries.mark_compared(unit.db, document_id, stamp)


async def _found(unit: Unit, document_id: str) -> dict[Place, Disagreement]:
    said = await queries.rivals(unit.db, document_id)
    ours = said.get(document_id, ())
    found: dict[Place, Disagreement] = {}
    for other_id, theirs in said.items():
        if other_id == document_id:
            continue
        first, second = sorted((document_id, other_id))
        pair = (ours, theirs) if first == document_id else (theirs, ours)
        for disagreement in list(disagreements(*pair))[:_MOST_OF_A_PAIR]:
            found[first, second, _key(disagreement)] = disagreement
    return found


async def _store(unit: Unit, whole: Whole, place: Place, disagreement: Disagreement) -> None:
    first, second, key = place
    made = Contradiction(
        id=unit.new_id(), first_document_id=first, second_document_id=second, key=key, state=State.OPEN,
        created=unit.now(),
    )  # fmt: skip
    _write(made, disagreement)
    unit.db.add(made)
    await unit.db.flush()
    unit.record(ContradictionFound(made.id, whole.owner_id))


def _write(row: Contradiction, disagreement: Disagreement) -> None:
    one, other = disagreement.one, disagreement.other
    row.terms = sorted(one.terms)
    row.first_chunk_id, row.first_text, row.first_value = one.chunk_id, one.text, one.shown
    row.second_chunk_id, row.second_text, row.second_value = other.chunk_id, other.text, other.shown


def _key(disagreement: Disagreement) -> str:
    one, other = disagreement.one, disagreement.other
    return _hash("\n".join((one.subject_key, *one.value, "", *other.value)))[:32]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
