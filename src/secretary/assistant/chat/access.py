"""Whose conversations an actor sees and changes. A foreign one is as unknown as one that is not there."""

from secretary.accounts.reach import may_touch, owner_filter, reach
from secretary.conversations import service as conversations
from secretary.conversations.errors import no_such_session
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import Visible
from secretary.kernel.unit import Actor, Unit


def visible_to(actor: Actor) -> Visible:
    """All, or one's own and those that belong to nobody: these are customers', for those who see their messages."""
    owner_id = owner_filter(actor, "chat")
    return Visible(owner_id, ownerless=owner_id is not None and reach(actor, "requests", "view") is not None)


async def seen(unit: Unit, actor: Actor, session_id: str) -> ChatSession:
    """A conversation that the actor may read. Raises NotFound."""
    session, visible = await conversations.get_session(unit, session_id), visible_to(actor)
    is_seen = visible.owner_id is None or session.owner_id == visible.owner_id
    if not is_seen and not (session.owner_id is None and visible.ownerless):
        raise no_such_session()
    return session


async def touched(unit: Unit, actor: Actor, session_id: str) -> ChatSession:
    """A conversation that the actor may write into and change. Raises NotFound."""
    session = await conversations.get_session(unit, session_id)
    if not may_touch(actor, "chat", session.owner_id):
        raise no_such_session()
    return session
