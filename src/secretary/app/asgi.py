"""The program as one ASGI application: hot paths at once, the admin API as soon as it is built."""

from collections.abc import Mapping

from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from secretary.app.build import App
from secretary.app.core import core_routes
from secretary.app.panel import PanelAndApi, panel_app, panel_routes
from secretary.channels.files import MAX_BYTES
from secretary.gateway.edge import OpenAIErrors
from secretary.web.middleware import Edge
from secretary.web.routing import Lazy, PrefixDispatch, RouteIndex

FORM_BYTES = 100_000  # what a form adds to the file in it


class Asgi:
    """Dispatches by path prefix; every request finds the program in its scope as `services`."""

    def __init__(self, app: App, admin: ASGIApp | None = None) -> None:
        self._app = app
        self.admin = Lazy(lambda: _admin(app)) if admin is None else None
        core = RouteIndex(core_routes(app))
        mounts: dict[str, ASGIApp] = dict.fromkeys(
            ("/", "/health", "/metrics", "/demo", "/static", "/privacy-policy"), core
        )
        for channel in app.channels.values():
            mounts.update(channel.apps(app.desk))
        mounts["/webhooks"] = RouteIndex(app.messaging.webhooks.routes())
        mounts["/v1"] = OpenAIErrors(RouteIndex(app.gateway.routes()))
        api = admin or self.admin or core
        mounts.update({"/admin": PanelAndApi(panel_app(), api), "/chat": api, "/reset_conversation": api})
        self._dispatch = Edge(
            PrefixDispatch(mounts),
            max_body_bytes=app.settings.max_body_bytes,
            body_bytes={
                "/v1/": app.settings.max_v1_body_bytes,
                "/admin/wiki-rag/documents/upload": app.settings.max_upload_bytes + FORM_BYTES,
                "/admin/inbox/files/": MAX_BYTES + FORM_BYTES,
            },
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["services"] = self._app
        await self._dispatch(scope, receive, send)

    async def warm(self) -> None:
        """Build what was left for later."""
        if self.admin is not None:
            await self.admin.warm()


def _admin(app: App) -> ASGIApp:
    from secretary.app.admin import build_admin_api  # noqa: PLC0415 -- FastAPI is imported after the start

    return build_admin_api(app.channels, app.messaging.messengers)


def all_routes(app: App) -> list[BaseRoute]:
    """Every route of the program, for `secretary routes`, the schema and the test that walks them."""
    from secretary.app.admin import build_admin_api  # noqa: PLC0415 -- see above

    found: list[BaseRoute] = [*core_routes(app), *panel_routes(), *app.gateway.routes()]
    found += app.messaging.webhooks.routes()
    for channel in app.channels.values():
        indexes: Mapping[int, object] = {id(mounted): mounted for mounted in channel.apps(app.desk).values()}
        for mounted in indexes.values():
            found += getattr(mounted, "declared", ())
    return found + list(build_admin_api(app.channels, app.messaging.messengers).routes)


def lines_of(routes: list[BaseRoute]) -> list[str]:
    """The routes as `METHOD /path`, WebSockets as `WS /path`."""
    lines: set[str] = set()
    for route in routes:
        methods = getattr(route, "methods", None)
        names = sorted(methods - {"HEAD", "OPTIONS"}) if methods else ["WS"]
        lines.update(f"{name} {getattr(route, 'path', '')}" for name in names)
    return sorted(lines, key=lambda line: line.split()[::-1])
