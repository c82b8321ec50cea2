"""The walk along the chain that proves it or finds its first fault. Pure; `verify` feeds it from the database."""

from collections.abc import Iterable, Sequence

from secretary.audit.chain import Entry, Fault, Keys, Reason, Seal


class Walk:
    """Stands after row `number`, whose hash is `hash`; `checked` rows lie behind it, proved with `keys`."""

    def __init__(self, keys: Keys | None = None) -> None:
        self.keys = keys or Keys(())
        self.number = 0
        self.hash = ""
        self.checked = 0

    def skip_removed(self, anchors: Sequence[Seal], first: int | None) -> Fault | None:
        """Step over what clean-ups removed. `first` is the number of the next row that is there."""
        for anchor in anchors:
            if not anchor.is_genuine(self.keys):
                return Fault(anchor.number, Reason.FORGED_ANCHOR)
        newest = max(anchors, key=lambda anchor: anchor.number, default=None)
        # A clean-up between the reading of rows and of anchors leaves an anchor far behind the first row that we saw.
        fitting = next((anchor for anchor in anchors if anchor.number + 1 == first), newest)
        if fitting is not None and fitting.number > self.number and first != self.number + 1:
            self.number, self.hash = fitting.number, fitting.hash
        return None

    def follow(self, entries: Iterable[Entry]) -> Fault | None:
        """Step over rows in the order of their numbers."""
        for entry in entries:
            if (reason := self._fault(entry)) is not None:
                return Fault(self.number + 1, reason)
            self.number, self.hash = entry.number, entry.hash
            self.checked += 1
        return None

    def _fault(self, entry: Entry) -> Reason | None:
        if entry.number != self.number + 1:
            is_later = isinstance(entry.number, int) and entry.number > self.number
            return Reason.MISSING if is_later else Reason.OUT_OF_ORDER
        if not self.keys.knows(entry.key_id):
            return Reason.UNKNOWN_KEY
        if not entry.is_genuine(self.keys):
            return Reason.CHANGED
        return None if entry.previous_hash == self.hash else Reason.OUT_OF_ORDER

    def end(self, head: Seal | None) -> Fault | None:
        """No row is left; `head` was read before that was known."""
        if head is None:
            return None if self.number == 0 else Fault(self.number, Reason.FORGED_HEAD)
        if not head.is_genuine(self.keys):
            return Fault(self.number, Reason.FORGED_HEAD)
        if head.number > self.number:
            return Fault(self.number + 1, Reason.TRUNCATED)
        return None if (head.number, head.hash) == (self.number, self.hash) else Fault(self.number, Reason.FORGED_HEAD)
