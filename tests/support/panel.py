"""The panel in a real browser, on a business that has been busy for some days: signed in, looked at, judged by axe."""

import asyncio
import json
import os
import re
import shutil
import time
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.process import Served
from tests.support.world import PASSWORD, build_world

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "panel" / "src"
FEATURES = SOURCE / "features"
AXE = ROOT / "panel" / "node_modules" / "axe-core" / "axe.min.js"
THEMES = ("light", "dark", "night")
ROLES = {"admin": "admin", "user": "olga", "web": "site", "guest": "guest"}
WIDE, PHONE = (1440, 900), (390, 844)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a browser says of an answer that a view expects and shows in words.
EXPECTED = re.compile(r"Failed to load resource: .* status of 40[34]|Service Worker registration blocked by Playwright")
REST = "!document.querySelector('main .animate-shimmer, main [aria-busy=true]')"
PATIENCE_S = 20


def is_built() -> bool:
    return (ROOT / "src" / "secretary" / "web" / "panel" / "index.html").is_file()


def need_panel() -> None:
    """Without a built panel there is nothing to look at: a failure where CI=true, a skip elsewhere."""
    if not is_built():
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say("the panel is not built: run `python hatch_build.py`")


@dataclass(frozen=True)
class Entry:
    """A feature as its descriptor says: where it opens, its parts, and the right that shows it."""

    name: str
    title: str
    paths: tuple[str, ...]
    module: str
    level: str
    is_in_nav: bool
    is_always_shown: bool


@cache
def entries() -> tuple[Entry, ...]:
    """Every feature there is."""
    return tuple(_entry(index) for index in sorted(FEATURES.glob("*/index.ts")))


def _entry(index: Path) -> Entry:
    text = index.read_text(encoding="utf-8")
    paths = [path for path in re.findall(r"path: '(/[^':]*)", text.split("palette:")[0]) if path != "/"]
    first = paths[0].rstrip("/")
    parts = [f"{first}/{part}" for part in re.findall(r"\{ path: '([a-z-]+)", text)]
    right = re.search(r"^  right: \{ module: '(\w+)'(?:, action: '(\w+)')?", text, re.MULTILINE)
    title = re.search(r"title: \{ ru: '([^']+)'", text)
    assert right, index
    assert title, index
    return Entry(
        index.parent.name, title[1], tuple(parts or [first]), right[1], right[2] or "view", "nav:" in text,
        "isShown" not in text,
    )  # fmt: skip


def views() -> dict[str, str]:
    """Every address that needs no record: features and their parts, by a name for pictures."""
    return {path.strip("/").replace("/", "-"): path for entry in entries() for path in entry.paths}


def records(url: str) -> dict[str, str]:
    """Addresses of views of one record each, of those that the world has."""
    token = sign_in(url)
    lists = {
        "conversation": ("/admin/chat/sessions?source=widget&limit=1", "sessions", "/inbox/{}"),
        "waiting": ("/admin/inbox?state=waiting", "sessions", "/inbox/{}"),
        "with-person": ("/admin/inbox?state=person&assignee=me", "sessions", "/inbox/{}"),
        "own-chat": ("/admin/chat/sessions?source=admin&limit=1", "sessions", "/playground/{}"),
        "widget": ("/admin/widget/instances", "instances", "/widgets/{}"),
        "assistant": ("/admin/assistants", "assistants", "/assistants/{}"),
        "document": ("/admin/wiki-rag/documents", "documents", "/knowledge/documents/{}"),
        "persona": ("/admin/llm/presets", "presets", "/personas/{}"),
    }
    known = "\n".join(index.read_text(encoding="utf-8") for index in FEATURES.glob("*/index.ts"))
    return {
        name: path.format(ask(url, asked, token)[rows][0]["id"])
        for name, (asked, rows, path) in lists.items()
        if path.split("{")[0].strip("/").split("/")[0] in known
    }


def ask(url: str, path: str, token: str = "", body: object = None) -> Any:
    """One call of the API, beside the browser."""
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url + path, data, headers), timeout=60) as answer:
        return json.load(answer)


def sign_in(url: str, role: str = "admin") -> str:
    return str(ask(url, "/admin/auth/login", body={"username": ROLES[role], "password": PASSWORD})["access_token"])


@cache
def _texts(path: Path) -> Mapping[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def words(key: str, language: str = "ru", **holes: object) -> str:
    """A text of the panel by its key, such as `faq.add`."""
    feature, _, rest = key.partition(".")
    folders = (FEATURES / feature, SOURCE / feature, SOURCE)
    folder = next(each for each in folders if (each / "locales").is_dir())
    found: Any = _texts(folder / "locales" / f"{language}.json")
    for part in (key if folder == SOURCE else rest).split("."):
        found = found[part]
    return str(found).format(**holes) if holes else str(found)


@dataclass
class Panel:
    """One person at one screen. `faults` are what his browser's console complained of."""

    page: Any
    url: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a view and wait until it has come to rest."""
        self.page.evaluate("path => { location.hash = path }", path)
        self.rest()

    def rest(self) -> None:
        self.page.locator("main h1").first.wait_for(state="attached")
        self.page.wait_for_timeout(200)
        self.until(REST)

    def until(self, condition: str) -> None:
        """Wait until this is true of the page. Playwright's own way to wait needs `eval`, which the page forbids."""
        end = time.monotonic() + PATIENCE_S
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, f"never true: {condition}"
            self.page.wait_for_timeout(50)

    def wear(self, theme: str) -> None:
        """Put a theme on; colours that glide into it are there at once."""
        self.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        self.until(  # what inherits a colour may begin to glide when the other has ended
            """() => {
                const gliding = document.getAnimations().filter(one => one.effect?.getTiming().iterations !== Infinity)
                for (const one of gliding) one.finish()
                return !gliding.length
            }"""
        )

    def axe(self) -> list[str]:
        """What axe finds, a line each; empty is good."""
        # The policy of the page lets nobody add a script; what the debugger evaluates is not asked.
        if not self.page.evaluate("() => 'axe' in window"):
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

    def look(self, name: str) -> list[str]:
        """Everything that is wrong with what is shown now, a line each."""
        found = [f"{name}: {line}" for line in self.axe()]
        if (wider := self.overflow()) > 0:
            found.append(f"{name}: {wider} px wider than the screen")
        found += [f"{name}: console: {fault}" for fault in self.faults]
        self.faults.clear()
        return found

    def press(self, code: str, key: str, **more: object) -> None:
        """A key by its place, with the letter that the layout gives it: `KeyK` is «л» on a Russian one."""
        pressed = {"code": code, "key": key, "bubbles": True, "cancelable": True, **more}
        self.page.evaluate(
            "pressed => (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', pressed))",
            pressed,
        )

    def click(self, key: str, role: str = "button") -> None:
        """Click what has this text of the panel."""
        self.page.get_by_role(role, name=words(key), exact=True).first.click()


def world_in(folder: Path, *, days: int = 3, tricks: bool = True) -> dict[str, Any]:
    """A world of so many days, and what is to be known of it. Not on this thread: Playwright's loop runs there."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, build_world(folder, days=days, tricks=tricks)).result().facts


@contextmanager
def served_copy(world: Path, folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Served]:
    """The program on a copy of a world that was built once."""
    shutil.copytree(world, folder, ignore=shutil.ignore_patterns("*.lock"))
    with Served(folder, environment) as served:
        yield served


@contextmanager
def at_login(
    browser: Any, url: str, *, size: tuple[int, int] = WIDE, language: str = "ru-RU", **more: Any
) -> Iterator[Panel]:
    """Somebody before the login page."""
    viewport = {"width": size[0], "height": size[1]}
    options = {"service_workers": "block", "reduced_motion": "reduce", **more}
    context = browser.new_context(viewport=viewport, locale=language, timezone_id="Europe/Moscow", **options)
    context.set_default_timeout(20_000)
    panel = Panel(context.new_page(), url)

    def hear(text: str) -> None:
        if not EXPECTED.search(text):
            panel.faults.append(text)

    panel.page.on("pageerror", lambda error: hear(f"{error}"))
    panel.page.on("console", lambda said: hear(said.text) if said.type in {"error", "warning"} else None)
    panel.page.goto(f"{url}/admin/")
    panel.page.locator("input[autocomplete=username]").wait_for()
    try:
        yield panel
    finally:
        context.close()


def enter(panel: Panel, role: str = "admin", password: str = PASSWORD) -> None:
    panel.page.locator("input[autocomplete=username]").fill(ROLES[role])
    panel.page.locator("input[autocomplete=current-password]").fill(password)
    panel.page.keyboard.press("Enter")


@contextmanager
def at_panel(browser: Any, url: str, role: str = "admin", **more: Any) -> Iterator[Panel]:
    """Somebody of this role, signed in by the login page."""
    with at_login(browser, url, **more) as panel:
        enter(panel, role)
        panel.page.locator("#main").wait_for()
        panel.rest()
        yield panel
