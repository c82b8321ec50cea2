"""The backends of this installation by name: those of its environment, and its providers as they are stored.

A change in this process is seen by the next turn; one in another process within a second.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from secretary.kernel.errors import SecretaryError
from secretary.kernel.freshness import Freshness
from secretary.kernel.unit import UnitFactory
from secretary.llm import queries
from secretary.llm.events import BackendChosen, ProviderChanged
from secretary.llm.models import OwnPrice, Provider
from secretary.llm.ports import ChatModel, Embedder
from secretary.llm.providers import ModelFactory, ProviderSpec, ProviderType
from secretary.llm.routing.breaker import Breaker
from secretary.llm.routing.chain import AUTO, NONE
from secretary.llm.routing.gate import Gate

PLACES_OF_OWN = 1_000
"""Calls at once to a server from the environment, which has a queue of its own."""
MOST_VARIANTS = 500
log = structlog.get_logger(__name__)
SpecOf = Callable[[Provider], ProviderSpec]
LOCAL = "local"
FindLocal = Callable[[], Awaitable[ChatModel | None]]
"""The model of this machine as it is now, the same object while it is the same; it ends by itself when it is not."""


@dataclass(frozen=True, slots=True)
class Backend:
    """A model with what the router knows of it. `provider_type` is None for what runs on this machine."""

    name: str
    model: ChatModel
    gate: Gate
    breaker: Breaker
    provider_type: ProviderType | None = None
    owner_id: str | None = None
    price: OwnPrice | None = None
    spec: ProviderSpec | None = field(default=None, repr=False)
    version: str = ""


class Backends:
    """Every backend that may be named in a chain. `preferred` is LLM_BACKEND, until somebody chooses another one.

    Not to be kept across an await by whoever uses it: a change replaces what `named` returns.
    """

    def __init__(
        self,
        units: UnitFactory,
        factory: ModelFactory,
        spec_of: SpecOf,
        fixed: Mapping[str, ChatModel],
        preferred: str = AUTO,
        types: Mapping[str, ProviderType] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        find_local: FindLocal | None = None,
    ) -> None:
        self._units = units
        self._find_local = find_local
        self._is_started = False
        self._factory = factory
        self._spec_of = spec_of
        self._monotonic = monotonic
        self._fixed = {name: self._fixed_backend(name, model, (types or {}).get(name)) for name, model in fixed.items()}
        self._stored: dict[str, Backend] = {}
        self._defaults: dict[str, str] = {}
        self._variants: dict[tuple[str, str, str], Backend] = {}
        self._left_out: set[tuple[str, str]] = set()
        self._setting = preferred
        self._chosen = ""
        self._freshness = Freshness(monotonic)
        units.bus.subscribe(ProviderChanged, self._on_change)
        units.bus.subscribe(BackendChosen, self._on_change)

    @property
    def preferred(self) -> str:
        """What `auto` stands for: a backend's name, none, or (`auto` again) whatever there is."""
        return self._chosen or self._setting

    def named(self) -> Mapping[str, Backend]:
        """All of them, the environment's last: what somebody set up by hand comes first."""
        return self._stored | self._fixed

    async def refreshed(self) -> "Backends":
        """Itself, once it is no older than a second."""
        await self._freshness.ensure(self._load)
        return self

    def reachable_by(self, backend: Backend, owner_id: str | None) -> bool:
        """May something of this owner use it? A provider serves its owner; the installation's serves everybody."""
        return backend.owner_id is None or backend.owner_id == owner_id

    def resolve(self, name: str, owner_id: str | None) -> Sequence[Backend]:
        """The backends that a name of a chain stands for, in order; unknown and foreign ones are passed over."""
        if name != AUTO:
            found = self._find(name)
            return [found] if found and self.reachable_by(found, owner_id) else []
        if self.preferred not in {AUTO, NONE}:
            return self.resolve(self.preferred, owner_id)
        if self.preferred == NONE:
            return []
        first = [self._defaults.get(owner_id or ""), self._defaults.get("")]
        names = dict.fromkeys([*(name for name in first if name), *self.named()])
        known = (self.named().get(name) for name in names)
        return [backend for backend in known if backend and self.reachable_by(backend, owner_id)]

    def embedder(self, backend: Backend, model: str) -> Embedder | None:
        """What turns texts into vectors there; None where nothing does."""
        if backend.spec is None:
            return None
        return self._factory.embedder(_with_model(backend.spec, model))

    def with_model(self, backend: Backend, model: str) -> Backend:
        """The same provider with another of its models: it shares queue and breaker."""
        if backend.spec is None or model in {"", backend.spec.model}:
            return backend
        key = (backend.name, backend.version, model)
        if key not in self._variants:
            if len(self._variants) >= MOST_VARIANTS:
                self._variants.clear()
            chat = self._factory.chat(_with_model(backend.spec, model))
            self._variants[key] = replace(backend, model=chat, price=None)
        return self._variants[key]

    @property
    def unknown(self) -> Sequence[str]:
        """What the installation prefers but does not have."""
        name = self.preferred
        return [] if name in {AUTO, NONE} or self._find(name) else [name]

    def look_again(self) -> None:
        """Something outside has changed: what is known is stale at once."""
        self._freshness.changed()

    def start(self) -> None:
        """Let every model load what takes time, in the background."""
        self._is_started = True
        for backend in self._fixed.values():
            backend.model.start()

    async def close(self) -> None:
        for backend in self.named().values():
            await backend.model.close()

    def _find(self, name: str) -> Backend | None:
        return self.named().get(name) or self._stored.get(f"cloud:{name}")

    def _on_change(self, _: ProviderChanged | BackendChosen) -> None:
        self.look_again()

    async def _load(self) -> None:
        async with self._units.read() as unit:
            rows = await queries.enabled_providers(unit.db)
            self._chosen = await queries.chosen_backend(unit)
        made = [backend for row in rows if (backend := self._known(row) or self._made(row))]
        self._stored = {backend.name: backend for backend in made}
        self._variants = {key: one for key, one in self._variants.items() if one.version == self._version_of(one)}
        self._defaults = {row.default_of: row.backend for row in rows if row.default_of is not None}
        if self._find_local is not None:
            self._take_local(await self._find_local())

    def _take_local(self, model: ChatModel | None) -> None:
        """Go on with this one. Whom the one before it is answering, it answers to the end."""
        old = self._fixed.get(LOCAL)
        if model is (old.model if old else None):
            return
        others = {name: backend for name, backend in self._fixed.items() if name != LOCAL}
        self._fixed = others | ({} if model is None else {LOCAL: self._fixed_backend(LOCAL, model, None)})
        if model is not None and self._is_started:
            model.start()

    def _known(self, row: Provider) -> Backend | None:
        backend = self._stored.get(row.backend)
        return backend if backend and backend.version == _version(row) else None

    def _leave_out(self, row: Provider, error: SecretaryError) -> None:
        """Say so once for each state of the row."""
        state = (row.backend, _version(row))
        if state not in self._left_out:
            self._left_out.add(state)
            log.warning("provider_left_out", provider=row.id, code=error.code)

    def _version_of(self, variant: Backend) -> str:
        backend = self._stored.get(variant.name)
        return backend.version if backend else ""

    def _made(self, row: Provider) -> Backend | None:
        """None for one that nobody can speak to: the others go on."""
        try:
            spec = self._spec_of(row)
            model = self._factory.chat(spec)
        except SecretaryError as error:
            self._leave_out(row, error)
            return None
        return Backend(
            row.backend,
            model,
            Gate(row.config.max_concurrency),
            Breaker(self._monotonic),
            row.provider_type,
            row.owner_id,
            row.config.price,
            spec,
            _version(row),
        )

    def _fixed_backend(self, name: str, model: ChatModel, kind: ProviderType | None) -> Backend:
        return Backend(name, model, Gate(PLACES_OF_OWN), Breaker(self._monotonic), kind)


def _version(row: Provider) -> str:
    return row.updated.isoformat()


def _with_model(spec: ProviderSpec, model: str) -> ProviderSpec:
    return replace(spec, model=model, capabilities=None) if model and model != spec.model else spec
