"""Hears of changes to knowledge and assistants, and has the owner's questions asked again after them."""

import asyncio
from typing import Final

import structlog

from secretary.assistant.embedding.choice import EmbeddingReady
from secretary.assistant.events import AssistantChanged
from secretary.kernel.errors import SecretaryError
from secretary.kernel.events import Event
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.documents.events import DocumentChanged
from secretary.knowledge.events import FaqChanged
from secretary.knowledge.regression import queries
from secretary.knowledge.regression.service import ask_after
from secretary.knowledge.regression.shapes import Cause
from secretary.llm.events import BackendChosen, PresetChanged, ProviderChanged

log = structlog.get_logger(__name__)

_UNHEARD: Final = frozenset({"name", "description"})
"""Fields of an assistant that change no answer."""


class RegressionWatch:
    """Enqueues after the change is stored; one task at a time, of which `close` makes an end."""

    def __init__(self, units: UnitFactory) -> None:
        self._units = units
        self._waiting: dict[str | None, Cause] = {}
        self._task: asyncio.Task[None] | None = None
        bus = units.bus
        bus.subscribe(DocumentChanged, lambda one: self._note(Cause.DOCUMENT, one.owner_id))
        bus.subscribe(FaqChanged, self._on_faq)
        bus.subscribe(AssistantChanged, self._on_assistant)
        bus.subscribe(PresetChanged, self._on_models)
        bus.subscribe(ProviderChanged, self._on_models)
        bus.subscribe(BackendChosen, self._on_models)
        bus.subscribe(EmbeddingReady, self._on_models)

    async def close(self) -> None:
        """What was heard of is enqueued first. Repeatable."""
        if self._task is not None:
            await self._task

    def _on_faq(self, change: FaqChanged) -> None:
        if change.action != "reloaded":
            self._note(Cause.FAQ, None)

    def _on_assistant(self, change: AssistantChanged) -> None:
        if not _UNHEARD.issuperset(change.fields):
            self._note(Cause.ASSISTANT, change.owner_id)

    def _on_models(self, change: Event) -> None:
        del change
        self._note(Cause.ASSISTANT, None)

    def _note(self, cause: Cause, owner_id: str | None) -> None:
        """`owner_id` None: anybody's questions may be touched."""
        self._waiting[owner_id] = cause
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="regression")

    async def _run(self) -> None:
        while self._waiting:
            owner_id, cause = self._waiting.popitem()
            try:
                await self._ask(cause, owner_id)
            except SecretaryError as error:  # the change itself is stored; the next one asks again
                log.warning("regression_not_asked", code=error.code)

    async def _ask(self, cause: Cause, owner_id: str | None) -> None:
        async with self._units.read() as unit:
            if not await queries.owners_of_questions(unit.db):
                return
        async with self._units.write() as unit:
            await ask_after(unit, cause, owner_id)
