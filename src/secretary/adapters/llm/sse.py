"""Server-sent events cut out of raw network chunks (WHATWG HTML, "9.2.6 Interpreting an event stream").

Only `data` matters to model services: other fields and comments are dropped. Works on bytes, so that a character
split between two chunks is whole again before anybody decodes it.
"""

from typing import Final

from secretary.llm.errors import llm_error

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_LINE_ENDS: Final = b"\r\n"


class EventCutter:
    """Feed it chunks cut anywhere; it hands out the data of each event that has become whole.

    Memory is bounded: a line or an event past `limit` bytes raises Upstream("llm_nonsense").
    """

    def __init__(self, limit: int = 1_000_000) -> None:
        self._limit = limit
        self._line: list[bytes] = []  # pieces of the unfinished line: joined once, so tiny chunks stay cheap
        self._line_size = 0
        self._data: list[bytes] = []
        self._data_size = 0
        self._after_cr = False
        self._is_fresh = True

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of the events that `chunk` completes, in order."""
        if self._is_one_event(chunk):
            return [chunk[6:-2]]
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        if b"\n" not in chunk and b"\r" not in chunk:
            self._keep(chunk)
            return []
        if self._line:
            chunk = b"".join(self._line) + chunk
            self._line.clear()
            self._line_size = 0
        self._after_cr = chunk.endswith(b"\r")
        lines = chunk.splitlines()
        if chunk[-1] not in _LINE_ENDS:
            self._keep(lines.pop())
        return self._events(lines)

    def end(self) -> bytes | None:
        """What an ending stream left unfinished: data without the empty line that completes an event."""
        rest = self._events([b"".join(self._line), b""])
        return rest[0] if rest else None

    def _is_one_event(self, chunk: bytes) -> bool:
        """Whether nothing is unfinished and this is one event: the look of a token in a packet of its own."""
        if self._line or self._data or self._after_cr or len(chunk) > self._limit:
            return False
        return (
            chunk.startswith(b"data: ")
            and chunk.find(b"\n") == len(chunk) - 2
            and chunk.endswith(b"\n\n")
            and b"\r" not in chunk
        )

    def _keep(self, piece: bytes) -> None:
        self._line.append(piece)
        self._line_size += len(piece)
        if self._line_size > self._limit:
            raise llm_error("llm_nonsense")

    def _events(self, lines: list[bytes]) -> list[bytes]:
        events: list[bytes] = []
        for line in lines:
            if line.startswith(b"data:"):
                self._add(line[6:] if line[5:6] == b" " else line[5:])
            elif line:
                self._other(line)
            elif self._data:
                events.append(self._data[0] if len(self._data) == 1 else b"\n".join(self._data))
                self._data.clear()
                self._data_size = 0
        return events

    def _other(self, line: bytes) -> None:
        if self._is_fresh and line.startswith(_BYTE_ORDER_MARK + b"data:"):
            self._add(line.removeprefix(_BYTE_ORDER_MARK + b"data:").removeprefix(b" "))
        self._is_fresh = False

    def _add(self, data: bytes) -> None:
        self._is_fresh = False
        self._data.append(data)
        self._data_size += len(data)
        if self._data_size > self._limit:
            raise llm_error("llm_nonsense")
