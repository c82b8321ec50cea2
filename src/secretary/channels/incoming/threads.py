"""Use cases of threads for their instance's owner: say which conversation goes on, or let all begin anew."""

from secretary.channels.events import InstanceChanged
from secretary.channels.incoming import queries
from secretary.channels.messenger import Address
from secretary.channels.models import ChannelInstance, ChannelThread
from secretary.conversations.models import ChatSession
from secretary.kernel.errors import Conflict
from secretary.kernel.unit import Unit


async def register(
    unit: Unit, row: ChannelInstance, address: Address, user_id: str, session: ChatSession, username: str, name: str
) -> ChannelThread:
    """Let somebody's next private message go on in this conversation. Raises Conflict for one of another assistant:
    it must not read what was said to the first.
    """
    if session.assistant_id != row.assistant_id:
        raise Conflict(
            "other_assistant",
            en="Another assistant leads this conversation; a customer's words stay with the one he spoke to.",
            ru="Этот разговор ведёт другой ассистент; слова клиента остаются у того, с кем он говорил.",
        )
    thread = await queries.thread(unit.db, row.id, user_id)
    if thread is None:
        thread = ChannelThread(
            id=unit.new_id(),
            instance_id=row.id,
            thread=user_id,
            person_key=user_id,
            language=session.language,
            address=dict(address),
            last_inbound=unit.now(),
            created=unit.now(),
        )
        unit.db.add(thread)
    thread.session_id, thread.updated = session.id, unit.now()
    thread.username, thread.name = username or thread.username or "", name or thread.name or ""
    await unit.db.flush()
    unit.record(InstanceChanged(row.kind, row.id, ("sessions",), owner_id=row.owner_id))
    return thread


async def end_all(unit: Unit, row: ChannelInstance) -> int:
    """Every next message begins a new conversation; the old ones stay. How many?"""
    ended = await queries.end_sessions(unit.db, row.id)
    unit.record(InstanceChanged(row.kind, row.id, ("sessions",), owner_id=row.owner_id))
    return ended
