"""What these routes may ask for beyond what `llm.api` does."""

from typing import Annotated, Protocol

from fastapi import Depends, Request

from secretary.llm.api.deps import LlmServices
from secretary.llm.routing.router import Router
from secretary.web.deps import services


class DefaultServices(LlmServices, Protocol):
    """What the application offers to these routes."""

    @property
    def router(self) -> Router: ...


async def default_services(request: Request) -> DefaultServices:
    offered: DefaultServices = services(request)
    return offered


Offered = Annotated[DefaultServices, Depends(default_services)]
