"""Serving: one process on one data folder and one port, from its start to a graceful end."""

import asyncio
import fcntl
import gc
import os
import resource
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from io import TextIOWrapper
from pathlib import Path

import click
import structlog
import uvicorn
import uvloop

from secretary.accounts.first_start import FirstAdmin
from secretary.app.asgi import Asgi
from secretary.app.build import App, build
from secretary.app.first_start import prepare
from secretary.app.soundness import checked
from secretary.app.working import working
from secretary.kernel.errors import Conflict
from secretary.kernel.telemetry import configure_logging
from secretary.migrations import migrate_if_needed
from secretary.settings import Settings
from secretary.usage.jobs import recover_at_start
from secretary.web.patient import Patience, patient

log = structlog.get_logger(__name__)

# Listeners get 4 s to hear the end of their answers, then running turns 3 s to end (`Limits.drain_s`): under 10 in all.
GRACE_S = 4

MOST_DESCRIPTORS = 65_536

WARM_AFTER_S = 0.3  # who waits for a start asks for /health several times a second


def run(settings: Settings, patience: Patience | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises Conflict when the data folder or the port is taken."""
    gc.freeze()
    gc.enable()
    configure_logging(settings.log_level, as_json=settings.log_json)
    _allow_many_connections()
    if "web" not in settings.roles:
        with lock_folder(settings):
            uvloop.run(serve_no_one(settings))
        return
    with bind(settings.host, settings.port) as bound, lock_folder(settings):
        uvloop.run(serve(settings, bound, patience or Patience()))


def _allow_many_connections() -> None:
    """A listener is a descriptor, and most systems begin with 1,024 of them though they allow many more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def serve(settings: Settings, bound: socket.socket, patience: Patience) -> None:
    """Serve on a bound socket until the server is told to stop."""
    app = build(settings)
    asgi = Asgi(app)
    config = uvicorn.Config(
        asgi,
        http=patient(patience),
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Server(config)
    with _on_signals(server.handle_exit):
        async with started(app, _show_password):
            _greet(bound)
            warming = asyncio.create_task(_warm(asgi))
            await server.serve(sockets=[bound])
            warming.cancel()


async def serve_no_one(settings: Settings) -> None:
    """Do what the other roles have to do, without listening anywhere, until told to stop."""
    stopped = asyncio.Event()
    with _on_signals(lambda *_: stopped.set()):
        async with started(build(settings), _show_password):
            click.echo(f"AI Secretary ({', '.join(settings.roles)})")
            await stopped.wait()


async def _warm(asgi: Asgi) -> None:
    """Build the rest once the first callers have their answers; then let the garbage collector pass by what stays:
    walking all modules again and again would stop every stream for a tenth of a second.
    """
    await asyncio.sleep(WARM_AFTER_S)
    await asgi.warm()
    gc.freeze()


class _Server(uvicorn.Server):
    """Leaves the signals to us: they count from before the start on, and must not end us before our turns have ended
    (uvicorn raises them again once it has shut down).
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def _on_signals(leave: Callable[[int, None], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, leave, number, None)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


@asynccontextmanager
async def started(app: App, announce: Callable[[FirstAdmin], None]) -> AsyncIterator[None]:
    """The program at work: the database as it must be, what a dead process left seen after; all ended afterwards.

    `announce` is called at the first start as soon as there is an admin.
    """
    try:
        async with AsyncExitStack() as roles:
            await roles.enter_async_context(checked(app.database))
            if await migrate_if_needed(app.database):
                log.info("database_migrated")
            if admin := await prepare(app):
                announce(admin)
            await app.broadcast.start()
            await recover_at_start(app.ledger, is_embedded=app.settings.is_embedded)
            if "worker" in app.settings.roles:
                await roles.enter_async_context(working(app))
            if not {"web", "bots"}.isdisjoint(app.settings.roles):
                await _answer(app)
            if "bots" in app.settings.roles:
                await roles.enter_async_context(app.messaging.running(alone=app.settings.is_embedded))
            yield
    finally:
        await app.close()


async def _answer(app: App) -> None:
    """Begin to answer customers."""
    await app.turns.start(everything=app.settings.is_embedded)
    app.backends.start()
    app.search.warm_up()
    app.passage_vectors.start()
    if app.backends.unknown:
        log.warning("backend_not_configured", setting="LLM_BACKEND", names=app.backends.unknown)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises Conflict when somebody else listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(1024)
    except OSError as error:
        bound.close()
        raise Conflict(
            "port_taken",
            en=f"Cannot listen on {host}:{port} ({error.strerror}). Is the secretary running already? "
            "The address is set by SECRETARY_HOST, the port by ORCHESTRATOR_PORT.",
            ru=f"Не удаётся открыть {host}:{port} ({error.strerror}). Возможно, секретарь уже запущен. "
            "Адрес задаётся переменной SECRETARY_HOST, порт — ORCHESTRATOR_PORT.",
        ) from error
    return bound


def lock_folder(settings: Settings, *, alone: bool = False) -> TextIOWrapper:
    """Hold the data folder for this process; the system lets go of it however the process ends.

    Raises Conflict when another secretary works on it. With PostgreSQL several may share a folder, unless one must
    be `alone`.
    """
    os.umask(0o077)  # conversations are nobody else's on this machine
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        lock = Path(settings.data_dir, "secretary.lock").open("w", encoding="utf-8")  # noqa: SIM115 -- the caller closes
    except OSError as error:
        raise Conflict(
            "bad_folder",
            en=f"Cannot write to the data folder {settings.data_dir} ({error.strerror}). Choose another one with "
            "SECRETARY_DATA_DIR.",
            ru=f"Не удаётся писать в папку данных {settings.data_dir} ({error.strerror}). Другая папка задаётся "
            "переменной SECRETARY_DATA_DIR.",
        ) from error
    try:
        fcntl.flock(lock, (fcntl.LOCK_EX if alone or settings.is_embedded else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise Conflict(
            "folder_taken",
            en=f"Another secretary is already working with the folder {settings.data_dir}. Stop it first.",
            ru=f"С папкой {settings.data_dir} уже работает другой секретарь. Сначала остановите его.",
        ) from error
    return lock


def _show_password(admin: FirstAdmin) -> None:
    click.echo(
        "first start: this password is shown once / первый запуск: пароль показан один раз\n"
        f"  user        {admin.username}\n  password    {admin.password}"
    )


def _greet(bound: socket.socket) -> None:
    host, port = bound.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    click.echo(
        f"AI Secretary\n  panel       {address}/admin/\n  demo page   {address}/demo\n  health      {address}/health"
    )
