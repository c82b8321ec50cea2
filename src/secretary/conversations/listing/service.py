"""Use cases of the list: a page of it, by source, or what a search finds."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from secretary.conversations.listing import queries
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import Visible
from secretary.conversations.search import queries as search
from secretary.conversations.search.words import asked_of, groups
from secretary.kernel.unit import Unit

MATCHES_LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asks for. `q` is looked for in titles and in all that was said."""

    visible: Visible
    source: str | None = None
    q: str = ""
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the conversations, and how many there are in all."""

    sessions: Sequence[ChatSession]
    total: int


async def sessions(unit: Unit, wanted: Wanted) -> Page:
    """A page of the conversations, the latest first. A search looks at its newest thousand matches."""
    if wanted.q:
        found = await _found(unit, wanted)
        return Page(found[wanted.offset : wanted.offset + wanted.limit], len(found))
    page = await queries.page(unit.db, wanted.visible, source=wanted.source, limit=wanted.limit, offset=wanted.offset)
    return Page(page, await queries.count(unit.db, wanted.visible, source=wanted.source))


async def sessions_by_source(unit: Unit, wanted: Wanted) -> tuple[Mapping[str, Sequence[ChatSession]], int]:
    """The same page of each source that has one, and how many conversations there are in all."""
    pages = await (_pages_found if wanted.q else _pages)(unit, wanted)
    grouped = {source: page.sessions for source, page in pages.items() if page.sessions}
    return grouped, sum(page.total for page in pages.values())


async def _pages(unit: Unit, wanted: Wanted) -> Mapping[str, Page]:
    sources = await queries.sources(unit.db) if wanted.source is None else [wanted.source]
    return {source: await sessions(unit, replace(wanted, source=source)) for source in sources}


async def _pages_found(unit: Unit, wanted: Wanted) -> Mapping[str, Page]:
    """One search for all sources."""
    found: defaultdict[str, list[ChatSession]] = defaultdict(list)
    for session in await _found(unit, wanted):
        found[session.source].append(session)
    end = wanted.offset + wanted.limit
    return {source: Page(rows[wanted.offset : end], len(rows)) for source, rows in sorted(found.items())}


async def _found(unit: Unit, wanted: Wanted) -> Sequence[ChatSession]:
    asked = asked_of(wanted.q)
    if not asked:
        return ()
    ids = await search.sessions_found(unit.db, groups(asked, wanted.visible), last=MATCHES_LOOKED_AT)
    return await queries.among(unit.db, ids, wanted.visible, source=wanted.source)
