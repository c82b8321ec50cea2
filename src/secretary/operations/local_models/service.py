"""Local models as people see and change them: what is here, what is recommended, what is under way."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from secretary.kernel.errors import Language, Upstream
from secretary.kernel.jobs import Handler, JobId
from secretary.kernel.unit import Actor, UnitFactory
from secretary.operations.local_models import pulls
from secretary.operations.local_models.errors import model_error
from secretary.operations.local_models.events import LocalModelChosen, LocalModelRemoved
from secretary.operations.local_models.machine import Fit, Memory, memory
from secretary.operations.local_models.names import Wanted, choose_file
from secretary.operations.local_models.ports import Engine, Hub, Running
from secretary.operations.local_models.pull import Order, Puller
from secretary.operations.local_models.recommended import RECOMMENDED, Recommended
from secretary.operations.local_models.shelf import Installed, Shelf

_FOR_WORK = 500_000_000  # the memory of two short conversations and room to work in, for models that we do not know


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model that is recommended, installed, or both. `running` is set where it is the one that is run now."""

    name: str
    recommended: Recommended | None
    installed: Installed | None
    fit: Fit
    memory_bytes: int
    running: Running | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """All models, the recommended ones by memory first, and the memory of this computer."""

    models: Sequence[LocalModel]
    memory: Memory
    running: Running | None


class LocalModels:
    """Every use case but the pull itself, which a worker or a shell runs by `puller`."""

    def __init__(
        self,
        hub: Hub,
        shelf: Shelf,
        engine: Engine,
        puller: Puller | None = None,
        measure: Callable[[], Memory] = memory,
    ) -> None:
        self._hub, self.shelf, self._engine, self._measure = hub, shelf, engine, measure
        self.puller = puller or Puller(hub, shelf)

    def handlers(self, units: UnitFactory) -> Mapping[str, Handler]:
        """What a worker runs."""
        return pulls.handlers(units, self.puller, self.shelf, self._engine)

    async def overview(self, language: Language) -> Overview:
        """As it is at this moment."""
        await self._engine.look_again()
        installed, measured = await asyncio.to_thread(lambda: (self.shelf.installed(), self._measure()))
        return overview(installed, measured, self._engine.running(language))

    async def exact(self, wanted: Wanted) -> Wanted:
        """The one file that is meant, as the hub has it now.

        Raises Invalid, NotFound and Upstream("hub_denied") with a plain text; a hub that cannot be reached at this
        moment is no reason to refuse an exact name.
        """
        try:
            return choose_file(await self._hub.repository(wanted.repository), wanted)
        except Upstream as error:
            if not (error.retryable and wanted.is_exact):
                raise
        return wanted

    async def ask(self, units: UnitFactory, actor: Actor, order: Order) -> tuple[JobId, Wanted]:
        """Have a worker pull a model. Repeating it changes nothing. Raises as `exact` does."""
        wanted = await self.exact(order.wanted)
        async with units.write(actor) as unit:
            return await pulls.ask(unit, Order(wanted, order.is_update, order.is_chosen)), wanted

    async def stop(self, units: UnitFactory, actor: Actor, job_id: str) -> None:
        """Stop a pull and delete what it has downloaded. Raises NotFound."""
        async with units.write(actor) as unit:
            order = await pulls.stop(unit, job_id)
        await pulls.drop_part(self.shelf, order.wanted)

    async def choose(self, units: UnitFactory, actor: Actor, name: str) -> str:
        """Let this model be run, from the next answer on. Raises NotFound."""
        found = await asyncio.to_thread(self.shelf.find, name)
        async with units.write(actor) as unit:
            unit.record(LocalModelChosen(found.name))
        await asyncio.to_thread(self.shelf.choose, found.name)
        await self._engine.look_again()
        return found.name

    async def remove(self, units: UnitFactory, actor: Actor, name: str, *, unload: bool) -> str:
        """Delete a model. Raises NotFound; Conflict("model_running") for the one that is run, unless `unload`: then
        the next one, or none, is run from now on, and answers that are being given are given to their end.
        """
        found = await asyncio.to_thread(self.shelf.find, name)
        running = self._engine.running("en")
        if running is not None and running.name == found.name and not unload:
            raise model_error("model_running")
        async with units.write(actor) as unit:
            unit.record(LocalModelRemoved(found.name))
        await asyncio.to_thread(self.shelf.remove, found.name)
        await self._engine.look_again()
        return found.name


def overview(installed: Sequence[Installed], measured: Memory, running: Running | None) -> Overview:
    """Recommended and installed models side by side."""
    by_recommendation = {one.recommendation: one for one in installed if one.recommendation}
    rows = [_recommended(one, by_recommendation.get(one.name), measured, running) for one in RECOMMENDED]
    rows += [_other(one, measured, running) for one in installed if not one.recommendation]
    return Overview(rows, measured, running)


def _recommended(one: Recommended, here: Installed | None, measured: Memory, running: Running | None) -> LocalModel:
    fit = measured.fit(one.memory_bytes)
    return LocalModel(one.name, one, here, fit, one.memory_bytes, _if_it_is(here, running))


def _other(one: Installed, measured: Memory, running: Running | None) -> LocalModel:
    needed = one.size_bytes + _FOR_WORK
    return LocalModel(one.name, None, one, measured.fit(needed), needed, _if_it_is(one, running))


def _if_it_is(here: Installed | None, running: Running | None) -> Running | None:
    return running if here is not None and running is not None and here.name == running.name else None
