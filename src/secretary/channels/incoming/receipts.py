"""Receipts: updates are stored as they came before their provider is told that we have them, each once."""

from collections.abc import Sequence
from datetime import timedelta

from secretary.channels.incoming import queries
from secretary.channels.messenger import RawUpdate
from secretary.channels.models import ReceiptState
from secretary.kernel.unit import Unit

KEPT = timedelta(days=7)
"""For how long a repetition is known. Telegram forgets an update that nobody took after a day, Meta after a week."""


async def store(unit: Unit, instance_id: str, updates: Sequence[RawUpdate]) -> None:
    """Store updates; repetitions change nothing."""
    if not updates:
        return
    rows = [
        {
            "id": unit.new_id(),
            "instance_id": instance_id,
            "key": update.key,
            "thread": update.thread,
            "order": update.order,
            "follows": update.follows,
            "payload": dict(update.payload),
            "state": ReceiptState.WAITING,
            "error": "",
            "received": unit.now(),
        }
        for update in updates
    ]
    await queries.add_receipts(unit.db, rows)


async def forget_old(unit: Unit) -> int:
    """Forget receipts whose repetition nobody will send any more. Returns how many. Repeatable."""
    return await queries.forget_taken(unit.db, unit.now() - KEPT)
