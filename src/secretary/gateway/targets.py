"""What a model id means: an assistant, one model of one provider, or an id of the first system.

* `secretary` is the default assistant, any other assistant goes by its id or its name: FAQ and knowledge come first.
* `{provider}/{model}` passes straight through; the provider is its id, its type, or a backend's name (`local`).
* `{persona}-secretary-{engine}` is the default assistant in that persona: `qwen`, `llama` and `vllm` on the vLLM
  server, `cloud` on the installation's provider, `local` on this machine's model, `auto` on whatever there is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from secretary.accounts.rights import Scope, reach
from secretary.assistant import queries as assistants
from secretary.assistant.models import Assistant
from secretary.assistant.override import LlmOverride
from secretary.kernel.errors import NotFound
from secretary.kernel.unit import Actor, Unit, UnitFactory
from secretary.llm import queries as presets
from secretary.llm.catalog import kind_of
from secretary.llm.routing.backends import Backend, Backends
from secretary.llm.routing.chain import AUTO

DEFAULT = "secretary"
_ALIAS = re.compile(r"(?P<persona>[\w-]+)-secretary-(?P<engine>qwen|llama|vllm|cloud|local|auto)")
ENGINES: Mapping[str, str] = {
    "qwen": "vllm",
    "llama": "vllm",
    "vllm": "vllm",
    "cloud": AUTO,
    "local": "local",
    "auto": AUTO,
}


@dataclass(frozen=True, slots=True)
class ToAssistant:
    """An assistant answers, in its own way but for what `override` says."""

    assistant: Assistant
    override: LlmOverride


@dataclass(frozen=True, slots=True)
class ToModel:
    """One model of one provider answers, and nothing else is asked."""

    backend: Backend


@dataclass(frozen=True, slots=True)
class Listed:
    """A model id that may be asked for."""

    id: str
    owned_by: str
    description: str
    created: datetime | None = None


class Targets:
    """Finds what a caller may ask."""

    def __init__(self, units: UnitFactory, backends: Backends) -> None:
        self._units = units
        self._backends = backends

    async def find(self, actor: Actor, model: str) -> ToAssistant | ToModel:
        """What `model` means to this caller. Raises NotFound."""
        provider, slash, name = model.partition("/")
        if slash:
            return ToModel(await self.provider(actor, provider, name))
        async with self._units.read(actor) as unit:
            found = await self._assistant(unit, actor, model)
        if found is None:
            raise no_such_model(model)
        return found

    async def provider(self, actor: Actor, provider: str, model: str) -> Backend:
        """A provider's model. Raises NotFound, for somebody else's provider, too."""
        backends = await self._backends.refreshed()
        for backend in _by_name(backends, provider):
            if backends.reachable_by(backend, actor.owner_id) and (backend.spec or _is_own(backend, model)):
                return backends.with_model(backend, model)
        raise no_such_model(f"{provider}/{model}")

    async def _assistant(self, unit: Unit, actor: Actor, model: str) -> ToAssistant | None:
        if model == DEFAULT and (default := await assistants.default_assistant(unit.db)):
            return ToAssistant(default, LlmOverride())
        for row in await assistants.assistants(unit.db, owner_id=_sees(actor)):
            if model in {row.id, row.name}:
                return ToAssistant(row, LlmOverride())
        alias = _ALIAS.fullmatch(model)
        default = await assistants.default_assistant(unit.db) if alias else None
        if alias is None or default is None:
            return None
        if alias["persona"] not in {preset.id for preset in await presets.enabled_presets(unit.db)}:
            return None
        return ToAssistant(default, LlmOverride(persona_id=alias["persona"], llm_backend=ENGINES[alias["engine"]]))

    async def listed(self, actor: Actor) -> Sequence[Listed]:
        """Every id that this caller may use; a provider also takes models that are not listed."""
        backends = await self._backends.refreshed()
        async with self._units.read(actor) as unit:
            found = [
                Listed(DEFAULT if row.is_default else row.id, "secretary", row.name, row.created)
                for row in await assistants.assistants(unit.db, owner_id=_sees(actor))
            ]
            personas = [preset.id for preset in await presets.enabled_presets(unit.db)]
        mine = [one for one in backends.named().values() if backends.reachable_by(one, actor.owner_id)]
        found += [Listed(f"{persona}-secretary-{AUTO}", "secretary", persona) for persona in personas]
        for backend in mine:
            found += _models_of(backend)
        return list({one.id: one for one in found}.values())


def _sees(actor: Actor) -> str | None:
    """Whose assistants the caller sees, None for everybody's. By his role: a key made for /v1 needs no other scope."""
    return None if reach(actor.role, "assistants", "view") is Scope.ALL else actor.id


def _by_name(backends: Backends, provider: str) -> Iterator[Backend]:
    """By id, by backend name, then by type, the default one first."""
    named = backends.named()
    exact = [one for one in (named.get(f"cloud:{provider}"), named.get(provider)) if one]
    yield from exact
    yield from (one for one in named.values() if one.provider_type == provider and one not in exact)


def _is_own(backend: Backend, model: str) -> bool:
    """A backend of the environment has one model, by its name or as `default`."""
    return model in {"default", backend.model.capabilities.model}


def _models_of(backend: Backend) -> Sequence[Listed]:
    own = backend.model.capabilities.model
    if backend.spec is None or backend.provider_type is None:
        return [Listed(f"{backend.name}/{own}", backend.name, own)]
    provider = backend.name.removeprefix("cloud:")
    known = [model.name for model in kind_of(backend.provider_type).models]
    return [Listed(f"{provider}/{name}", backend.provider_type, name) for name in dict.fromkeys([own, *known])]


def no_such_model(model: str) -> NotFound:
    return NotFound(
        "no_such_model",
        en=f"The model “{model[:300]}” does not exist here, or you may not use it. GET /v1/models lists those you may.",
        ru=f"Модели «{model[:300]}» здесь нет, или она вам недоступна. Список — GET /v1/models.",
        fields={"param": "model"},
    )
