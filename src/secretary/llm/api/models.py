"""`/admin/llm/models` and `/admin/llm/vllm-model`: what the environment runs, as far as it is known here."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from secretary.llm.api.deps import MayManage, MaySee, Offered
from secretary.llm.catalog import kind_of
from secretary.llm.providers import ProviderType
from secretary.llm.routing.backends import Backend
from secretary.llm.routing.chain import AUTO

router = APIRouter(prefix="/admin/llm", tags=["llm"])


class ServedModelOut(BaseModel):
    """A model; `available` says that it is set up here and can be asked."""

    id: str
    name: str
    description: str
    available: bool
    backend: str = ""


class ModelsOut(BaseModel):
    """What is known of models for a server of one's own, and what the environment has set up."""

    available_models: dict[str, ServedModelOut]
    current_model: ServedModelOut | None
    loaded_models: list[ServedModelOut]
    backend: str


class VllmModelOut(BaseModel):
    """Which model the vLLM server of the environment is asked for. The server itself is not run from here."""

    model: str
    source: Literal["env", "none"]
    env_model: str
    is_configured: bool
    is_managed: bool = False


@router.get("/models")
async def list_llm_models(_who: MaySee, offered: Offered) -> ModelsOut:
    """Models that vLLM is known to run well, and those that are set up: the first that can be asked is current."""
    backends = await offered.backends.refreshed()
    own = [one for one in backends.named().values() if one.spec is None]
    loaded = [_served(one) for one in own if one.model.is_available]
    names = {one.id for one in loaded}
    known = {
        model.name: ServedModelOut(
            id=model.name,
            name=model.name.rpartition("/")[2],
            description=f"{model.context_tokens} tokens of context",
            available=model.name in names,
        )
        for model in kind_of(ProviderType.VLLM).models
    }
    first = next((one for one in backends.resolve(AUTO, None) if one.model.is_available), None)
    return ModelsOut(
        available_models=known | {one.id: one for one in loaded},
        current_model=_served(first) if first else None,
        loaded_models=loaded,
        backend=first.name if first else "none",
    )


@router.get("/vllm-model")
async def read_vllm_model(_who: MayManage, offered: Offered) -> VllmModelOut:
    """As VLLM_API_URL and VLLM_MODEL say."""
    server = offered.vllm
    is_configured = bool(server.address)
    return VllmModelOut(
        model=server.model if is_configured else "",
        source="env" if is_configured else "none",
        env_model=server.model,
        is_configured=is_configured,
    )


def _served(backend: Backend) -> ServedModelOut:
    name = backend.model.capabilities.model
    where = "this machine" if backend.model.capabilities.is_local else "a server named in the environment"
    if backend.spec is not None:
        where = "a provider"
    return ServedModelOut(
        id=name,
        name=name.rpartition("/")[2],
        description=f"{backend.name}: {where}",
        available=backend.model.is_available,
        backend=backend.name,
    )
