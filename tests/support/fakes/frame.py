"""The frame of a messenger service: a server that records, misbehaves when told to, and counts what arrived where.

A service derives from `FakeService`: it gives `routes()` and `refusal()`, and passes every request of its API through
`play`. What is sent to a webhook goes through a `Pump`. A service that runs as a program is told what to do over
`/_fake/…` (see `_control`), which is what `FakeService.controls` can do as methods.
"""

import argparse
import asyncio
import signal
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict
from types import TracebackType
from typing import Any, Literal, Self

from aiohttp import web

from tests.support.fakes.shapes import Arrival, Call, Fault, Rates

__all__ = ["Arrival", "Call", "FakeService", "Fault", "Rates", "options", "serve"]

Work = Callable[[], Awaitable[web.StreamResponse]]
Control = Callable[..., Awaitable[Any]]


class FakeService:
    """The server. `async with Service() as service: … service.url`."""

    def __init__(self, *, keep_calls: int = 20_000) -> None:
        self.calls: deque[Call] = deque(maxlen=keep_calls)
        self.call_counts: dict[str, int] = defaultdict(int)
        self.faults: list[Fault] = []
        self.arrived: dict[str, list[Arrival]] = defaultdict(list)
        self.violations: list[str] = []
        """Where a request, or an answer of ours, is not as the provider describes it."""
        self.controls: dict[str, Control] = {}
        self.url = ""
        self.changed = asyncio.Event()
        self.closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The provider's API."""
        raise NotImplementedError

    def refusal(self, call: Call, status: int, retry_after: int, words: str) -> web.StreamResponse:
        """A failure in the provider's own words."""
        raise NotImplementedError

    async def started(self) -> None:
        """Called once the server listens."""

    async def stopping(self) -> None:
        """Called before the server ends: whatever a service runs on the side ends here."""

    async def play(self, request: web.Request, call: Call, work: Work) -> web.StreamResponse:
        """Record a call; do its work, or go wrong as was told."""
        self.calls.append(call)
        self.call_counts[call.method] += 1
        self.tell()
        fault = next((one for one in self.faults if one.is_for(call)), None)
        struck = fault is not None and fault.strikes()
        response = await (self._misbehave(request, call, fault, work) if fault and struck else work())
        call.status = response.status
        self.tell()
        return response

    async def _misbehave(self, request: web.Request, call: Call, fault: Fault, work: Work) -> web.StreamResponse:
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault.kind == "slow":
            return await work()
        if fault.is_done:
            await work()
        if fault.kind == "refuse":
            return self.refusal(call, fault.status, fault.retry_after, fault.words)
        if fault.kind == "hang":
            await self.closing.wait()
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=499)

    def misbehave(self, kind: Literal["refuse", "hang", "close", "slow"], **about: Any) -> Fault:
        """Add a fault: see `Fault`."""
        self.faults.append(Fault(kind, **about))
        return self.faults[-1]

    def tell(self) -> None:
        """Wake whoever waits in `until`."""
        self.changed.set()

    async def until(self, holds: Callable[[], object], within_s: float = 5.0) -> None:
        """Wait until `holds()`. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while not holds():
                self.changed.clear()
                await self.changed.wait()

    def texts(self, chat: str | int) -> list[str]:
        """What a chat shows, in order."""
        return [one.text for one in self.arrived[str(chat)] if not one.is_gone]

    def made(self, method: str) -> list[Call]:
        """The calls of a method, in order."""
        return [one for one in self.calls if one.method == method]

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        app = web.Application(client_max_size=64 << 20)
        app.add_routes([*self._control(), *self.routes()])
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"
        await self.started()

    async def stop(self) -> None:
        self.closing.set()
        await self.stopping()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def counts(self) -> dict[str, Any]:
        """What has happened, in numbers."""
        shown = [one for chat in self.arrived.values() for one in chat]
        return {
            "calls": dict(self.call_counts),
            "arrived": len(shown),
            "chats": len(self.arrived),
            "edits": sum(one.edits for one in shown),
            "violations": len(self.violations),
            "first_violations": self.violations[:20],
        }

    def _control(self) -> list[web.RouteDef]:
        """GET counts, calls?last=, arrived?chat=; POST faults {a Fault} (none: no more), do/{name} {arguments}."""

        async def counts(_: web.Request) -> web.Response:
            return web.json_response(self.counts())

        async def calls(request: web.Request) -> web.Response:
            return web.json_response([asdict(one) for one in list(self.calls)[-int(request.query.get("last", 100)) :]])

        async def arrived(request: web.Request) -> web.Response:
            only = request.query.get("chat")
            chats = {only: self.arrived.get(only, [])} if only else self.arrived
            return web.json_response({chat: [[one.id, one.text] for one in shown] for chat, shown in chats.items()})

        async def faults(request: web.Request) -> web.Response:
            wanted = await request.json()
            self.faults = [*self.faults, Fault(**wanted)] if wanted else []
            return web.json_response(len(self.faults))

        async def do(request: web.Request) -> web.Response:
            return web.json_response(await self.controls[request.match_info["name"]](**await request.json()))

        return [
            web.get("/_fake/counts", counts),
            web.get("/_fake/calls", calls),
            web.get("/_fake/arrived", arrived),
            web.post("/_fake/faults", faults),
            web.post("/_fake/do/{name}", do),
        ]


def serve(service: FakeService, arguments: argparse.Namespace) -> None:
    """Run as a program until SIGTERM or SIGINT; prints where it listens."""

    async def run() -> None:
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        await service.start(arguments.host, arguments.port)
        print(f"listening on {service.url}", flush=True)
        await ended.wait()
        await service.stop()

    asyncio.run(run())


def options(about: str) -> argparse.ArgumentParser:
    """What every service takes on its command line."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    return parser
