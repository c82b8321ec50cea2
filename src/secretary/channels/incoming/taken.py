"""What a receipt came to, and what follows once that is committed."""

from collections.abc import Sequence
from dataclasses import dataclass

from secretary.channels.models import ChannelThread, ReceiptState
from secretary.conversations.storing import Exchange


@dataclass(frozen=True, slots=True)
class Taken:
    """`exchange` is a question that was stored and is to be answered; `stop` are answers that somebody wants no more.

    `callback_id` is a tap that its provider wants answered, `quoted_id` the message that is answered.
    """

    state: ReceiptState = ReceiptState.TAKEN
    why: str = ""
    exchange: Exchange | None = None
    thread: ChannelThread | None = None
    callback_id: str = ""
    quoted_id: str = ""
    stop: Sequence[str] = ()


def skipped(why: str) -> Taken:
    """It is not for us."""
    return Taken(ReceiptState.SKIPPED, why[:64])
