"""Use cases of private notes: what colleagues tell each other about a conversation. Never commits."""

from secretary.conversations.errors import no_such_note
from secretary.conversations.events import ConversationWentOn, NoteDeleted
from secretary.conversations.models import ChatNote, ChatSession
from secretary.conversations.notes import queries
from secretary.kernel.unit import Unit


async def write(unit: Unit, session: ChatSession, text: str) -> ChatNote:
    """Leave a note in the actor's name."""
    note = ChatNote(
        id=unit.new_id(), session_id=session.id, author_id=unit.actor.owner_id, text=text, created=unit.now()
    )
    unit.db.add(note)
    await unit.db.flush()
    unit.record(ConversationWentOn(session.id, session.owner_id))
    return note


async def delete(unit: Unit, session: ChatSession, note_id: str) -> None:
    """Delete a note on a conversation. Raises NotFound."""
    note = await queries.note(unit.db, session.id, note_id)
    if note is None:
        raise no_such_note()
    await unit.db.delete(note)
    await unit.db.flush()
    unit.record(NoteDeleted(session.id, session.owner_id, note_id))
