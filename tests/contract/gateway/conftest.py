"""One house for all clients."""

import pytest
from tests.contract.gateway import house as module


@pytest.fixture(scope="session")
def house(tmp_path_factory, admin_api, run):
    opened = module.house(tmp_path_factory.mktemp("house"), admin_api)
    yield run(opened.__aenter__())
    run(opened.__aexit__(None, None, None))
