"""Routes of the program itself, up from the first moment: health, metrics, banner, demo page, style sheets."""

from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from secretary import __version__
from secretary.accounts.scopes import METRICS, ensure_scope
from secretary.app.build import App
from secretary.app.demo import preview_routes
from secretary.assistant import queries
from secretary.kernel.errors import NotFound, SecretaryError
from secretary.kernel.telemetry import REGISTRY
from secretary.legal.api import pages
from secretary.web.access import public_route
from secretary.web.deps import actor_or_anonymous

STATIC = Path(__file__).parent.parent / "web" / "static"


def core_routes(app: App) -> list[BaseRoute]:
    """The routes that need nothing but the joined program."""

    @public_route("monitors ask it; it says nothing that a visitor may not know")
    async def health(request: Request) -> Response:
        del request
        return await _health(app)

    @public_route("open to this machine, and to an API key made for it")
    async def metrics(request: Request) -> Response:
        if not _is_from_here(request):
            await _check_metrics_key(request)
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    @public_route("the front door says where the doors are")
    async def banner(request: Request) -> Response:
        del request
        endpoints = {"demo": "/demo", "health": "/health", "privacy": "/privacy-policy"}
        return _json({"status": "ok", "service": "AI Secretary", "version": __version__, "endpoints": endpoints})

    async def facts() -> dict[str, str]:
        async with app.units.read() as unit:
            assistant = await queries.default_assistant(unit.db)
        return assistant.card.model_dump() if assistant else {}

    return [
        Route("/", banner),
        Route("/health", health),
        Route("/metrics", metrics),
        Route("/demo", _demo),
        *preview_routes(),
        Route("/static/{name}", _stylesheet),
        *pages(facts),
    ]


@public_route("a sample shop page with the widget on it")
async def _demo(request: Request) -> Response:
    del request
    return Response(_static("demo.html"), media_type="text/html")


@public_route("style sheets of the public pages")
async def _stylesheet(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in {"demo.css", "page.css"}:
        raise _nothing_here()
    return Response(_static(name), media_type="text/css", headers={"cache-control": "public, max-age=300"})


def _nothing_here() -> NotFound:
    return NotFound("no_such_path", en="There is nothing at this address.", ru="По этому адресу ничего нет.")


def _is_from_here(request: Request) -> bool:
    """From this machine, and not through a proxy on it: behind one everybody would look like a neighbour."""
    if request.client is None or any(name in request.headers for name in ("x-forwarded-for", "forwarded", "via")):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def _check_metrics_key(request: Request) -> None:
    """Raises NotFound for whoever shows no API key, Forbidden for a key without the scope."""
    actor = await actor_or_anonymous(request)
    if actor.kind != "api_key":
        raise _nothing_here()
    ensure_scope(actor, METRICS)


async def _health(app: App) -> Response:
    database = "ok"
    try:
        async with app.units.read() as unit:
            await queries.default_assistant(unit.db)
    except SecretaryError as error:
        database = error.code
    if database == "ok" and app.database.fault is not None:
        database = app.database.fault.value
    models = [name for name, backend in app.backends.named().items() if backend.model.is_available]
    body = {
        "status": "healthy" if database == "ok" else "degraded",
        "version": __version__,
        "deployment_mode": app.deployment_mode,
        "services": {"llm": bool(models), "llm_backend": next(iter(models), "none"), "faq": database == "ok"},
        "database": {"status": database, "engine": "sqlite" if app.settings.is_embedded else "postgresql"},
        "timestamp": datetime.now(UTC).isoformat(),
    }
    return _json(body, 200 if database == "ok" else 503)


@cache
def _static(name: str) -> bytes:
    return (STATIC / name).read_bytes()


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
