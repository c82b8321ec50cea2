"""The use case of the search: what was said, by whom ever, as far as one may see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from secretary.conversations.models import ChatMessage
from secretary.conversations.ports import Visible
from secretary.conversations.search import queries
from secretary.conversations.search.words import asked_of, excerpt, groups
from secretary.kernel.unit import Unit

COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """A message that says what was asked for. `marks` are where in the snippet, from and to, in characters."""

    message: ChatMessage
    title: str
    source: str
    snippet: str
    marks: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Results:
    """Some of what was found, the newest first, and how much there is, counted to a thousand."""

    found: Sequence[Found]
    total: int


async def find(unit: Unit, text: str, visible: Visible, *, session_id: str | None, limit: int, offset: int) -> Results:
    """Messages with every word of `text` in whatever form; nothing where it has no word."""
    asked = asked_of(text)
    if not asked:
        return Results((), 0)
    wanted = groups(asked, visible, session_id)
    rows = await queries.found_messages(unit.db, wanted, visible, limit=limit, offset=offset)
    found = [Found(row[0], row[1], row[2], *excerpt(row[0].content, asked)) for row in rows]
    return Results(found, await queries.count(unit.db, wanted, up_to=COUNTED))
