"""Who works on which answer, where several processes share a database.

A process keeps the leases of its answers; those of a process that died run out and are taken over. Whoever lost a
lease stores nothing more: an answer is given once.
"""

from collections.abc import Collection

from secretary.conversations import queries
from secretary.conversations.ports import MessageStatus
from secretary.conversations.storing import LEASE
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
    """Stop an answer whose process does not listen: it loses the lease, and what it has stored so far stays."""
    status = MessageStatus.CANCELLED
    await queries.end_unfinished(unit.db, answer_id, {"status": status, "holder": None, "lease_until": None})


async def is_first_in_line(unit: Unit, session_id: str, seq: int) -> bool:
    """Have all earlier messages of the conversation been answered, in whatever process?"""
    return not await queries.earlier_unfinished(unit.db, session_id, seq)
