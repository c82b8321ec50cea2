"""The border of `/v1`: who may call it, how often, and every error as OpenAI's object."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from secretary.accounts.rights import reach
from secretary.accounts.scopes import V1, ensure_scope
from secretary.gateway.errors import openai_problem
from secretary.kernel.errors import Forbidden, Unauthenticated
from secretary.kernel.limits import WindowLimiter
from secretary.kernel.unit import ANONYMOUS, Actor
from secretary.web.deps import actor_or_anonymous
from secretary.web.listener import WhileListened

Handler = Callable[[Request, Actor], Awaitable[Response]]


class Border:
    """Makes routes that let in API keys with the scope `v1` and people who may use models."""

    def __init__(self, calls: WindowLimiter) -> None:
        self._calls = calls

    def route(self, path: str, handler: Handler, methods: Sequence[str]) -> Route:
        """A guarded route; what it does ends when the caller leaves. Its handler finds the body read."""
        return Route(path, _Guarded(handler, self._calls), methods=list(methods))


class _Guarded:
    """An ASGI application, not a function: what Starlette lays around a function costs time and memory, and catches
    nothing that is raised here.
    """

    guarded_by = V1

    def __init__(self, handler: Handler, calls: WindowLimiter) -> None:
        self._handler = handler
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        actor = await actor_or_anonymous(request)
        ensure_may_call(actor)
        self._calls.hit(actor.session_id or actor.id)
        await request.body()
        async with WhileListened(receive):
            response = await self._handler(request, actor)
        del request, actor  # a stream may go on for long
        await response(scope, receive, send)


def ensure_may_call(actor: Actor) -> None:
    """Raises Unauthenticated or Forbidden."""
    if actor is ANONYMOUS or actor.kind == "visitor":
        raise Unauthenticated(
            "sign_in_first",
            en="Send an API key: Authorization: Bearer …",
            ru="Передайте ключ API: Authorization: Bearer …",
        )
    ensure_scope(actor, V1)
    if reach(actor.role, "llm", "view") is None:
        raise Forbidden("no_right", en="Your role does not allow this.", ru="Ваша роль этого не позволяет.")


class OpenAIErrors:
    """Wraps `/v1`: whatever goes wrong inside, and around it, is told in OpenAI's words."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["problem"] = openai_problem
        await self._app(scope, receive, send)
