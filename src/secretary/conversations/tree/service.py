"""Use cases of the tree: edit, answer again, switch, delete. After each one way from a root to a leaf is visible.

The session's row is locked throughout, so that no two changes of one tree meet. Never commits.
"""

from collections.abc import Sequence

from secretary.conversations import queries as spine
from secretary.conversations.errors import no_such_message, no_such_session, not_a_question, nothing_to_answer
from secretary.conversations.events import ConversationWentOn
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import UNFINISHED, OverrideJson
from secretary.conversations.storing import PREVIEW_LENGTH, Asked, Exchange, append_answer, append_exchange
from secretary.conversations.tree import queries
from secretary.kernel.unit import Unit


async def edit(unit: Unit, session_id: str, message_id: str, asked: Asked) -> Exchange:
    """Store what a person wrote anew, as a sibling with an answer of its own; that branch becomes visible.

    Raises NotFound, and Invalid for an answer.
    """
    session, message = await _locked(unit, session_id, message_id)
    if message.role != "user":
        raise not_a_question()
    await _show_down_to(unit, session, message.parent_id)
    return await append_exchange(unit, session, message.parent_id, asked)


async def regenerate(
    unit: Unit, session_id: str, message_id: str, holder: str, override: OverrideJson | None
) -> Exchange:
    """Begin another answer to the question of an answer, or to a question itself; it becomes visible.

    Raises NotFound, and Invalid where there is no question.
    """
    session, message = await _locked(unit, session_id, message_id)
    question: ChatMessage | None = message
    if message.role != "user":
        question = await spine.message(unit.db, session_id, message.parent_id or "")
    if question is None or question.role != "user":
        raise nothing_to_answer()
    await _show_down_to(unit, session, question.id)
    return await append_answer(unit, session, question, holder, override)


async def switch(unit: Unit, session_id: str, message_id: str) -> ChatSession:
    """Show the branch of a message: up to its root, and down the newest child each time. Raises NotFound."""
    session, _ = await _locked(unit, session_id, message_id)
    await _show_branch(unit, session, message_id)
    unit.record(ConversationWentOn(session.id, session.owner_id))
    return session


async def delete(unit: Unit, session_id: str, message_id: str) -> Sequence[str]:
    """Delete a message with everything below it, and nothing else; the newest sibling's branch takes its place.

    Returns the answers among them that were still being given. Raises NotFound.
    """
    session, message = await _locked(unit, session_id, message_id)
    was_visible, parent_id = message.is_active, message.parent_id
    cut = await queries.subtree(unit.db, message_id)
    await queries.remove(unit.db, [row.id for row in cut])
    session.message_count -= len(cut)
    if was_visible:
        sibling = await queries.newest_child(unit.db, session_id, parent_id)
        if sibling is not None:
            await _show_branch(unit, session, sibling)
        else:
            await _end_at(unit, session, parent_id)
    await unit.db.flush()
    return [row.id for row in cut if row.status in UNFINISHED]


async def _locked(unit: Unit, session_id: str, message_id: str) -> tuple[ChatSession, ChatMessage]:
    session = await spine.session(unit.db, session_id, lock=True)
    if session is None:
        raise no_such_session()
    message = await spine.message(unit.db, session_id, message_id)
    if message is None:
        raise no_such_message()
    return session, message


async def _show_down_to(unit: Unit, session: ChatSession, message_id: str | None) -> None:
    """Let the visible branch end at a message, or be empty for `None`."""
    way = await queries.way_up(unit.db, message_id) if message_id is not None else ()
    fork = next((row.seq for row in way if row.is_active), 0)
    await queries.hide_below(unit.db, session.id, fork)
    await queries.show(unit.db, [row.id for row in way if not row.is_active])


async def _show_branch(unit: Unit, session: ChatSession, message_id: str) -> None:
    below = await queries.way_down(unit.db, message_id)
    await _show_down_to(unit, session, message_id)
    await queries.show(unit.db, below[1:])
    await _end_at(unit, session, below[-1])


async def _end_at(unit: Unit, session: ChatSession, leaf_id: str | None) -> None:
    leaf = await spine.message(unit.db, session.id, leaf_id) if leaf_id is not None else None
    session.leaf_id, session.last_message = leaf_id, leaf.content[:PREVIEW_LENGTH] if leaf else ""
    session.updated = unit.now()
    await unit.db.flush()
