"""Which backend answers the default assistant: seen, chosen, given another model. Nothing here waits for a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from secretary.assistant import service as assistants
from secretary.assistant.models import Assistant
from secretary.assistant.service import AssistantFields
from secretary.kernel.config import write_config
from secretary.kernel.errors import Conflict, Invalid, Language
from secretary.kernel.unit import Actor, Unit, UnitFactory
from secretary.llm.events import BackendChosen
from secretary.llm.ports import ChatCapabilities, Prompt
from secretary.llm.providers import ProviderType
from secretary.llm.queries import CONFIG_KEY, LlmConfig
from secretary.llm.registry import service as registry
from secretary.llm.routing.ask import Ask, Origin
from secretary.llm.routing.backends import Backend, Backends
from secretary.llm.routing.chain import AUTO, NONE, ChainLink, Circumstances
from secretary.llm.routing.router import Router
from secretary.llm.service import ensure_backends

GEMINI = "gemini"
STORED = "cloud:"


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers now, if anybody does, and whom else the installation has."""

    assistant: Assistant
    backend: Backend | None
    preferred: str
    available: Sequence[Backend]


def is_ready(backend: Backend) -> bool:
    """Would it be asked now? Not where it is left alone after failing, nor where it cannot work at all."""
    return backend.model.is_available and backend.breaker.retry_in_s == 0


async def answering(units: UnitFactory, router: Router, language: Language) -> Answering:
    """Who would answer a message to the default assistant at this moment."""
    async with units.read() as unit:
        assistant = await assistants.get_default(unit)
    at = units.clock().astimezone(ZoneInfo(assistant.card.timezone)).time()
    origin = Origin("admin", assistant_id=assistant.id, owner_id=assistant.owner_id)
    ask = Ask(_no_prompt, origin, assistant.backends, Circumstances(language, "admin", at=at))
    candidates = await router.candidates(ask)
    shared = [one for one in router.backends.named().values() if one.owner_id is None]
    found = next((one for one in candidates if is_ready(one)), None)
    return Answering(assistant, found, router.backends.preferred, shared)


def _no_prompt(_: ChatCapabilities) -> Prompt:
    return Prompt(())


async def choose(units: UnitFactory, backends: Backends, actor: Actor, name: str) -> str:
    """Let the whole installation answer with this backend from the next turn on; its full name.

    Raises Invalid with the names that would work.
    """
    chosen = _named(await backends.refreshed(), name)
    async with units.write(actor) as unit:
        if chosen.startswith(STORED):
            await ensure_backends(unit, [chosen], None)
        await write_config(unit, CONFIG_KEY, LlmConfig(backend=chosen))
        assistant = await assistants.get_default(unit)
        await assistants.change(unit, assistant, AssistantFields(backends=[ChainLink(backend=AUTO)]))
        unit.record(BackendChosen(chosen))
    return chosen


def _named(backends: Backends, name: str) -> str:
    if name in {AUTO, NONE}:
        return name
    found = backends.resolve(name, None)
    if not found and name == GEMINI:
        shared = [one for one in backends.named().values() if one.owner_id is None]
        found = [one for one in shared if one.provider_type is ProviderType.GEMINI]
    if not found:
        raise _unknown(backends, name)
    return found[0].name


def _unknown(backends: Backends, name: str) -> Invalid:
    names = [AUTO, NONE, *(one.name for one in backends.named().values() if one.owner_id is None)]
    return Invalid(
        "no_such_backend",
        en=f"There is no model by the name “{name}” that is switched on. These would work: {', '.join(names)}.",
        ru=f"Включённой модели с именем «{name}» нет. Подойдут: {', '.join(names)}.",
        fields={"available": names},
    )


async def set_model(unit: Unit, backend: Backend | None, model: str) -> None:
    """Let the provider that answers use another of its models. Raises Conflict for what is no stored provider."""
    if backend is None or backend.spec is None or not backend.name.startswith(STORED):
        raise Conflict(
            "model_not_here",
            en="The model that answers now is set in the environment (VLLM_MODEL, GEMINI_MODEL, LOCAL_MODEL_PATH), or "
            "there is none. Only the model of a stored provider can be changed here.",
            ru="Модель, которая отвечает сейчас, задана в окружении (VLLM_MODEL, GEMINI_MODEL, LOCAL_MODEL_PATH), или "
            "её нет. Здесь меняется только модель сохранённого провайдера.",
        )
    row = await registry.find(unit, backend.name.removeprefix(STORED), to_change=True)
    await registry.set_model(unit, row, model)
