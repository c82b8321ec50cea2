"""The border of a widget: which page may talk to it, and who the visitor is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from starlette.requests import Request

from secretary.adapters.channels.widget.settings import WidgetSettings
from secretary.kernel.errors import Forbidden, Unauthenticated

TOKEN_LIFE = timedelta(days=30)
RENEW_AFTER = timedelta(days=1)


class Signer(Protocol):
    """Signs and checks small payloads; `kernel.secrets` has one."""

    def sign(self, payload: dict[str, Any], expires_at: datetime) -> str: ...

    def verify(self, token: str, now: datetime) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who a signed token says is writing, and in which widget."""

    id: str
    instance_id: str
    issued_at: datetime


def own_origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def checked_origin(request: Request, settings: WidgetSettings) -> str:
    """The origin of the page that calls. Raises Forbidden unless it is on the list, or ours.

    A browser leaves Origin out only for a GET within our own pages, and then says so in Sec-Fetch-Site.
    """
    origin = request.headers.get("origin", "")
    own = own_origin(request)
    if not origin and request.headers.get("sec-fetch-site") == "same-origin":
        return own
    if origin and (origin == own or origin in settings.allowed_domains or origin == settings.tunnel_url):
        return origin
    raise Forbidden(
        "origin_not_allowed",
        en=f"This widget may not be used on {origin or 'this page'}: add the site to the widget's allowed domains.",
        ru=f"Этому виджету нельзя работать на {origin or 'этой странице'}: добавьте сайт в разрешённые домены виджета.",
    )


def new_token(signer: Signer, visitor_id: str, instance_id: str, now: datetime) -> tuple[str, datetime]:
    """A token for 30 days, and when it ends."""
    expires = now + TOKEN_LIFE
    return signer.sign({"v": visitor_id, "w": instance_id, "t": int(now.timestamp())}, expires), expires


def visitor_of(request: Request, signer: Signer, now: datetime) -> Visitor:
    """Who calls. Raises Unauthenticated without a good token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("visitor_token_missing", en="Start a conversation first.", ru="Сначала начните разговор.")
    payload = signer.verify(token, now)
    return Visitor(payload["v"], payload["w"], datetime.fromtimestamp(payload["t"], tz=now.tzinfo))
