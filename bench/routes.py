"""Finding a route: the slowest of all paths, and one that is nowhere, in an index of the product's full size."""

import re
import time
from collections.abc import Awaitable, Iterator
from statistics import median
from typing import Any

from fastapi import APIRouter

from bench.pythons import ROOT
from bench.report import Row
from secretary.web.routing import PrefixDispatch, RouteIndex

LIMIT_US = 100.0
ROUTES = 400
LISTED = re.compile(r"^\| (GET|POST|PUT|PATCH|DELETE) \| `(/[^`?]*)", re.MULTILINE)
ROUNDS = 25


class _Silent:
    """An endpoint that costs nothing."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer nothing."""


def run(pythons: list[str]) -> Iterator[Row]:
    """All in this process."""
    del pythons
    paths = _paths()
    router = APIRouter()
    for method, path in paths:
        router.add_route(path, _Silent(), methods=[method])
    index = RouteIndex(router.routes)
    dispatch = PrefixDispatch(dict.fromkeys(("/", "/admin", "/v1", "/widget", "/health"), index))
    took = sorted((_us(dispatch, method, _filled(path)), path) for method, path in paths)
    note = f"{len(paths)} routes; median {took[len(took) // 2][0]:.1f} µs; slowest {took[-1][1]}"
    yield Row("finding the slowest route", took[-1][0], "µs", LIMIT_US, note=note)
    yield Row("finding that there is no route", _us(dispatch, "GET", "/admin/no/such/path"), "µs", LIMIT_US, note="404")


def _paths() -> list[tuple[str, str]]:
    """Those of the interface description where it lies beside us, filled up with invented ones."""
    described = ROOT.parent / "shared" / "spec" / "api.md"
    found = LISTED.findall(described.read_text(encoding="utf-8")) if described.exists() else []
    paths = [(method, path) for method, path in dict.fromkeys(found) if path.count("{") == path.count("}")]
    invented = (f"/admin/domain{number % 20}/things/{{thing_id}}/part{number}" for number in range(ROUTES - len(paths)))
    return paths + [("GET", path) for path in invented]


def _filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "0199c0de", path)


def _us(app: PrefixDispatch, method: str, path: str) -> float:
    """Microseconds of CPU from the request's path to its endpoint; the median of many."""
    took = []
    for _ in range(ROUNDS):
        scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": [], "query_string": b""}
        began = time.thread_time_ns()
        _finish(app(scope, None, _swallow))
        took.append(time.thread_time_ns() - began)
    return median(took) / 1000


async def _swallow(message: object) -> None:
    del message


def _finish(answering: Awaitable[None]) -> None:
    """Run what never waits, without a loop."""
    try:
        answering.send(None)
    except StopIteration:
        return
    raise RuntimeError("it waited")
