"""An instance of a messenger without a network, whose secretary says what a scripted model says."""

import pytest
from tests.support.models import ScriptedModel
from tests.support.pigeon import Loft, Pigeon

from secretary.app import Ports


@pytest.fixture
def model():
    return ScriptedModel(("The answer",))


@pytest.fixture
def pigeon():
    return Pigeon()


@pytest.fixture
def ports(database, model, pigeon):
    return Ports(models={"scripted": model}, database=database, messengers={"pigeon": pigeon})


@pytest.fixture
def loft(app, pigeon, run):
    return run(Loft.of(app, pigeon))
