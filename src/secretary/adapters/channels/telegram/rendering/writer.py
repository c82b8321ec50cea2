"""Writes a text with spans: blocks apart by a blank line, items and lines by a line end, never more."""

from secretary.adapters.channels.telegram.rendering.rich import Rich, Span, Tag


class Writer:
    """What was opened is closed in turn; an empty span vanishes."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._line_ends = 0
        self._is_fresh = True
        self._is_after_mark = False
        self._spans: list[Span | None] = []
        self._open: list[int] = []

    def block(self) -> None:
        """What comes next stands apart by a blank line, but where a span or an item has just begun."""
        self._apart(2)

    def line(self) -> None:
        """What comes next stands on a line of its own."""
        self._apart(1)

    def item(self, mark: str) -> None:
        """Begin a line with a mark."""
        if self._is_after_mark:
            self._is_fresh = False
        self._apart(1)
        self.write(mark)
        self._is_fresh = self._is_after_mark = True

    def write(self, text: str) -> None:
        if not text:
            return
        self._separate()
        self._pieces.append(text)
        self._length += len(text)
        self._is_fresh = self._is_after_mark = False

    def open(self, tag: Tag | None, value: str = "") -> None:
        """Begin a span; None stands for one that is not shown."""
        self._separate()
        self._open.append(len(self._spans))
        self._spans.append(Span(self._length, self._length, tag, value) if tag else None)
        self._is_fresh = True

    def open_link(self, address: str) -> None:
        """Begin a link, or only its words where nobody could open it."""
        self.open("a" if address else None, address)

    def close(self, otherwise: str = "") -> None:
        """End the span that was opened last; `otherwise` is written where nothing was written in it."""
        number = self._open.pop()
        span = self._spans[number]
        if span is None:
            return
        if span.begin == self._length:
            self.write(otherwise)
        self._spans[number] = Span(span.begin, self._length, span.tag, span.value)

    def spanned(self, text: str, tag: Tag) -> None:
        self.open(tag)
        self.write(text)
        self.close()

    def rich(self) -> Rich:
        """What was written."""
        return Rich("".join(self._pieces), [one for one in self._spans if one and one.begin < one.end])

    def _apart(self, line_ends: int) -> None:
        if not self._is_fresh:
            self._line_ends = max(self._line_ends, line_ends)

    def _separate(self) -> None:
        if self._line_ends:
            ends, self._line_ends = self._line_ends, 0
            self._pieces.append("\n" * ends)
            self._length += ends
