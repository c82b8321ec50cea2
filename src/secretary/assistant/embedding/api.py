"""`/admin/knowledge/embedding`: which model embeds, and how that goes."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from secretary.accounts.access import require
from secretary.assistant.embedding.choice import EmbeddingChoice, choose, chosen, ensure_nameable
from secretary.kernel.text import CleanText
from secretary.kernel.unit import Actor, UnitFactory
from secretary.knowledge.search.lazy import LazySearch
from secretary.web.deps import services

router = APIRouter(prefix="/admin/knowledge/embedding", tags=["knowledge"])

MaySee = Annotated[Actor, Depends(require("llm", "view"))]
MayManage = Annotated[Actor, Depends(require("llm", "manage"))]


class EmbeddingModels(Protocol):
    """The models that can embed."""

    async def tried(self, choice: EmbeddingChoice) -> EmbeddingChoice:
        """The same with the length of its vectors, which it was asked for. Raises Invalid where it gives none."""
        ...

    @property
    def last_code(self) -> str:
        """Why the wanted model failed the last time; empty where it did not."""
        ...


class EmbeddingServices(Protocol):
    """What the application offers to these routes."""

    @property
    def units(self) -> UnitFactory: ...

    @property
    def search(self) -> LazySearch: ...

    @property
    def embedding(self) -> EmbeddingModels: ...


async def _offered(request: Request) -> EmbeddingServices:
    offered: EmbeddingServices = services(request)
    return offered


Offered = Annotated[EmbeddingServices, Depends(_offered)]


class EmbeddingIn(BaseModel):
    """A provider of the installation and its embedding model; `local` is a GGUF file of this machine, an empty provider
    the packaged models. Some models want to be told what is a question and what a passage: the prefixes.
    """

    provider_id: Annotated[CleanText, Field(max_length=50)] = ""
    model: Annotated[CleanText, Field(max_length=120)] = ""
    question_prefix: Annotated[CleanText, Field(max_length=200)] = ""
    passage_prefix: Annotated[CleanText, Field(max_length=200)] = ""


class EmbeddingOut(BaseModel):
    """What is set, and how far it is. `wanted` is the name of its vectors, `answering` whose vectors are searched now
    (none: words alone); `lacking` of the `texts` have no vector of the wanted model yet. `last_code` says why its last
    call failed in this process.
    """

    provider_id: str
    model: str
    question_prefix: str
    passage_prefix: str
    dimensions: int
    wanted: str
    answering: list[str]
    texts: int
    lacking: int
    last_code: str


@router.get("")
async def read_embedding(_who: MaySee, offered: Offered) -> EmbeddingOut:
    """Which model embeds, and how far it is."""
    return await _shown(offered)


@router.put("")
async def set_embedding(who: MayManage, offered: Offered, body: EmbeddingIn) -> EmbeddingOut:
    """Choose which model embeds. It is asked for one vector first; those of all passages are computed in the
    background, and the former model answers until they are there.
    """
    choice = EmbeddingChoice(**body.model_dump()) if body.provider_id else EmbeddingChoice()
    async with offered.units.read(who) as unit:
        await ensure_nameable(unit, choice)
    choice = await offered.embedding.tried(choice)
    async with offered.units.write(who) as unit:
        await choose(unit, choice)
    return await _shown(offered)


async def _shown(offered: EmbeddingServices) -> EmbeddingOut:
    standing = await offered.search.standing()
    async with offered.units.read() as unit:
        choice = (await chosen(unit)).wanted
    return EmbeddingOut(
        **choice.model_dump(),
        wanted=standing.wanted,
        answering=list(standing.answering),
        texts=standing.texts,
        lacking=standing.lacking,
        last_code=offered.embedding.last_code,
    )
