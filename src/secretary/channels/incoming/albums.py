"""Albums: what somebody sent at once and his provider brings in pieces is one message."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from secretary.channels.messenger import Incoming, Said
from secretary.channels.models import ChannelReceipt


@dataclass(frozen=True, slots=True)
class Read:
    """What updates say that belong together; one update as a rule."""

    receipts: tuple[ChannelReceipt, ...]
    said: Sequence[Incoming]

    @property
    def album(self) -> str:
        """The album that this is a piece of."""
        only = self.said[0] if len(self.said) == 1 else None
        return only.album if isinstance(only, Said) else ""

    def with_piece(self, piece: "Read") -> "Read":
        """The message with one more of its pieces."""
        one, other = self.said[0], piece.said[0]
        if not isinstance(one, Said) or not isinstance(other, Said):
            raise TypeError("an album is of messages")
        whole = replace(
            one,
            text="\n".join(text for text in (one.text, other.text) if text),
            files=one.files + other.files,
            is_addressed=one.is_addressed or other.is_addressed,
        )
        return Read(self.receipts + piece.receipts, [whole])


def joined(updates: Sequence[Read]) -> list[Read]:
    """Updates of a thread, in order; pieces of one album that follow each other are one."""
    found: list[Read] = []
    for update in updates:
        if update.album and found and found[-1].album == update.album:
            found[-1] = found[-1].with_piece(update)
        else:
            found.append(update)
    return found
