"""A text made ready to be stored: its hash, its language, and the passages it consists of."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from secretary.kernel.errors import Language
from secretary.kernel.language import detect_language
from secretary.knowledge.chunking import Piece, chunks_of
from secretary.knowledge.documents.names import short_title

_LANGUAGE_SAMPLE = 20_000


@dataclass(frozen=True, slots=True)
class Text:
    """What becomes a version. `source_hash` and `size_bytes` are of the file it was read from."""

    title: str
    content: str
    content_hash: str
    language: Language
    pieces: Sequence[Piece]
    source_hash: str = ""
    size_bytes: int = 0


async def prepare(title: str, content: str, *, source_hash: str = "", size_bytes: int | None = None) -> Text:
    """Cut a text, off the event loop: a long one takes a while."""
    size = len(content.encode()) if size_bytes is None else size_bytes
    return await asyncio.to_thread(_prepared, short_title(title), content, source_hash, size)


def text_hash(heading: str, text: str) -> str:
    """By what the vector of a passage is found."""
    return hashlib.sha256(f"{heading}\n{text}".encode()).hexdigest()


def _prepared(title: str, content: str, source_hash: str, size_bytes: int) -> Text:
    return Text(
        title=title,
        content=content,
        content_hash=hashlib.sha256(content.encode()).hexdigest(),
        language=detect_language(content[:_LANGUAGE_SAMPLE]),
        pieces=chunks_of(content, title),
        source_hash=source_hash,
        size_bytes=size_bytes,
    )
