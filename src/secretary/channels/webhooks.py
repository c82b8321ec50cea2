"""Webhooks of messengers: who sends is proven, what he sends is stored, and only then it is acknowledged.

One path an instance, `/webhooks/{kind}/{opaque key}`, on the main port; any process takes it. While an instance is
stopped its provider is told to try again later.
"""

from collections.abc import Sequence
from http import HTTPStatus

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from secretary.channels.incoming.intake import Intake
from secretary.channels.messenger import WebhookRequest
from secretary.channels.running.lines import Line, Lines
from secretary.kernel.errors import Invalid
from secretary.web.access import public_route

log = structlog.get_logger(__name__)

PATH = "/webhooks/{kind}/{key}"
RETRY_AFTER_S = "60"


class Webhooks:
    """Takes the updates of every kind that brings them."""

    def __init__(self, lines: Lines, intake: Intake) -> None:
        self._lines = lines
        self._intake = intake

    def routes(self) -> Sequence[BaseRoute]:
        @public_route("providers have no login: each proves itself by a signature or a secret of this instance")
        async def webhook(request: Request) -> Response:
            return await self._answer(request)

        return [Route(PATH, webhook, methods=["GET", "POST"])]

    async def _answer(self, request: Request) -> Response:
        kind, key = request.path_params["kind"], request.path_params["key"]
        line = await self._lines.by_webhook(kind, key) if kind in self._lines.messengers else None
        if line is None:
            return _refused(HTTPStatus.NOT_FOUND)
        headers = {name.lower(): value for name, value in request.headers.items()}
        arrived = WebhookRequest(headers, dict(request.query_params), await request.body())
        if request.method == "GET":
            answer = line.messenger.handshake(arrived, line.secrets)
            return _refused(HTTPStatus.FORBIDDEN) if answer is None else PlainTextResponse(answer)
        return await self._take(line, arrived)

    async def _take(self, line: Line, arrived: WebhookRequest) -> Response:
        secret = self._lines.webhook_secret(line.id)
        if not line.messenger.admits(arrived, line.settings, line.secrets, secret):
            log.warning("webhook_refused", kind=line.kind, instance_id=line.id)
            return _refused(HTTPStatus.FORBIDDEN)
        if not line.runs:
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers={"retry-after": RETRY_AFTER_S})
        try:
            updates = line.messenger.split(arrived.body)
        except Invalid:
            log.warning("webhook_not_understood", kind=line.kind, instance_id=line.id)
            return _refused(HTTPStatus.BAD_REQUEST)
        await self._intake.bring(line, updates)
        return Response(status_code=HTTPStatus.OK)


def _refused(status: HTTPStatus) -> Response:
    return Response(status_code=status)
