"""`/admin/chat/sessions/{id}/notes`: what colleagues tell each other about a conversation."""

from fastapi import APIRouter

from secretary.assistant.chat.access import seen, touched
from secretary.assistant.chat.api.deps import PREFIX, SESSION, Limit, MayRead, MayWrite, Offset
from secretary.assistant.chat.schemas import NewNote
from secretary.assistant.chat.shapes import Done, NoteOut, Notes, OneNote
from secretary.conversations.notes import queries, service
from secretary.web.deps import UnitDep

router = APIRouter(prefix=PREFIX, tags=["chat"])


@router.get(SESSION + "/notes")
async def list_notes(unit: UnitDep, actor: MayRead, session_id: str, limit: Limit = 100, offset: Offset = 0) -> Notes:
    """The notes on a conversation, oldest first. Customers and models never see them."""
    await seen(unit, actor, session_id)
    rows = await queries.notes(unit.db, session_id, limit=limit, offset=offset)
    total = await queries.count(unit.db, session_id)
    return Notes(notes=[NoteOut.model_validate(row) for row in rows], total=total)


@router.post(SESSION + "/notes", status_code=201)
async def write_note(unit: UnitDep, actor: MayWrite, session_id: str, body: NewNote) -> OneNote:
    session = await touched(unit, actor, session_id)
    return OneNote(note=NoteOut.model_validate(await service.write(unit, session, body.text)))


@router.delete(SESSION + "/notes/{note_id}")
async def delete_note(unit: UnitDep, actor: MayWrite, session_id: str, note_id: str) -> Done:
    await service.delete(unit, await touched(unit, actor, session_id), note_id)
    return Done()
