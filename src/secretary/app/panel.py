"""The panel's built files under `/admin/`, beside the API that has the same prefix.

The panel keeps its own addresses behind the `#`, and no path of the API has a dot in its first part or begins with
`assets` or `icons` (a test walks them): a path says by its looks whose it is.
"""

from collections.abc import Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from secretary.kernel.errors import NotFound
from secretary.web.access import public_route
from secretary.web.files import BuiltFiles, is_known
from secretary.web.problem import language_of
from secretary.web.routing import RouteIndex

BUILT = Path(__file__).parent.parent / "web" / "panel"
PREFIX = "/admin/"
INDEX = "index.html"
FOLDERS = ("assets", "icons")
FOREVER = "public, max-age=31536000, immutable"  # names of files in `assets` carry a digest of their content
# Places of floating parts are computed, so that style attributes are allowed: nothing of a customer's becomes one.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Vue's own policy, and one of the panel's that lets nothing pass but the address of its service worker. The page alone:
# a worker's script imports only what `script-src` allows.
TRUSTED_TYPES = "; require-trusted-types-for 'script'; trusted-types vue default"
HEADERS = {"content-security-policy": POLICY, "referrer-policy": "same-origin", "vary": "accept-encoding"}
NOT_BUILT = """<!doctype html>
<html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>AI Secretary</title><link rel="stylesheet" href="/static/page.css"><main><h1>{title}</h1><p>{text}</p></main>
</html>
"""
TITLES = {"en": "The panel is not built", "ru": "Панель не собрана"}
TEXTS = {
    "en": """The secretary works; only its panel is missing from this copy of the source. Run <code>make run</code>,
or <code>python hatch_build.py</code>, and reload this page. Packages of a release have the panel inside.""",
    "ru": """Секретарь работает, в этой копии исходников нет только панели. Выполните <code>make run</code> или
<code>python hatch_build.py</code> и обновите страницу. В пакетах выпусков панель уже есть.""",
}


class PanelAndApi:
    """What is under `/admin`: files of the panel, or else the API."""

    def __init__(self, panel: ASGIApp, api: ASGIApp) -> None:
        self._panel, self._api = panel, api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        mine = scope["type"] == "http" and is_panels(scope["path"])
        await (self._panel if mine else self._api)(scope, receive, send)


def is_panels(path: str) -> bool:
    """Is this an address of the panel's?"""
    first, _, rest = path.removeprefix(PREFIX).partition("/")
    return path in ("/admin", PREFIX) or (bool(rest) and first in FOLDERS) or (not rest and "." in first)


def panel_routes(built: BuiltFiles | None = None) -> Sequence[BaseRoute]:
    """The panel's page and its files; they need no sign-in, for there is nothing in them but the program."""
    files = built or BuiltFiles(BUILT)

    @public_route("the panel's page; what it shows comes from the API, by right")
    async def page(request: Request) -> Response:
        return await _file(files, request, INDEX) or _not_built(request)

    @public_route("scripts, styles and pictures of the panel")
    async def file(request: Request) -> Response:
        found = await _file(files, request, request.path_params["name"])
        if found is None:
            raise NotFound("no_such_path", en="There is nothing at this address.", ru="По этому адресу ничего нет.")
        return found

    @public_route("the panel's address without its slash")
    async def front(request: Request) -> Response:
        del request
        return RedirectResponse(PREFIX, 308)

    return [Route("/admin", front), Route(PREFIX, page), Route("/admin/{name:path}", file)]


def panel_app() -> ASGIApp:
    return RouteIndex(panel_routes())


async def _file(files: BuiltFiles, request: Request, name: str) -> Response | None:
    found = await files.find(name, request.headers.get("accept-encoding", ""))
    if found is None:
        return None
    lasting = FOREVER if name.startswith("assets/") else "no-cache"
    headers = HEADERS | {"etag": found.etag, "cache-control": lasting}
    if name == INDEX:
        headers["content-security-policy"] += TRUSTED_TYPES
    if is_known(request.headers.get("if-none-match", ""), found.etag):
        return Response(status_code=304, headers=headers)
    if found.encoding:
        headers["content-encoding"] = found.encoding
    headers["content-length"] = str(len(found.body))
    body = b"" if request.method == "HEAD" else found.body
    return Response(body, headers=headers, media_type=found.media_type)


def _not_built(request: Request) -> Response:
    lang = language_of(request.scope)
    body = NOT_BUILT.format(lang=lang, title=TITLES[lang], text=TEXTS[lang])
    return Response(body, 503, {"cache-control": "no-store"}, media_type="text/html")
