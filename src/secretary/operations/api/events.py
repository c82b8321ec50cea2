"""`/admin/events`: what changes, as it changes, for a panel that looks on."""

from collections.abc import AsyncGenerator
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Header, Request

from secretary.accounts.stream_access import require_stream
from secretary.accounts.watch import Watching, while_signed_in
from secretary.kernel.unit import Actor
from secretary.operations.changes import ChangeFeed
from secretary.operations.who_hears import Told
from secretary.web.deps import services
from secretary.web.sse import EventStream, frame

LONGEST_EVENT_ID = 18

router = APIRouter(prefix="/admin", tags=["events"])

MayListen = Annotated[Actor, Depends(require_stream("profile", "view"))]
LastEventId = Annotated[str, Header(alias="last-event-id")]


class EventServices(Protocol):
    """What the application offers to this route."""

    @property
    def changes(self) -> ChangeFeed: ...

    @property
    def authenticator(self) -> Watching: ...


@router.get("/events", response_class=EventStream, response_description="What changes, as it changes")
async def listen(request: Request, actor: MayListen, last_event_id: LastEventId = "") -> EventStream:
    """What changes that the caller may see, from `Last-Event-ID` on.

    `{"type": "faq.update", "resource": "faq", "id": …}`; `ready` at the beginning; `resync` when something was
    missed and everything should be fetched again.
    """
    offered: EventServices = services(request)
    frames = _frames(offered.changes, actor, _number(last_event_id))
    return EventStream(while_signed_in(offered.authenticator, actor, frames))


async def _frames(changes: ChangeFeed, actor: Actor, after: int | None) -> AsyncGenerator[bytes, None]:
    listening = changes.listen(actor, after)
    try:
        async for told in listening:
            yield frame(_shown(told), told.number)
    finally:
        await listening.aclose()


def _shown(told: Told) -> dict[str, Any]:
    if told.news is None:
        return {"type": told.kind}
    news = told.news
    shown = {"type": f"{news.resource}.{news.action}", "resource": news.resource, "id": news.resource_id}
    return {**shown, "fields": dict(news.fields)} if news.fields else shown


def _number(last_event_id: str) -> int | None:
    """Where a listener stands; one who sends nonsense has missed everything."""
    if not last_event_id:
        return None
    is_number = last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) <= LONGEST_EVENT_ID
    return int(last_event_id) if is_number else -1
