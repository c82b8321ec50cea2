"""`/widget.js`: the built script with a widget's settings in front, safe to stand in a script."""

import hashlib
from functools import cache
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import Response

from secretary.adapters.channels.widget.border import own_origin
from secretary.adapters.channels.widget.settings import WidgetSettings
from secretary.channels.ports import InstanceView

BUILT = Path(__file__).parent / "static" / "widget.js"
PRIVATE = {"allowed_domains", "tunnel_url"}


@cache
def built_script() -> str | None:
    """The bundle, read once; None when it was not built (a source tree without Node)."""
    return BUILT.read_text(encoding="utf-8") if BUILT.is_file() else None


def script_literal(value: object) -> str:
    """JSON that may stand inside a script, even inline: no `<`, no line separators that end a JavaScript string."""
    text = orjson.dumps(value).decode()
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def script_response(request: Request, instance: InstanceView[WidgetSettings]) -> Response:
    """The script for this widget; a comment that says why where there is nothing to show."""
    bundle = built_script()
    if not instance.enabled:
        return _javascript(request, "/* AI Secretary: this widget is switched off. */\n")
    if bundle is None:
        return _javascript(request, "/* AI Secretary: the widget is not built; run `make run`. */\n")
    origin = instance.settings.tunnel_url or own_origin(request)
    return _javascript(request, _joined(instance.settings, instance.id, origin, bundle))


def preview_script(settings: WidgetSettings, instance_id: str, origin: str) -> str:
    """The script as it would be with these settings, for a page that shows them before they are saved."""
    bundle = built_script()
    if bundle is None:
        return "/* AI Secretary: the widget is not built; run `make run`. */\n"
    return _joined(settings, instance_id, origin, bundle)


def _joined(settings: WidgetSettings, instance_id: str, origin: str, bundle: str) -> str:
    shown = settings.model_dump(exclude=PRIVATE) | {"instance": instance_id, "origin": origin}
    return f"{{const __AI_SECRETARY__={script_literal(shown)};\n{bundle}\n}}\n"


def _javascript(request: Request, text: str) -> Response:
    body = text.encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "etag": etag,
        "cache-control": "public, max-age=60",
        "cross-origin-resource-policy": "cross-origin",
    }
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, media_type="text/javascript")
