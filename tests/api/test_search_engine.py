"""Which engine searches: by the setting, by the database, and said to whoever asks."""

import pytest
from pydantic import ValidationError
from tests.domain.search.library import Library

from secretary.app import App, Ports, build
from secretary.settings import Settings


def test_postgresql_is_refused_where_there_is_none(settings: Settings) -> None:
    with pytest.raises(ValidationError, match="SEARCH_ENGINE=postgresql needs DATABASE_URL"):
        Settings(_env_file=None, data_dir=settings.data_dir, search_engine="postgresql")


async def test_database_searches_where_it_can(app: App) -> None:
    library = Library(app.units)
    await library.open()
    await library.put("a.md", "# Цена\n\nРоза стоит сто рублей.")
    found = await app.search.find("сколько стоит роза", [library.collection_id])
    assert len(found.passages) == 1
    assert found.engine == ("words" if app.database.is_sqlite else "postgresql:words")


async def test_memory_may_be_chosen(app: App, settings: Settings) -> None:
    chosen = build(settings.model_copy(update={"search_engine": "memory"}), Ports(models={}, database=app.database))
    library = Library(app.units)
    await library.open()
    await library.put("a.md", "# Цена\n\nРоза стоит сто рублей.")
    assert (await chosen.search.find("роза", [library.collection_id])).engine == "words"
    await chosen.search.close()
