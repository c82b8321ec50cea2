"""The widget's public endpoints, on plain Starlette routes: they are what a customer waits for."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from secretary.adapters.channels.widget.border import (
    RENEW_AFTER,
    Signer,
    Visitor,
    checked_origin,
    new_token,
    visitor_of,
)
from secretary.adapters.channels.widget.render import stored
from secretary.assistant.frames import frames, user_message
from secretary.channels.ports import Desk, InstanceView
from secretary.kernel.clock import uuid7
from secretary.kernel.errors import Forbidden, Invalid, Language, NotFound, SecretaryError
from secretary.kernel.text import CleanText
from secretary.web.access import public_route
from secretary.web.problem import problem
from secretary.web.sse import EventStream, resume_from

Handler = Callable[[Request, InstanceView[Any]], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]
Body = TypeVar("Body", bound=BaseModel)

KIND = "widget"
HISTORY_MESSAGES = 100
PREFLIGHT = {
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "authorization, content-type, last-event-id",
    "access-control-max-age": "600",
}


class NewSession(BaseModel):
    """Body of `POST /widget/chat/session`."""

    source_id: str = Field(min_length=1, max_length=36)
    language: Language = "ru"


class NewMessage(BaseModel):
    """Body of `POST /widget/chat/session/{id}/stream`. `message_id` is the client's own: repeating it is harmless."""

    content: CleanText
    message_id: Annotated[str, Field(min_length=8, max_length=64)] = ""
    widget_instance_id: str = Field(default="", max_length=36)


class Thumb(BaseModel):
    """Body of `POST /widget/chat/session/{id}/messages/{id}/feedback`: 1 up, -1 down, 0 takes it back."""

    value: Literal[1, -1, 0]
    comment: Annotated[CleanText, Field(max_length=2000)] | None = None


class WidgetApi:
    """Answers visitors' browsers. All but the status needs a signed visitor token; other people's ids are 404."""

    def __init__(self, desk: Desk, signer: Signer, clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._signer = signer
        self._clock = clock

    def routes(self) -> list[Route]:
        session = "/widget/chat/session/{session_id}"
        return [
            Route("/widget/status", self._at_border(self.status), methods=["GET", "OPTIONS"]),
            Route("/widget/chat/session", self._at_border(self.open_session), methods=["POST", "OPTIONS"]),
            Route(session, self._at_border(self.session), methods=["GET", "OPTIONS"]),
            Route(f"{session}/stream", self._at_border(self.stream), methods=["POST", "OPTIONS"]),
            Route(f"{session}/messages/{{answer_id}}/stream", self._at_border(self.resume), methods=["GET", "OPTIONS"]),
            Route(
                f"{session}/messages/{{answer_id}}/cancel", self._at_border(self.cancel), methods=["POST", "OPTIONS"]
            ),
            Route(
                f"{session}/messages/{{answer_id}}/feedback", self._at_border(self.rate), methods=["POST", "OPTIONS"]
            ),
        ]

    def _at_border(self, handler: Handler) -> Endpoint:
        """Check the page's origin before anything else, and let the page read whatever is answered, errors too."""

        @public_route("visitors have no login: the origin list and the visitor token guard it")
        async def endpoint(request: Request) -> Response:
            instance = await self._desk.instance(KIND, request.query_params.get("instance", "default"))
            try:
                origin = checked_origin(request, instance.settings)
            except Forbidden as error:
                return _refusal(error, request)
            cors = {"access-control-allow-origin": origin, "vary": "origin"}
            if request.method == "OPTIONS":
                return Response(status_code=204, headers=cors | PREFLIGHT)
            try:
                response = await handler(request, instance)
            except SecretaryError as error:
                response = problem(error, request.scope)
            response.headers.update(cors | {"access-control-expose-headers": "retry-after, x-request-id"})
            return response

        return endpoint

    async def status(self, request: Request, instance: InstanceView[Any]) -> Response:
        del request
        return _json({"enabled": instance.enabled, "instance": instance.id})

    async def open_session(self, request: Request, instance: InstanceView[Any]) -> Response:
        body = await _body(request, NewSession)
        _enabled(instance)
        now, visitor_id = self._clock(), uuid7()
        with_token = request.headers.get("authorization")
        if with_token:
            visitor_id = self._visitor(request, instance).id
        session_id, created = await self._desk.open_session(
            KIND, instance.id, visitor_id, body.language, _address(request)
        )
        token, expires = new_token(self._signer, visitor_id, instance.id, now)
        session = {"id": session_id, "created": created.isoformat(), "messages": []}
        return _json({"session": session, "token": token, "expires_at": expires.isoformat()}, 201)

    async def session(self, request: Request, instance: InstanceView[Any]) -> Response:
        visitor = self._visitor(request, instance)
        session_id = request.path_params["session_id"]
        messages = await self._desk.history(session_id, visitor.id, last=HISTORY_MESSAGES)
        answer: dict[str, Any] = {"session": {"id": session_id, "messages": [stored(message) for message in messages]}}
        if (now := self._clock()) - visitor.issued_at > RENEW_AFTER:
            answer["token"], expires = new_token(self._signer, visitor.id, instance.id, now)
            answer["expires_at"] = expires.isoformat()
        return _json(answer)

    async def stream(self, request: Request, instance: InstanceView[Any]) -> EventStream:
        body = await _body(request, NewMessage)
        visitor = self._visitor(request, instance)
        session_id, message_id = request.path_params["session_id"], body.message_id or uuid7()
        accepted = await self._desk.receive(
            KIND, instance.id, visitor.id, session_id, body.content, message_id, _address(request)
        )
        replies = self._desk.follow(accepted, _heard(request))
        return EventStream(frames(accepted.answer_id, replies, user_message(accepted, body.content, message_id)))

    async def resume(self, request: Request, instance: InstanceView[Any]) -> EventStream:
        visitor = self._visitor(request, instance)
        session_id, answer_id = request.path_params["session_id"], request.path_params["answer_id"]
        replies = await self._desk.listen(session_id, visitor.id, answer_id, _heard(request))
        return EventStream(frames(answer_id, replies))

    async def cancel(self, request: Request, instance: InstanceView[Any]) -> Response:
        visitor = self._visitor(request, instance)
        await self._desk.cancel(request.path_params["session_id"], visitor.id, request.path_params["answer_id"])
        return _json({"status": "ok"}, 202)

    async def rate(self, request: Request, instance: InstanceView[Any]) -> Response:
        body = await _body(request, Thumb)
        visitor = self._visitor(request, instance)
        session_id, answer_id = request.path_params["session_id"], request.path_params["answer_id"]
        await self._desk.rate(session_id, visitor.id, answer_id, body.value, body.comment)
        return _json({"status": "ok"})

    def _visitor(self, request: Request, instance: InstanceView[Any]) -> Visitor:
        _enabled(instance)
        visitor = visitor_of(request, self._signer, self._clock())
        if visitor.instance_id != instance.id:
            raise _disabled()
        return visitor


async def _body(request: Request, shape: type[Body]) -> Body:
    """The request's JSON in this shape. Raises Invalid and says which field is wrong."""
    try:
        return shape.model_validate(orjson.loads(await request.body()))
    except orjson.JSONDecodeError as error:
        raise Invalid("bad_json", en="The request is no valid JSON.", ru="Запрос — не JSON.") from error
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"]) or "body"
        raise Invalid("bad_field", en=f"Check the field “{field}”.", ru=f"Проверьте поле «{field}».") from error


def _refusal(error: Forbidden, request: Request) -> Response:
    """A page that may not use the widget may read why, and nothing else: its owner sees it in the console."""
    response = problem(error, request.scope)
    if request.method == "GET" and request.url.path == "/widget/status":
        response.headers["access-control-allow-origin"] = "*"
    return response


def _heard(request: Request) -> int:
    return resume_from(request.headers.get("last-event-id", ""))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _enabled(instance: InstanceView[Any]) -> None:
    if not instance.enabled:
        raise _disabled()


def _disabled() -> NotFound:
    return NotFound("widget_disabled", en="This chat is switched off.", ru="Этот чат выключен.")


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, {"cache-control": "no-store"}, media_type="application/json")
