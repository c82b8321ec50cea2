"""Use cases of contradictions: see them, dismiss them, and which of two passages to believe.

Documents are seen by everyone who has the right, so are these; dismissed they are by whoever may change one of both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from secretary.accounts.reach import ensure_may_touch, may_touch, owner_filter
from secretary.kernel.errors import NotFound
from secretary.kernel.text import clean
from secretary.kernel.unit import Unit
from secretary.knowledge.contradictions import queries
from secretary.knowledge.contradictions.events import ContradictionJudged
from secretary.knowledge.contradictions.models import Contradiction
from secretary.knowledge.contradictions.shapes import State
from secretary.knowledge.models import Document
from secretary.knowledge.search.ports import Passage
from secretary.knowledge.search.tokens import terms_of


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the documents says, and where."""

    document: Document
    chunk_id: str
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A contradiction as it is shown: `newer` is what answers go by."""

    id: str
    state: State
    created: datetime
    newer: Side
    older: Side


async def list_contradictions(
    unit: Unit, state: State | None, document_id: str | None, *, limit: int, offset: int
) -> tuple[Sequence[Shown], int]:
    """What the actor sees, latest first, and how many there are in all."""
    rows, total = await queries.contradictions(
        unit.db,
        owner_id=owner_filter(unit.actor, "knowledge"),
        state=state,
        document_id=None if document_id is None else clean(document_id),
        limit=limit,
        offset=offset,
    )
    return [_shown(*row) for row in rows], total


async def judge(unit: Unit, contradiction_id: str, state: State) -> Shown:
    """Say that it is none (dismissed: until one of the documents says something else), or is one. Repeatable.

    Raises NotFound.
    """
    found = await queries.contradiction(unit.db, clean(contradiction_id))
    if found is None:
        raise _no_such_contradiction()
    row, *documents = found
    if not any(may_touch(unit.actor, "knowledge", document.owner_id) for document in documents):
        ensure_may_touch(unit.actor, "knowledge", documents[0].owner_id)
    if row.state is not state:
        row.state = state
        await unit.db.flush()
        unit.record(ContradictionJudged(row.id, documents[0].owner_id, state is State.DISMISSED))
    return _shown(*found)


async def to_believe(unit: Unit, question: str, passages: Sequence[Passage]) -> Passage:
    """The best of these passages; another of them where it says something newer of what is asked. There is one."""
    best = passages[0]
    asked, by_id = set(terms_of(question)), {passage.chunk_id: passage for passage in passages}
    for row in await queries.between(unit.db, by_id.keys()):
        pair = {row.first_chunk_id, row.second_chunk_id}
        if best.chunk_id in pair and not asked.isdisjoint(row.terms):
            [other_id] = pair - {best.chunk_id}
            if _is_newer(by_id[other_id], best):
                return by_id[other_id]
    return best


def _is_newer(one: Passage, other: Passage) -> bool:
    return one.updated is not None and other.updated is not None and one.updated > other.updated


def _shown(row: Contradiction, first: Document, second: Document) -> Shown:
    sides = (
        Side(first, row.first_chunk_id, row.first_text, row.first_value),
        Side(second, row.second_chunk_id, row.second_text, row.second_value),
    )
    older, newer = sorted(sides, key=lambda side: (side.document.updated, side.document.id))
    return Shown(row.id, row.state, row.created, newer, older)


def _no_such_contradiction() -> NotFound:
    return NotFound(
        "no_such_contradiction",
        en="There is no such contradiction; perhaps one of the documents has changed.",
        ru="Такого противоречия нет: возможно, один из документов изменился.",
    )
