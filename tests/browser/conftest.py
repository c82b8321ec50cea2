"""One world for every test of the panel: built once, copied by each module that serves it."""

import pytest
from tests.support.panel import need_panel, world_in


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    need_panel()
    folder = tmp_path_factory.mktemp("world") / "data"
    folder.mkdir()
    world_in(folder)
    return folder
