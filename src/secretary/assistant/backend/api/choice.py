"""`/admin/llm/backend` and `/admin/llm/model`: who answers the default assistant. Providers are deleted here, too."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from secretary.assistant.backend import choice
from secretary.assistant.backend.api.deps import Offered
from secretary.assistant.backend.choice import Answering
from secretary.assistant.backend.removal import delete_provider
from secretary.kernel.http.guard import parse_url
from secretary.kernel.text import CleanText
from secretary.llm.api.deps import InLanguage, MayEditProviders, MayManage, MaySee
from secretary.llm.api.schemas import Done
from secretary.llm.providers import ProviderType
from secretary.llm.routing.backends import Backend
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/llm", tags=["llm"])

NOBODY = "none"


class BackendChoiceOut(BaseModel):
    """A backend that can be chosen. `is_ready` is false while it is left alone after failing."""

    backend: str
    model: str
    provider_type: ProviderType | None
    is_local: bool
    is_ready: bool

    @classmethod
    def of(cls, backend: Backend) -> "BackendChoiceOut":
        able = backend.model.capabilities
        return cls(
            backend=backend.name,
            model=able.model,
            provider_type=backend.provider_type,
            is_local=able.is_local,
            is_ready=choice.is_ready(backend),
        )


class BackendOut(BaseModel):
    """Who would answer the default assistant now: `none` where nobody would."""

    backend: str
    model: str
    api_url: str
    provider_type: ProviderType | None
    preferred: str
    chain: list[str]
    available: list[BackendChoiceOut]

    @classmethod
    def of(cls, found: Answering, vllm_address: str) -> "BackendOut":
        now = found.backend
        return cls(
            backend=now.name if now else NOBODY,
            model=now.model.capabilities.model if now else "",
            api_url=_address(now, vllm_address),
            provider_type=now.provider_type if now else None,
            preferred=found.preferred,
            chain=[link.backend for link in found.assistant.backends],
            available=[BackendChoiceOut.of(one) for one in found.available],
        )


def _address(now: Backend | None, vllm_address: str) -> str:
    """Without a user and a password, which an address of the environment may have."""
    if now is None:
        return ""
    address = now.spec.base_url if now.spec else (vllm_address if now.name == "vllm" else "")
    return str(parse_url(address).with_user(None)) if address else ""


class Choice(BaseModel):
    """Body of `POST /admin/llm/backend`. `stop_unused` is taken and does nothing yet: no server is run from here."""

    backend: Annotated[CleanText, Field(min_length=1, max_length=60)]
    stop_unused: bool = False


class ChosenOut(BaseModel):
    """What was chosen, and the model that answers by it."""

    status: str = "ok"
    backend: str
    model: str
    message: str


class NewModel(BaseModel):
    """Body of `POST /admin/llm/model`."""

    model: Annotated[CleanText, Field(min_length=1, max_length=200)]


class ModelOut(BaseModel):
    """The model that answers now; empty where none does."""

    status: str = "ok"
    model: str
    backend: str


@router.get("/backend")
async def read_backend(_who: MaySee, offered: Offered, language: InLanguage) -> BackendOut:
    """Who answers now, and who could."""
    return BackendOut.of(await choice.answering(offered.units, offered.router, language), offered.vllm.address)


@router.post("/backend")
async def choose_backend(who: MayManage, offered: Offered, language: InLanguage, body: Choice) -> ChosenOut:
    """Switch the whole installation to another backend: at the next turn, without waiting for it."""
    chosen = await choice.choose(offered.units, offered.backends, who, body.backend)
    now = (await choice.answering(offered.units, offered.router, language)).backend
    message = f"From the next message on: {chosen}." if language == "en" else f"Со следующего сообщения: {chosen}."
    return ChosenOut(backend=chosen, model=now.model.capabilities.model if now else "", message=message)


@router.get("/model")
async def read_model(_who: MaySee, offered: Offered, language: InLanguage) -> ModelOut:
    """The model that answers now."""
    now = (await choice.answering(offered.units, offered.router, language)).backend
    return ModelOut(model=now.model.capabilities.model if now else "", backend=now.name if now else NOBODY)


@router.post("/model")
async def change_model(who: MayManage, offered: Offered, language: InLanguage, body: NewModel) -> ModelOut:
    """Let the stored provider that answers now use another model."""
    now = (await choice.answering(offered.units, offered.router, language)).backend
    async with offered.units.write(who) as unit:
        await choice.set_model(unit, now, body.model)
    return ModelOut(model=body.model, backend=now.name if now else NOBODY)


@router.delete("/providers/{provider_id}")
async def remove_provider(unit: UnitDep, _who: MayEditProviders, provider_id: str) -> Done:
    """Delete a provider that no chain names."""
    return Done(message=await delete_provider(unit, provider_id))
