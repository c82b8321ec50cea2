"""The engine as the search takes it: the collections of a database that PostgreSQL itself searches."""

from collections.abc import Callable, Sequence

from secretary.kernel.unit import UnitFactory
from secretary.knowledge.search.freshness import Indexes
from secretary.knowledge.search.postgresql.collection import Collection
from secretary.knowledge.search.postgresql.pgvector import Pgvector


def in_postgresql(units: UnitFactory, models: Sequence[str], monotonic: Callable[[], float]) -> Indexes:
    """An `Engine`. `units` must be of a PostgreSQL database."""
    pgvector = Pgvector()
    return Indexes(units, models, monotonic, lambda collection_id: Collection(collection_id, units, pgvector))
