"""The mark of a route that is open on purpose. Every other route declares a right; a test walks all routes."""

from collections.abc import Callable
from typing import Any, TypeVar

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def public_route(reason: str) -> Callable[[Endpoint], Endpoint]:
    """Mark an endpoint as open to everybody, and say why."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.public_reason = reason  # type: ignore[attr-defined]
        return endpoint

    return mark
