"""What these routes may ask for."""

from typing import Annotated, Protocol

from fastapi import Depends, Query, Request

from secretary.accounts.access import require
from secretary.kernel.errors import Language
from secretary.kernel.http import HttpClient
from secretary.kernel.secrets import Vault
from secretary.kernel.unit import Actor, UnitFactory
from secretary.llm.registry.own import VllmServer
from secretary.llm.registry.trial import Trial
from secretary.llm.routing.backends import Backends
from secretary.web.deps import services
from secretary.web.problem import language_of

Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]

MaySee = Annotated[Actor, Depends(require("llm", "view"))]
MaySeePresets = Annotated[Actor, Depends(require("presets", "view"))]
MayEditPresets = Annotated[Actor, Depends(require("presets", "edit"))]
MaySeeProviders = Annotated[Actor, Depends(require("providers", "view"))]
MayEditProviders = Annotated[Actor, Depends(require("providers", "edit"))]
MayManage = Annotated[Actor, Depends(require("llm", "manage"))]


class LlmServices(Protocol):
    """What the application offers to these routes."""

    @property
    def units(self) -> UnitFactory: ...

    @property
    def vault(self) -> Vault: ...

    @property
    def http(self) -> HttpClient: ...

    @property
    def backends(self) -> Backends: ...

    @property
    def trial(self) -> Trial: ...

    @property
    def vllm(self) -> VllmServer: ...


async def llm_services(request: Request) -> LlmServices:
    offered: LlmServices = services(request)
    return offered


async def caller_language(request: Request) -> Language:
    return language_of(request.scope)


Offered = Annotated[LlmServices, Depends(llm_services)]
InLanguage = Annotated[Language, Depends(caller_language)]
