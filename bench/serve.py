"""`secretary serve` on a free port, with any number of dummy admin routes: `python -m bench.serve 500`.

A second argument is the port.
"""

import sys

from secretary.cli import cli


def with_more_routes(count: int) -> None:
    """Let the admin API have `count` more routes when it is built; nothing is imported before that."""
    from secretary.app import asgi

    original = asgi._admin

    def admin(app: "asgi.App") -> "asgi.ASGIApp":
        from fastapi import APIRouter

        from secretary.app import admin as module

        own, extra = module.routers, APIRouter(prefix="/admin/bench")
        for number in range(count):
            extra.add_api_route(f"/thing{number}/{{thing_id}}", _endpoint(number), methods=["GET", "PUT"][number % 2 :])
        module.routers = lambda *kinds: [*own(*kinds), extra]
        return original(app)

    asgi._admin = admin


def _endpoint(number: int) -> "object":
    async def endpoint(thing_id: str, limit: int = number) -> dict[str, int]:
        return {thing_id: limit}

    return endpoint


if __name__ == "__main__":
    if extra := int(sys.argv[1]) if len(sys.argv) > 1 else 0:
        with_more_routes(extra)
    cli(["serve", "--port", sys.argv[2] if len(sys.argv) > 2 else "0"])
