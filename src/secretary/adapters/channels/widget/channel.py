"""The widget as a channel: kind, abilities, settings, web applications."""

from collections.abc import Callable, Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from secretary.adapters.channels.widget.api import KIND, WidgetApi
from secretary.adapters.channels.widget.border import Signer
from secretary.adapters.channels.widget.script import script_response
from secretary.adapters.channels.widget.settings import WidgetSettings
from secretary.channels.ports import AsgiApp, Capabilities, Desk
from secretary.web.access import public_route
from secretary.web.routing import RouteIndex


class WidgetChannel:
    """Implements `channels.ports.Channel`."""

    kind = KIND
    capabilities = Capabilities(streams=True, buttons=True, markdown=True)
    settings = WidgetSettings

    def __init__(self, signer: Signer, clock: Callable[[], datetime]) -> None:
        self._signer = signer
        self._clock = clock

    def apps(self, desk: Desk) -> Mapping[str, AsgiApp]:
        @public_route("a script tag on somebody's page carries no login; it holds what every visitor may see")
        async def script(request: Request) -> Response:
            instance = await desk.instance(KIND, request.query_params.get("instance", "default"))
            return script_response(request, instance)

        api = WidgetApi(desk, self._signer, self._clock)
        index = RouteIndex([Route("/widget.js", script), *api.routes()])
        return {"/widget.js": index, "/widget": index}
