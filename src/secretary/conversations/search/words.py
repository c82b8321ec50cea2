"""What is indexed of a text, and what is asked of the index. No I/O.

Beside the stems, each text carries marks of its conversation and its owner, so that the index itself narrows a search
to what somebody may see. A mark begins with `_`, which no word of a text does: nobody can forge one by writing it.
"""

import re
from collections.abc import Iterator

from secretary.conversations.ports import Visible
from secretary.kernel.inflection import fold, stem, words_of

MOST_WORDS_ASKED = 12
_LONGEST = 60
_EXCERPT = 160
_BEFORE = 50
_SPOKEN = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")


def _stems(text: str) -> dict[str, None]:
    return {stem(word).rstrip("~")[:_LONGEST]: None for word in words_of(fold(text))}


def _mark(kind: str, id_: str | None) -> str:
    return f"_{kind}{(id_ or 'nobody').replace('-', '')}"


def words_for(text: str, session_id: str, owner_id: str | None) -> str:
    """The stems of `text`, each once, and whose they are, with single spaces between them."""
    return " ".join((_mark("s", session_id), _mark("o", owner_id), *_stems(text)))


def asked_of(text: str) -> list[str]:
    """The stems that a search asks for; none where the text has no word."""
    return list(_stems(text))[:MOST_WORDS_ASKED]


def groups(asked: list[str], visible: Visible, session_id: str | None = None) -> list[list[str]]:
    """The search in conjunctive form: one word of each group must be there."""
    found = [[word] for word in asked]
    if session_id is not None:
        found.append([_mark("s", session_id)])
    if visible.owner_id is not None:
        found.append([_mark("o", visible.owner_id), *([_mark("o", None)] if visible.ownerless else ())])
    return found


def excerpt(content: str, asked: list[str]) -> tuple[str, list[tuple[int, int]]]:
    """A piece of `content` around the first word that was asked for, and where in it those words begin and end."""
    first = next((start for start, _ in _places(content, asked)), 0)
    begin = max(0, first - _BEFORE)
    piece = content[begin : begin + _EXCERPT]
    lead, trail = "…" if begin else "", "…" if begin + _EXCERPT < len(content) else ""
    return lead + piece + trail, [(start + len(lead), end + len(lead)) for start, end in _places(piece, asked)]


def _places(content: str, asked: list[str]) -> Iterator[tuple[int, int]]:
    wanted = set(asked)
    for match in _SPOKEN.finditer(content):
        if wanted.intersection(_stems(match[0])):
            yield match.start(), match.end()
