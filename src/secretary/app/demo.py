"""The sample shop that a fresh installation speaks for, and the empty page on which the panel shows what a widget with
these settings would look like, before they are saved.
"""

from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from secretary.adapters.channels.widget.border import own_origin
from secretary.adapters.channels.widget.script import preview_script
from secretary.adapters.channels.widget.settings import WidgetSettings
from secretary.assistant.models import Card
from secretary.kernel.errors import Invalid
from secretary.web.access import public_route

STATIC = Path(__file__).parent.parent / "web" / "static"
PAGES = {"preview": "text/html", "preview.css": "text/css", "preview.js": "text/javascript"}
LONGEST_NAME = 36
# Nothing but the panel of the same address may frame it.
PREVIEW_HEADERS = {
    "x-frame-options": "SAMEORIGIN",
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}
DEMO_CARD = Card(
    company="Магазин «Вектор»",
    phone="+7 495 000-00-00",
    address="Москва, ул. Примерная, 1",
    hours="ежедневно 9:00–21:00",
)
DEMO_WIDGET = {
    "title": "",
    "primary_color": "#0e7c8c",
    "suggestions": ["Сколько стоит доставка?", "Часы работы", "Оставить сообщение"],
}


def preview_routes() -> list[Route]:
    """The page, its style sheet and script, and `widget.js` with settings that come from the panel, not from a row."""
    return [*(Route(f"/demo/{name}", _page(name)) for name in PAGES), Route("/demo/widget.js", _script)]


def _page(name: str) -> Callable[[Request], Response]:
    @public_route("an empty page; the panel tells it what to show")
    def page(request: Request) -> Response:
        del request
        file = STATIC / (name if "." in name else f"{name}.html")
        return Response(file.read_bytes(), 200, PREVIEW_HEADERS, media_type=PAGES[name])

    return page


@public_route("the widget's program, which is public, with the look that the request itself names")
def _script(request: Request) -> Response:
    try:
        settings = WidgetSettings.model_validate_json(request.query_params.get("settings", "{}"))
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0]) if error.errors()[0]["loc"] else "settings"
        raise Invalid("bad_field", en=f"Check the field “{field}”.", ru=f"Проверьте поле «{field}».") from error
    instance_id = request.query_params.get("instance", "default")[:LONGEST_NAME]
    text = preview_script(settings, instance_id, own_origin(request))
    return Response(text, 200, PREVIEW_HEADERS | {"cache-control": "no-store"}, media_type="text/javascript")
