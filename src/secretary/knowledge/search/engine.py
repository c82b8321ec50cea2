"""What the search needs of an engine: the words of a collection, and its passages found by words and by meaning.

There are two: an index in this process, and PostgreSQL. How a question is understood, how what was found is ranked,
and when it is no answer is the same for both, and no part of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from secretary.kernel.unit import UnitFactory

if TYPE_CHECKING:
    from secretary.knowledge.search.asking import Asked
    from secretary.knowledge.search.index import Group, Scale, Seen
    from secretary.knowledge.search.segment import Floats


class Lexicon(Protocol):
    """The words of a collection."""

    def frequency(self, term: str) -> int:
        """In how many passages it stands."""
        ...

    def similar(self, term: str) -> Sequence[tuple[str, int]]:
        """Terms that one slip makes of this one, or two of a long one, with the number of slips; the fewest only."""
        ...


@dataclass(frozen=True, slots=True)
class Size:
    """What a collection holds. `lacking` passages have no vector of its model; `mean_length` is in terms."""

    passages: int = 0
    documents: int = 0
    terms: int = 0
    lacking: int = 0
    mean_length: float = 0.0


class Searched(Protocol):
    """One collection, ready to be asked. `model` is whose vectors it has (empty: nobody's), `scale` what they mean."""

    @property
    def model(self) -> str: ...

    @property
    def scale(self) -> "Scale | None": ...

    @property
    def engine(self) -> str:
        """What searches it, as `Found.engine` says."""
        ...

    @property
    def words_engine(self) -> str:
        """What searches it by words alone: where nobody says what the question means."""
        ...

    async def understand(self, question: str, history: Sequence[str]) -> "Asked":
        """What is asked of this collection."""
        ...

    async def find(self, groups: "Sequence[Group]", meant: "Floats | None", most: int) -> "Seen":
        """The best `most` by words, and the best `most` by how like `meant` they are."""
        ...

    async def size(self) -> Size: ...

    async def any_passage(self, choose: Callable[[int], int]) -> tuple[str, bool] | None:
        """A passage and whether it has a vector; `choose` draws its number. None where there is none."""
        ...


class Kept(Searched, Protocol):
    """A collection that an engine keeps as fresh as the database; `version` is how fresh it is."""

    @property
    def version(self) -> int: ...

    async def refresh(self, units: UnitFactory, version: int, models: Sequence[str]) -> bool:
        """Read what changed up to `version` at least. `models` are those that can be asked, the wanted one first.

        Questions are answered meanwhile, from what was there before. Is there more that can be read at once? Where
        not, and `version` is not reached, somebody is changing it just now.
        """
        ...

    def as_it_is(self) -> Searched:
        """For one question: what changes later is not seen."""
        ...


class Engine(Protocol):
    """All collections, as fresh as the database: a change in this process is seen by the next question, one in
    another process within a second.
    """

    async def of(self, collection_ids: Sequence[str] | None) -> Sequence[Searched]:
        """These collections, or the default one for `None`. Unknown ids are passed over."""
        ...

    async def all(self) -> Sequence[Searched]: ...

    def changed(self) -> None:
        """Ask the database again before the next question."""
        ...

    def use(self, models: Sequence[str]) -> None:
        """These can be asked from now on, the wanted one first. Until that is read, things are as they were."""
        ...

    async def close(self) -> None: ...
