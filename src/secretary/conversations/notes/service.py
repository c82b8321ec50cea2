"""Use cases of private notes: what colleagues tell each other about a conversation. Never commits."""

from secretary.conversations.errors import no_such_note
from secretary.conversations.models import ChatNote
from secretary.conversations.notes import queries
from secretary.kernel.unit import Unit


async def write(unit: Unit, session_id: str, text: str) -> ChatNote:
    """Leave a note in the actor's name."""
    note = ChatNote(
        id=unit.new_id(), session_id=session_id, author_id=unit.actor.owner_id, text=text, created=unit.now()
    )
    unit.db.add(note)
    await unit.db.flush()
    return note


async def delete(unit: Unit, session_id: str, note_id: str) -> None:
    """Delete a note on a conversation. Raises NotFound."""
    note = await queries.note(unit.db, session_id, note_id)
    if note is None:
        raise no_such_note()
    await unit.db.delete(note)
    await unit.db.flush()
