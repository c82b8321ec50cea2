"""Use cases of canned answers. Never commits."""

from collections.abc import Mapping

from secretary.conversations.canned import queries
from secretary.conversations.contacts.errors import no_such_canned_answer, shortcut_taken
from secretary.conversations.contacts.events import CannedAnswerChanged
from secretary.conversations.contacts.models import CannedAnswer
from secretary.kernel.unit import Unit


async def get(unit: Unit, canned_id: str) -> CannedAnswer:
    """One canned answer. Raises NotFound."""
    row = await queries.canned(unit.db, canned_id)
    if row is None:
        raise no_such_canned_answer()
    return row


async def create(unit: Unit, shortcut: str, title: str, text: str) -> CannedAnswer:
    """Keep an answer of the actor's. Raises Conflict where he has one of this shortcut."""
    await _ensure_free(unit, unit.actor.owner_id, shortcut)
    row = CannedAnswer(
        id=unit.new_id(),
        owner_id=unit.actor.owner_id,
        shortcut=shortcut,
        title=title,
        text=text,
        created=unit.now(),
        updated=unit.now(),
    )
    unit.db.add(row)
    await unit.db.flush()
    unit.record(CannedAnswerChanged(row.id, row.owner_id, "create"))
    return row


async def change(unit: Unit, row: CannedAnswer, values: Mapping[str, str]) -> None:
    """Change what is named. Raises Conflict where its owner has another one of that shortcut."""
    shortcut = values.get("shortcut", row.shortcut)
    if shortcut != row.shortcut:
        await _ensure_free(unit, row.owner_id, shortcut)
    for name, value in values.items():
        setattr(row, name, value)
    row.updated = unit.now()
    await unit.db.flush()
    unit.record(CannedAnswerChanged(row.id, row.owner_id, "update"))


async def delete(unit: Unit, row: CannedAnswer) -> None:
    await unit.db.delete(row)
    await unit.db.flush()
    unit.record(CannedAnswerChanged(row.id, row.owner_id, "delete"))


async def _ensure_free(unit: Unit, owner_id: str | None, shortcut: str) -> None:
    if await queries.named(unit.db, owner_id, shortcut) is not None:
        raise shortcut_taken(shortcut)
