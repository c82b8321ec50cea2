"""The program on a SQLite file of its own, in this process: its units are transactions, not savepoints."""

import asyncio

import pytest

from secretary.app import Ports, build
from secretary.app.first_start import prepare
from secretary.kernel.db import Database
from secretary.migrations import migrate
from tests.conftest import settings_in
from tests.durability.own_database import LONG
from tests.support.client import Client
from tests.support.models import ScriptedModel
from tests.support.visitor import Visitor


@pytest.fixture
def gate():
    return asyncio.Event()


@pytest.fixture
def model(gate):
    return ScriptedModel(["Море большое. ", gate, LONG])


@pytest.fixture
def app(tmp_path, model, run):
    database = Database(f"sqlite:///{tmp_path / 'own.db'}")
    run(migrate(database))
    joined = build(settings_in(tmp_path), Ports(models={"scripted": model}, database=database))
    run(prepare(joined))
    run(joined.turns.start(everything=True))
    yield joined
    run(joined.close())


@pytest.fixture
def visitor(app, admin_api, run):
    return run(Visitor.arrive(Client(app, admin_api)))
