"""Use cases of the inbox: a page of it, and its counts. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from secretary.conversations.inbox import queries
from secretary.conversations.inbox.queries import LISTED, Conditions
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import SessionState, Visible
from secretary.conversations.search import queries as search
from secretary.conversations.search.words import asked_of, groups
from secretary.kernel.inflection import fold
from secretary.kernel.unit import Unit

MATCHES_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the conversations, and how many there are in all, counted to ten thousand."""

    sessions: Sequence[ChatSession]
    total: int


async def page(unit: Unit, wanted: Conditions, search_for: str, *, limit: int, offset: int) -> Page:
    """A page of the inbox: who waits for a person comes first, the longest first; then the latest.

    A search looks at what was said, at titles and at names, at its newest thousand matches.
    """
    if search_for:
        wanted = replace(wanted, ids=await _found(unit, wanted.visible, search_for))
    if wanted.state is not None:
        rows = await queries.page(unit.db, wanted, limit=limit, offset=offset)
    else:
        rows = await _waiting_first(unit, wanted, limit, offset)
    return Page(rows, await queries.count(unit.db, wanted, up_to=LISTED))


async def _waiting_first(unit: Unit, wanted: Conditions, limit: int, offset: int) -> Sequence[ChatSession]:
    waiting = await queries.count(unit.db, wanted.waiting(), up_to=LISTED)
    rows: list[ChatSession] = []
    if offset < waiting:
        rows.extend(await queries.page(unit.db, wanted.waiting(), limit=limit, offset=offset))
    if len(rows) < limit:
        left, passed = limit - len(rows), max(0, offset - waiting)
        rows.extend(await queries.page(unit.db, wanted.others(), limit=left, offset=passed))
    return rows


async def _found(unit: Unit, visible: Visible, text: str) -> Sequence[str]:
    asked = asked_of(text)
    said = await search.sessions_found(unit.db, groups(asked, visible), last=MATCHES_LOOKED_AT) if asked else ()
    named = await queries.of_contacts_named(unit.db, fold(text), last=MATCHES_LOOKED_AT)
    return list({*said, *named})


async def counts(unit: Unit, visible: Visible, user_id: str) -> Mapping[str, int]:
    """How many conversations stand where, how many are this user's, and how many nobody has read; to a thousand."""
    every = Conditions(visible)
    closed = SessionState.CLOSED
    wanted = {state.value: replace(every, state=state) for state in SessionState}
    wanted |= {"mine": replace(every, but=closed, assignee_id=user_id), "unread": replace(every, unread=True)}
    return dict(zip(wanted, await queries.counts(unit.db, list(wanted.values())), strict=True))
