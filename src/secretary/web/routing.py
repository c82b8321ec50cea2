"""Finding the handler of a path without trying every route: prefixes first, then a tree of path segments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from secretary.kernel.errors import Invalid, NotFound
from secretary.web.problem import problem


class PrefixDispatch:
    """Hands a request to the application mounted at its first path segments; the path itself stays whole."""

    def __init__(self, mounts: Mapping[str, ASGIApp]) -> None:
        self._mounts = dict(mounts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.find(scope["path"])(scope, receive, send)

    def find(self, path: str) -> ASGIApp:
        """The application with the longest mounted prefix of `path`, whole segments only."""
        while path:
            if app := self._mounts.get(path):
                return app
            path = path.rpartition("/")[0]
        return self._mounts.get("/", nothing_here)


class Lazy:
    """An application built in a worker thread at its first request or by `warm`, so that the start need not wait."""

    def __init__(self, build: Callable[[], ASGIApp]) -> None:
        self._build = build
        self._building: asyncio.Task[ASGIApp] | None = None
        self._app: ASGIApp | None = None

    async def warm(self) -> ASGIApp:
        """Build now, unless that has begun."""
        if self._app is None:
            if self._building is None:
                self._building = asyncio.create_task(asyncio.to_thread(self._build))
            self._app = await asyncio.shield(self._building)
        return self._app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app or await self.warm()
        await app(scope, receive, send)


async def nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers 404 (or closes a WebSocket) where no route is."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4404})
        return
    error = NotFound("no_such_path", en="There is nothing at this address.", ru="По этому адресу ничего нет.")
    await problem(error, scope)(scope, receive, send)


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    routes: list[tuple[int, BaseRoute]] = field(default_factory=list)
    rest: list[tuple[int, BaseRoute]] = field(default_factory=list)


class RouteIndex:
    """A router that asks only the few routes whose shape fits, in the order in which they were declared."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self.declared = list(routes)
        self._root = _Node()
        for order, route in enumerate(routes):
            self._add(order, route)

    def _add(self, order: int, route: BaseRoute) -> None:
        node = self._root
        for segment in _segments(getattr(route, "path", "")):
            if ":path}" in segment:
                node.rest.append((order, route))
                return
            if "{" in segment:
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, _Node())
        node.routes.append((order, route))

    def candidates(self, path: str) -> list[BaseRoute]:
        """Routes that may match `path`, in declaration order."""
        found: list[tuple[int, BaseRoute]] = []
        nodes = [self._root]
        for segment in _segments(path):
            below: list[_Node] = []
            for node in nodes:
                found += node.rest
                below += (child for child in (node.literals.get(segment), node.parameter) if child is not None)
            nodes = below
        for node in nodes:
            found += node.routes
        return [route for _, route in sorted(found, key=lambda item: item[0])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        partial: tuple[BaseRoute, Scope] | None = None
        for route in self.candidates(scope["path"]):
            match, child = route.matches(scope)
            if match is Match.FULL:
                scope.update(child)
                scope["route"] = route
                await route.handle(scope, receive, send)
                return
            if match is Match.PARTIAL and partial is None:
                partial = route, child
        if partial is None:
            await nothing_here(scope, receive, send)
        else:
            await self._wrong_method(scope, receive, send)

    async def _wrong_method(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = _methods(self.candidates(scope["path"]))
        error = Invalid("wrong_method", en=f"This address takes {allowed}.", ru=f"Этот адрес принимает {allowed}.")
        response = problem(error, scope, 405)
        response.headers["allow"] = allowed
        await response(scope, receive, send)


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def _methods(routes: Iterable[BaseRoute]) -> str:
    return ", ".join(sorted({method for route in routes for method in getattr(route, "methods", None) or ()}))
