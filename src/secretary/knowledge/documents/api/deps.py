"""What these routes ask for: who may, what the application offers, and pages."""

from typing import Annotated, Protocol

from fastapi import Depends, Query, Request

from secretary.accounts.access import require
from secretary.kernel.errors import Language
from secretary.kernel.unit import Actor, UnitFactory
from secretary.knowledge.documents.tools import Tools
from secretary.knowledge.search.lazy import LazySearch
from secretary.web.deps import services
from secretary.web.problem import language_of


class DocumentServices(Protocol):
    """What the application offers to these routes."""

    @property
    def units(self) -> UnitFactory: ...

    @property
    def documents(self) -> Tools: ...

    @property
    def search(self) -> LazySearch: ...


async def _offered(request: Request) -> DocumentServices:
    offered: DocumentServices = services(request)
    return offered


async def _language(request: Request) -> Language:
    return language_of(request.scope)


Offered = Annotated[DocumentServices, Depends(_offered)]
Speaks = Annotated[Language, Depends(_language)]
MaySee = Annotated[Actor, Depends(require("knowledge", "view"))]
MayEdit = Annotated[Actor, Depends(require("knowledge", "edit"))]
MayManage = Annotated[Actor, Depends(require("knowledge", "manage"))]
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]
