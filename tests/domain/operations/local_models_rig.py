"""A puller on a loopback hub, with no clock of its own and no waiting."""

from pathlib import Path

from tests.support.hub import Hub

from secretary.adapters.hub import HuggingFace
from secretary.kernel.http import HttpClient
from secretary.operations.local_models.names import wanted
from secretary.operations.local_models.pull import Order, Puller
from secretary.operations.local_models.shelf import Shelf

NAME = "acme/Small-GGUF"
FILE = "small-q4_k_m.gguf"
PLENTY = 10**15


class Rig:
    """`told` is every progress, `slept` every pause between attempts."""

    def __init__(self, folder: Path, hub: Hub, *, token: str = "", room: int = PLENTY) -> None:
        self.hub, self.folder = hub, folder / "models"
        self.http = HttpClient(frozenset({"127.0.0.1"}))
        self.shelf = Shelf(self.folder)
        self.told, self.slept, self.now = [], [], 0.0
        self.room = room

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        self.puller = Puller(
            HuggingFace(self.http, hub.url, token),
            self.shelf,
            free=lambda _: self.room,
            monotonic=self.tick,
            sleep=sleep,
            luck=lambda: 0.0,
        )

    def tick(self) -> float:
        """Each look at the clock is a second later: every progress is told."""
        self.now += 1.0
        return self.now

    async def report(self, progress) -> None:
        self.told.append(progress)

    async def pull(self, name: str = f"{NAME}:{FILE}", **order):
        return await self.puller.pull(Order(wanted(name), **order), self.report)

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.is_dir() else []
