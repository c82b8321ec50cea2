"""A loopback site, the tools of imports that may reach it, and an admin who asks."""

import pytest
from tests.domain.documents.importing import unhurried
from tests.support.sites import Site

from secretary.adapters.documents.web import HttpWeb
from secretary.kernel.http import HttpClient
from secretary.kernel.unit import Actor


@pytest.fixture
def site():
    with Site() as opened:
        yield opened


@pytest.fixture
def tools(app, run):
    http = HttpClient(frozenset({"127.0.0.1"}))
    yield unhurried(app.documents, web=HttpWeb(http))
    run(http.aclose())


@pytest.fixture
def boss(people):
    return Actor("user", people.admin.id, "admin")


@pytest.fixture
def clerk(people):
    return Actor("user", people.user.id, "user")
