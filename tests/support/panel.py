"""The panel in a real browser, on a business that has been busy for some days: signed in, looked at, judged by axe."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.process import Served
from tests.support.world import PASSWORD, build_world

ROOT = Path(__file__).parents[2]
FEATURES = ROOT / "panel" / "src" / "features"
AXE = ROOT / "panel" / "node_modules" / "axe-core" / "axe.min.js"
THEMES = ("light", "dark", "night")
ROLES = {"admin": "admin", "user": "olga", "web": "site", "guest": "guest"}
WIDE, PHONE = (1440, 900), (390, 844)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def is_built() -> bool:
    return (ROOT / "src" / "secretary" / "web" / "panel" / "index.html").is_file()


def views() -> dict[str, str]:
    """The first address of every feature of the navigation, by the feature's name."""
    found = {}
    for index in sorted(FEATURES.glob("*/index.ts")):
        text = index.read_text(encoding="utf-8")
        if path := re.search(r"path: '(/[^':]*)'", text):
            found[index.parent.name] = path[1]
    return found


@dataclass
class Panel:
    """One person at one screen. `faults` are what his browser's console complained of."""

    page: Any
    url: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a view and wait until it has come to rest."""
        self.page.goto(f"{self.url}/admin/#{path}")
        self.rest()

    def rest(self) -> None:
        self.page.locator("main h1, main h2").first.wait_for()
        self.page.wait_for_function("() => !document.querySelector('[aria-busy=true], [data-skeleton]')")

    def wear(self, theme: str) -> None:
        self.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)

    def axe(self) -> list[str]:
        """What axe finds, a line each; empty is good."""
        # The policy of the page lets nobody add a script; what the debugger evaluates is not asked.
        self.page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
        options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{one['id']}: {one['help']}: {[node['target'][0] for node in one['nodes']][:3]}"
            for one in found["violations"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@contextmanager
def served_panel(folder: Path, *, days: int = 4, tricks: bool = False) -> Iterator[tuple[Served, dict[str, Any]]]:
    """The program on a world of so many days; and what is to be known of the world."""
    world = asyncio.run(build_world(folder, days=days, tricks=tricks))
    with Served(folder) as served:
        yield served, world.facts


@contextmanager
def at_panel(
    browser: Any, url: str, role: str = "admin", *, size: tuple[int, int] = WIDE, language: str = "ru-RU", **more: Any
) -> Iterator[Panel]:
    """Somebody of this role, signed in by the login page."""
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, locale=language, timezone_id="Europe/Moscow", **more)
    page = context.new_page()
    panel = Panel(page, url)
    page.on("pageerror", lambda error: panel.faults.append(str(error)))
    page.on("console", lambda said: panel.faults.append(said.text) if said.type in {"error", "warning"} else None)
    page.goto(f"{url}/admin/")
    page.locator("input[autocomplete=username]").fill(ROLES[role])
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    panel.rest()
    try:
        yield panel
    finally:
        context.close()
