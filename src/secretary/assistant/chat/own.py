"""The caller's own conversation: what `/chat` goes on with. Its memory is a conversation's, never the process's."""

from secretary.assistant.chat.service import Opening, begin
from secretary.conversations.errors import no_such_session
from secretary.conversations.listing import queries
from secretary.conversations.models import ChatSession
from secretary.conversations.queries import session as find
from secretary.kernel.unit import Actor, Unit

API = "api"


async def current(unit: Unit, actor: Actor) -> ChatSession | None:
    """The one that the caller began last, or none."""
    return await queries.newest_of_contact(unit.db, API, API, actor.id)


async def current_or_new(unit: Unit, actor: Actor, session_id: str | None) -> ChatSession:
    """The one that the caller names, else the last one, else a new one. Raises NotFound for one that is not his."""
    if session_id is not None:
        named = await find(unit.db, session_id)
        if named is None or named.source != API or named.contact_key != actor.id:
            raise no_such_session()
        return named
    return await current(unit, actor) or await _new(unit, actor)


async def start_anew(unit: Unit, actor: Actor) -> ChatSession:
    """Leave the last one as it is and begin another, unless nothing was said in it. Repeatable."""
    last = await current(unit, actor)
    return last if last is not None and last.message_count == 0 else await _new(unit, actor)


async def _new(unit: Unit, actor: Actor) -> ChatSession:
    return await begin(unit, actor, Opening(source=API, source_id=API))
