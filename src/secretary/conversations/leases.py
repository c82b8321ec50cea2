"""Who works on which answer, where several processes share a database.

A process keeps the leases of its answers; those of a process that died run out and are taken over. Whoever lost a
lease stores nothing more: an answer is given once.
"""

from collections.abc import Collection

from secretary.conversations import queries
from secretary.conversations.events import ConversationWentOn
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import MessageStatus
from secretary.conversations.search import queries as search
from secretary.conversations.search.words import words_for
from secretary.conversations.storing import LEASE, PREVIEW_LENGTH
from secretary.kernel.unit import Unit


async def keep(unit: Unit, holder: str, answer_ids: Collection[str]) -> set[str]:
    """Renew the leases of the answers that `holder` is giving; those that are still his.

    What is his but no longer given (it could not be stored) is left to run out, and is taken over like a dead one's.
    """
    await queries.renew_leases(unit.db, holder, answer_ids, unit.now() + LEASE)
    return await queries.held_by(unit.db, holder, answer_ids)


async def still_held(unit: Unit, holder: str, answer_ids: Collection[str]) -> set[str]:
    """Which of these answers are `holder`'s; they stay so until the unit ends."""
    return await queries.held_by(unit.db, holder, answer_ids)


async def take_away(unit: Unit, answer_id: str) -> None:
    """Stop an answer whose process does not listen: it loses the lease, and what it has stored so far stays.

    A finished one stays as it is.
    """
    for known in await queries.messages(unit.db, [answer_id]):
        for session in await queries.sessions(unit.db, [known.session_id], lock=True):
            for answer in await queries.unfinished_answers(unit.db, [session.id], expired_at=None):
                if answer.id == answer_id:
                    await end_early(unit, session, answer, MessageStatus.CANCELLED)


async def end_early(unit: Unit, session: ChatSession, answer: ChatMessage, status: MessageStatus) -> None:
    """Let an answer be over with what is stored of it. Both rows are locked."""
    answer.status, answer.holder, answer.lease_until = status, None, None
    if session.leaf_id == answer.id and answer.content:
        session.last_message = answer.content[:PREVIEW_LENGTH]
    if answer.content:
        await search.add(unit.db, {answer.id: words_for(answer.content, session.id, session.owner_id)})
    await unit.db.flush()
    unit.record(ConversationWentOn(session.id, session.owner_id))


async def is_first_in_line(unit: Unit, session_id: str, seq: int) -> bool:
    """Have all earlier messages of the conversation been answered, in whatever process?"""
    return not await queries.earlier_unfinished(unit.db, session_id, seq)
