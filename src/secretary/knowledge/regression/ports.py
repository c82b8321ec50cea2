"""What runs of questions need from outside: somebody who answers as the assistant would, and a place to try things."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from secretary.kernel.unit import Actor, Unit, UnitFactory
from secretary.knowledge.regression.shapes import Basis
from secretary.knowledge.search.ports import Search

REFUSAL = "none"
"""The stage of an answer that says only that nothing is known."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the assistant might be told instead of what it is; None is as it is."""

    system_prompt: str | None = None
    persona_id: str | None = None
    llm_backend: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to an assistant (None: the default one) after a history of (role, text).

    `collections` is what is searched instead of the assistant's own; None leaves those. `purpose` is where the costs
    of models are booked.
    """

    text: str
    history: Sequence[tuple[str, str]] = ()
    assistant_id: str | None = None
    collections: Sequence[str] | None = None
    purpose: str = "regression"


@dataclass(frozen=True, slots=True)
class Answered:
    """What a customer would read. `stage` is who said it: faq, llm, extract, admit, or none."""

    text: str
    stage: str
    sources: Sequence[Basis] = ()

    @property
    def is_refusal(self) -> bool:
        return self.stage == REFUSAL


class Answers(Protocol):
    """The real turn, without a conversation: nothing is stored but what models cost."""

    async def answer(
        self,
        actor: Actor,
        asked: Asked,
        *,
        draft: Draft | None = None,
        search: Search | None = None,
        with_model: bool = True,
    ) -> Answered:
        """What is said to it, with another search in place of the installation's where one is given.

        Raises NotFound for an assistant that is gone, Upstream where a model was needed and none answered.
        """
        ...

    async def ensure_allowed(self, unit: Unit, assistant_id: str | None, draft: Draft | None = None) -> None:
        """Raises NotFound or Invalid where the unit's actor may not name this assistant, persona or backend."""
        ...

    async def collections_of(self, unit: Unit, assistant_id: str | None) -> Sequence[str] | None:
        """What this assistant searches; None is the default collection."""
        ...


class SandboxSearch(Search, Protocol):
    """The product's search over a sandbox."""

    async def embed_missing(self, limit: int) -> int:
        """Compute up to `limit` vectors that are lacking. How many are lacking still? Raises Upstream."""
        ...


@dataclass(frozen=True, slots=True)
class Sandbox:
    """An empty database of the newest schema and the product's own search over it."""

    units: UnitFactory
    search: SandboxSearch


OpenSandbox = Callable[[], AbstractAsyncContextManager[Sandbox]]
"""A sandbox that is gone with the context."""
