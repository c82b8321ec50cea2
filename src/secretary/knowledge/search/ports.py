"""What search offers to a turn, a panel and the evaluation, and what it needs from outside: vectors of texts."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that was found. `score` grows with how well it fits, within 0 and 1, and compares across questions."""

    chunk_id: str
    document_id: str
    filename: str
    title: str
    heading: str
    text: str
    score: float
    source_url: str = ""
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The best passages, best first; `is_answer` is whether the best of them is good enough to quote as the answer, and
    `is_near` whether it may be: somebody has to read it first. What is an answer is near, too.

    `engine` names what searched: `words`, or `words+vectors:{model}`.
    """

    passages: Sequence[Passage]
    is_answer: bool
    engine: str
    is_near: bool = False


class Search(Protocol):
    """Searches the documents of some collections."""

    async def find(
        self, question: str, collections: Sequence[str] | None, limit: int = 5, history: Sequence[str] = ()
    ) -> Found:
        """Passages for `question`; `collections` None means the default one, an empty sequence none.

        `history` is what the customer said before, oldest first: a question such as "and for two?" is understood by
        it. Never raises for what somebody typed.
        """
        ...


class Vectors(Protocol):
    """Turns texts into vectors of length 1. `name` says which model, its version included."""

    @property
    def name(self) -> str: ...

    async def of_passages(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """What passages mean. Raises Upstream where the model is not there."""
        ...

    async def of_question(self, text: str) -> Sequence[float]:
        """What a question means. Raises Upstream as above."""
        ...

    async def close(self) -> None: ...


ModelsNow = Callable[[], Awaitable[Sequence[Vectors]]]
"""The embedding models that can be asked now, the wanted one first: the same object as long as they are the same."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the vectors are: of the `wanted` model (empty: none) `lacking` of all different `texts` are still to be
    computed; `answering` are the models whose vectors are searched meanwhile, none where only words are.
    """

    wanted: str = ""
    answering: Sequence[str] = ()
    texts: int = 0
    lacking: int = 0


class Reranker(Protocol):
    """Reads the question beside each passage, which is slower than a search and judges better."""

    async def rerank(self, question: str, passages: Sequence[str]) -> Sequence[float]:
        """How surely each of `passages` answers, in their order, within 0 and 1. Raises Upstream, LimitReached."""
        ...
