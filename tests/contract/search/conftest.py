"""The engines of the search: an index in this process on both databases, and PostgreSQL itself."""

import pytest

from secretary.kernel.unit import UnitFactory
from secretary.knowledge.search.document_search import EngineOf
from secretary.knowledge.search.freshness import Indexes
from secretary.knowledge.search.postgresql.engine import in_postgresql


@pytest.fixture(params=["memory", "postgresql"])
def where(request: pytest.FixtureRequest, units: UnitFactory) -> EngineOf:
    if request.param == "postgresql" and units.database.is_sqlite:
        pytest.skip("SQLite has no such engine")
    return in_postgresql if request.param == "postgresql" else Indexes
