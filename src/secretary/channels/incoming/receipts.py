"""Receipts: updates are stored as they came before their provider is told that we have them, each once."""

from collections.abc import Sequence
from datetime import timedelta

from secretary.channels.incoming import queries
from secretary.channels.messenger import RawUpdate
from secretary.channels.models import ChannelReceipt, ReceiptState
from secretary.kernel.unit import Unit

KEPT = timedelta(days=7)
"""For how long a repetition is known. Telegram forgets an update that nobody took after a day, Meta after a week."""

ALONE = ReceiptState.TAKEN
"""What is stored alone is over, unless it comes to something else."""


async def store(unit: Unit, instance_id: str, updates: Sequence[RawUpdate]) -> None:
    """Store updates; repetitions change nothing."""
    if updates:
        await queries.add_receipts(unit.db, [_row(unit, instance_id, update) for update in updates])


async def store_alone(unit: Unit, instance_id: str, update: RawUpdate) -> ChannelReceipt | None:
    """Store an update that is taken in the same unit: as one that is over, without what it says. The receipt says it,
    and is not in the table's session; None for a repetition, or where another one waits in its thread.
    """
    row = _row(unit, instance_id, update)
    if not await queries.add_alone(unit.db, {**row, "state": ALONE, "payload": None}):
        return None
    return ChannelReceipt(**row)


def _row(unit: Unit, instance_id: str, update: RawUpdate) -> dict[str, object]:
    return {
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


async def forget_old(unit: Unit) -> int:
    """Forget receipts whose repetition nobody will send any more. Returns how many. Repeatable."""
    return await queries.forget_taken(unit.db, unit.now() - KEPT)
