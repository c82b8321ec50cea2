"""Fixtures of the whole suite: one event loop, two real databases, an app a test, rolled back after it."""

import asyncio
import inspect
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import hypothesis
import pytest
import structlog

from secretary.app import App, Ports, build
from secretary.app.first_start import prepare
from secretary.kernel.db import Database
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory
from secretary.settings import Settings
from tests.support.browser import browser  # noqa: F401
from tests.support.client import Client
from tests.support.databases import RolledBack, drop, migrated_postgresql, migrated_sqlite
from tests.support.people import People
from tests.support.visitor import Visitor

# The default would draw every traceback with `rich`, where that is installed: seconds each.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

# The machine is shared: how long an example takes says more about the others.
hypothesis.settings.register_profile("shared machine", deadline=None)
hypothesis.settings.load_profile("shared machine")

T = TypeVar("T")
Run = Callable[[Awaitable[T]], T]


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """The one event loop of a worker."""
    with asyncio.Runner() as runner:
        yield runner.get_loop()


@pytest.fixture(scope="session")
def run(loop: asyncio.AbstractEventLoop) -> Run[Any]:
    """Runs a coroutine on the shared loop, for fixtures that are not async themselves."""
    return loop.run_until_complete


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """An `async def` test runs on the shared loop."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    loop: asyncio.AbstractEventLoop = pyfuncitem.funcargs["loop"]
    names = pyfuncitem._fixtureinfo.argnames
    loop.run_until_complete(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Async tests get the loop without asking for it."""
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.fixturenames.insert(0, "loop")


@pytest.fixture(scope="session")
def databases(
    tmp_path_factory: pytest.TempPathFactory, run: Run[Any], worker_id: str
) -> Iterator[Callable[[str, bool], Database]]:
    """Opens the databases of this worker, each at its first use: an engine's, empty or after the first start."""
    opened: dict[tuple[str, bool], Database] = {}

    def get(engine: str, seeded: bool) -> Database:
        if (engine, seeded) not in opened:
            folder, name = (
                tmp_path_factory.mktemp(engine),
                f"{worker_id}_{'seeded' if seeded else 'empty'}_{os.getpid()}",
            )
            database = run(migrated_sqlite(folder) if engine == "sqlite" else migrated_postgresql(name))
            if seeded:
                run(prepare(build(settings_in(folder), Ports(models={}, database=database))))
            opened[engine, seeded] = database
        return opened[engine, seeded]

    yield get
    for database in opened.values():
        run(drop(database))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, databases: Callable[[str, bool], Database], run: Run[Any]
) -> Iterator[RolledBack]:
    """A real database: as the migrations leave it, or as the first start does where the test has an app.

    What a test stores is gone afterwards.
    """
    rolled_back = RolledBack(databases(request.param, "app" in request.fixturenames))
    run(rolled_back.begin())
    yield rolled_back
    run(rolled_back.roll_back())


@pytest.fixture
def units(database: RolledBack) -> UnitFactory:
    return UnitFactory(database, EventBus())


def settings_in(folder: Path) -> Settings:
    return Settings(_env_file=None, data_dir=folder, secret_key="k" * 43, rate_limit_enabled=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


@pytest.fixture
def ports(database: RolledBack) -> Ports:
    """The ports of the test's app; a module overrides this fixture to script a model."""
    return Ports(models={}, database=database)


@pytest.fixture
def app(settings: Settings, ports: Ports, run: Run[Any]) -> Iterator[App]:
    """The program after its first start."""
    joined = build(settings, ports)
    run(joined.turns.start(everything=True))
    yield joined
    run(joined.close())


@pytest.fixture(scope="session")
def admin_api() -> Any:
    """The admin API, built once: it holds no state."""
    from secretary.adapters.channels.widget.channel import WidgetChannel
    from secretary.app.admin import build_admin_api
    from secretary.app.messengers import kinds

    return build_admin_api({"widget": WidgetChannel(None, None)}, kinds(None))


@pytest.fixture
def client(app: App, admin_api: Any) -> Client:
    return Client(app, admin_api)


@pytest.fixture
def people(app: App, run: Run[Any]) -> People:
    """Users of every role with access tokens: `people.admin`, `people.user`, `people.other`, `people.web`, `people.guest`."""
    return run(People.of(app))


@pytest.fixture
def visitor(client: Client, run: Run[Any]) -> Visitor:
    """Somebody on a website with the demo widget."""
    return run(Visitor.arrive(client))
