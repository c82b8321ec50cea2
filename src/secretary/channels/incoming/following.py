"""What an update says about earlier messages and about chats: changed, deleted, delivered, rated, left, moved, stopped.

Everything may come twice and in any order.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from secretary.assistant.noticing import rate
from secretary.channels.incoming import queries
from secretary.channels.incoming.taken import Taken, skipped
from secretary.channels.messenger import (
    Delivered,
    Edited,
    Incoming,
    Left,
    Moved,
    Rated,
    Stopped,
    Unknown,
    Withdrawn,
)
from secretary.channels.models import ChannelReceipt, DeliveryStatus
from secretary.channels.outgoing import queries as deliveries
from secretary.channels.running.lines import Line
from secretary.channels.running.logbook import note
from secretary.conversations import service as conversations
from secretary.conversations.events import ConversationWentOn
from secretary.kernel.errors import SecretaryError
from secretary.kernel.unit import Unit

MAX_CHARACTERS = 4_096
FAR = {"queued": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4, "withdrawn": 4}
_BELOW = {state: tuple(each for each in DeliveryStatus if FAR[each.value] < far) for state, far in FAR.items()}


async def follow(unit: Unit, line: Line, receipt: ChannelReceipt, said: Incoming) -> Taken:
    """Do what it says, in the unit that takes the receipt."""
    return await _BY_KIND[type(said)](unit, line, receipt, said)


async def _edited(unit: Unit, line: Line, receipt: ChannelReceipt, said: Edited) -> Taken:
    thread = await queries.thread(unit.db, line.id, receipt.thread)
    if thread is None or thread.session_id is None:
        return skipped("no_conversation")
    await conversations.customer_edited(unit, thread.session_id, said.message_id, said.text[:MAX_CHARACTERS])
    return Taken()


async def _withdrawn(unit: Unit, line: Line, receipt: ChannelReceipt, said: Withdrawn) -> Taken:
    thread = await queries.thread(unit.db, line.id, receipt.thread)
    if thread is None or thread.session_id is None:
        return skipped("no_conversation")
    for message_id in said.message_ids:
        await conversations.customer_withdrew(unit, thread.session_id, message_id)
    return Taken()


async def _delivered(unit: Unit, line: Line, receipt: ChannelReceipt, said: Delivered) -> Taken:
    del receipt
    return Taken() if await has_come(unit, line, said) else skipped("unknown_delivery")


async def has_come(unit: Unit, line: Line, said: Delivered) -> bool:
    """Keep how far a message of ours has come; one that was read is not merely delivered again. Is it one of ours, and
    was that news? Repeatable, in any order.
    """
    change = {"state": DeliveryStatus(said.state), "error": said.error[:64], "updated": unit.now()}
    session_id = await deliveries.has_come(unit.db, line.id, said.provider_message_id, _BELOW[said.state], change)
    if session_id is None:
        return False
    unit.record(ConversationWentOn(session_id, line.row.owner_id))
    if said.state == "failed":
        note(unit, line.id, "not_delivered", "warning", code=said.error[:64])
    return True


async def _rated(unit: Unit, line: Line, receipt: ChannelReceipt, said: Rated) -> Taken:
    del receipt
    row = await deliveries.at_provider(unit.db, line.id, said.provider_message_id)
    if row is None:
        return skipped("unknown_delivery")
    try:
        await rate(unit, row.session_id, row.message_id, said.value, None)
    except SecretaryError as error:
        return skipped(error.code)
    return Taken()


async def _left(unit: Unit, line: Line, receipt: ChannelReceipt, said: Left) -> Taken:
    """Where we were blocked, or a group put us out, nothing can be sent until we are let in again."""
    del receipt
    for thread in await queries.threads_with(unit.db, line.id, said.person.key):
        thread.left = None if said.is_back else unit.now()
    await unit.db.flush()
    return Taken()


async def _moved(unit: Unit, line: Line, receipt: ChannelReceipt, said: Moved) -> Taken:
    """A chat has another id: what goes on there, with however many people, goes on under the new one."""
    for thread in await queries.threads_in(unit.db, line.id, receipt.thread):
        moved = said.thread + thread.thread.removeprefix(receipt.thread)
        if await queries.thread(unit.db, line.id, moved) is None:
            thread.thread, thread.address = moved, {**thread.address, **said.address}
            await unit.db.flush()
    return Taken()


async def _stopped(unit: Unit, line: Line, receipt: ChannelReceipt, said: Stopped) -> Taken:
    del said
    thread = await queries.thread(unit.db, line.id, receipt.thread)
    running: Sequence[str] = ()
    if thread is not None and thread.session_id is not None:
        running = await queries.unfinished(unit.db, thread.session_id)
    return Taken(thread=thread, stop=running)


async def _unknown(unit: Unit, line: Line, receipt: ChannelReceipt, said: Unknown) -> Taken:
    del unit, line, receipt
    return skipped(said.kind)


_BY_KIND: Mapping[type, Callable[[Unit, Line, ChannelReceipt, Any], Awaitable[Taken]]] = {
    Edited: _edited,
    Withdrawn: _withdrawn,
    Delivered: _delivered,
    Rated: _rated,
    Left: _left,
    Moved: _moved,
    Stopped: _stopped,
    Unknown: _unknown,
}
