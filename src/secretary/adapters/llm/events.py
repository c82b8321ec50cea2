"""An answer that comes as JSON events, whatever is in them: what is the same for every wire of typed events. No I/O."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from secretary.kernel.errors import Upstream
from secretary.llm.errors import llm_error
from secretary.llm.ports import Delta, Finish, FinishReason, Piece, Reasoning, TokenUsage


class EventAnswer(ABC):
    """A wire's `Answer`: a subclass says what one event means.

    An event that is no JSON object, or whose parts have the wrong type, is a fault: "llm_nonsense".
    """

    def __init__(self, model: str) -> None:
        self.model = model
        self.reason: FinishReason | None = None
        self.fault: Upstream | None = None
        self.is_done = False
        self.has_begun = False

    @abstractmethod
    def _event(self, event: dict[str, Any]) -> Iterable[Piece]:
        """The pieces of one event. Raises Upstream for an error, TypeError or ValueError for nonsense."""

    @abstractmethod
    def _whole(self, document: Any) -> Iterable[Piece]:
        """The pieces of an answer that came as one document. Raises as `_event` does."""

    @abstractmethod
    def _usage(self) -> TokenUsage:
        """What the service has counted."""

    def take(self, events: list[bytes]) -> Sequence[Piece]:
        """The pieces of these events; neighbouring text comes as one piece."""
        pieces: list[Piece] = []
        try:
            for data in events:
                if self.is_done or self.fault is not None:
                    break
                pieces += self._event(object_of(orjson.loads(data)))
        except Upstream as fault:
            self.fault = fault
        except (ValueError, TypeError):
            self.fault = llm_error("llm_nonsense")
        self.has_begun = self.has_begun or bool(pieces)
        return pieces if len(pieces) < 2 else _joined(pieces)  # noqa: PLR2004 - one piece has no neighbour

    def take_last(self, data: bytes | None) -> Sequence[Piece]:
        """What stood unfinished at the end of the stream: half an event is no fault but a sign of the cut."""
        pieces = self.take([data]) if data else ()
        if self.fault is not None and self.fault.code == "llm_nonsense":
            self.fault = None
        return pieces

    def take_whole(self, body: bytes) -> Sequence[Piece]:
        """An answer of a service that ignores streaming. Raises Upstream."""
        try:
            pieces = list(self._whole(orjson.loads(body)))
        except (ValueError, TypeError) as error:
            raise llm_error("llm_nonsense") from error
        if self.fault is not None or self.reason is None:
            raise self.fault or llm_error("llm_nonsense")
        self.is_done = self.has_begun = True
        return pieces

    def finish(self) -> Finish:
        """The end. Raises Upstream("llm_truncated") where the service gave no reason for stopping."""
        if self.reason is None:
            raise llm_error("llm_truncated")
        return Finish(self.reason, self.model, self._usage())


def object_of(value: object) -> dict[str, Any]:
    """A JSON object. Raises TypeError for anything else."""
    if isinstance(value, dict):
        return value
    raise TypeError


def text_of(value: object) -> str:
    """A string. Raises TypeError for anything else."""
    if isinstance(value, str):
        return value
    raise TypeError


def list_of(value: object) -> list[Any]:
    """A JSON list; what is absent is an empty one. Raises TypeError for anything else."""
    if isinstance(value, list):
        return value
    if value is None:
        return []
    raise TypeError


def count_of(value: object) -> int | None:
    """A number of tokens, where it is one."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _joined(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        match last, piece:
            case Delta(), Delta():
                joined[-1] = Delta(last.text + piece.text)
            case Reasoning(), Reasoning():
                joined[-1] = Reasoning(last.text + piece.text)
            case _:
                joined.append(piece)
    return joined
