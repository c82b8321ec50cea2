"""A completion that has begun."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from secretary.assistant.ports import SourcesFound
from secretary.llm.ports import Piece
from secretary.llm.routing.ask import Trail

Pieces = AsyncGenerator[Piece | SourcesFound, None]


@dataclass(slots=True)
class Answer:
    """`trail` says what was tried (None: unknown), `session_id` in which conversation it stands (empty: in none)."""

    pieces: Pieces
    trail: Trail | None = None
    session_id: str = ""
