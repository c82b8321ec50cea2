"""The whole of what a machine can say about the panel's looks, and pictures for what only eyes can.

`tools/check-ui` judges every view in every theme, for every role, at both sizes; `--pictures FOLDER` takes pictures.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.support.browser import ARGUMENTS
from tests.support.panel import (
    PHONE,
    ROLES,
    THEMES,
    WIDE,
    Panel,
    ask,
    at_login,
    at_panel,
    enter,
    entries,
    is_built,
    records,
    served_copy,
    sign_in,
    views,
    world_in,
)

LIGHTHOUSE = "lighthouse@12.8.2"
CHROMIUM = "/usr/bin/chromium"
MOST_KB, MOST_REQUESTS, MOST_SHIFT = 200, 20, 0.02
SIZES = {"wide": WIDE, "phone": PHONE}


def seen_by(url: str, role: str) -> dict[str, str]:
    """The views that this role is shown; views of one record for those who see all of them."""
    rights = ask(url, "/admin/auth/me", sign_in(url, role))["rights"]
    granted = {path for one in entries() if rights.get(one.module, {}).get(one.level) for path in one.paths}
    every = {name: path for name, path in views().items() if path in granted}
    return every | (records(url) if role == "admin" else {})


def judged(browser: Any, url: str) -> Iterator[str]:
    """What is wrong, a line each."""
    for role in ROLES:
        every = sorted(seen_by(url, role).items())
        for size, screen in SIZES.items():
            print(f"{role}, {size}: {len(every)} views × {len(THEMES)} themes", flush=True)
            with at_panel(browser, url, role, size=screen) as panel:
                for name, path in every:
                    panel.go(path)
                    for theme in THEMES:
                        panel.wear(theme)
                        yield from panel.look(f"{role} {size} {theme} {name}")
    for screen in SIZES.values():
        with at_login(browser, url, size=screen) as panel:
            for theme in THEMES:
                panel.wear(theme)
                yield from panel.look(f"login {theme}")


def measured(playwright: Any, url: str) -> Iterator[str]:
    """What Lighthouse finds on the login page at a first visit, and on the overview."""
    with tempfile.TemporaryDirectory() as profile:
        port = 9333
        options = {"executable_path": CHROMIUM, "args": [*ARGUMENTS, f"--remote-debugging-port={port}"]}
        context = playwright.chromium.launch_persistent_context(profile, **options)
        try:
            yield from _lighthouse(f"{url}/admin/#/login", port, "login", is_first=True)
            page = context.new_page()
            page.goto(f"{url}/admin/")
            page.locator("input[autocomplete=username]").wait_for()
            enter(Panel(page, url))
            page.locator("#main").wait_for()
            page.close()
            yield from _lighthouse(f"{url}/admin/#/overview", port, "overview", is_first=False)
        finally:
            context.close()


def _lighthouse(url: str, port: int, name: str, *, is_first: bool) -> Iterator[str]:
    command = [
        "npx", "--yes", LIGHTHOUSE, url, f"--port={port}", "--output=json", "--quiet", "--preset=desktop",
        "--only-categories=accessibility,best-practices,performance",
        *([] if is_first else ["--disable-storage-reset"]),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        yield f"lighthouse {name}: {done.stderr[-500:]}"
        return
    report = json.loads(done.stdout)
    scores = {key: round(one["score"] * 100) for key, one in report["categories"].items() if one["score"] is not None}
    shift = report["audits"]["cumulative-layout-shift"]["numericValue"]
    asked = report["audits"]["network-requests"]["details"]["items"]
    first = [one for one in asked if not one.get("fromWorker") and "/sw.js" not in one["url"]]
    size = sum(one.get("transferSize", 0) for one in first) / 1024
    print(f"lighthouse {name}: {scores}, CLS {shift:.3f}, {size:.0f} kB in {len(first)} requests", flush=True)
    for key in ("accessibility", "best-practices"):
        if scores.get(key) != 100:
            failed = [one["id"] for one in report["audits"].values() if one.get("score") == 0]
            yield f"lighthouse {name}: {key} {scores.get(key)}: {failed}"
    if shift > MOST_SHIFT:
        yield f"lighthouse {name}: CLS {shift:.3f} is more than {MOST_SHIFT}"
    if is_first and (size > MOST_KB or len(first) > MOST_REQUESTS):
        yield f"lighthouse {name}: {size:.0f} kB in {len(first)} requests"


def pictures(browser: Any, url: str, folder: Path) -> None:
    """Every view in every theme at both sizes, as `light-wide-overview.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    every = sorted(seen_by(url, "admin").items())
    for size, screen in SIZES.items():
        with at_login(browser, url, size=screen) as panel:
            _shoot(panel, folder, size, "login")
        with at_panel(browser, url, size=screen) as panel:
            for name, path in every:
                panel.go(path)
                _shoot(panel, folder, size, name)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


def _shoot(panel: Panel, folder: Path, size: str, name: str) -> None:
    for theme in THEMES:
        panel.wear(theme)
        panel.page.screenshot(path=folder / f"{theme}-{size}-{name}.png")


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--pictures", type=Path, metavar="FOLDER", help="take pictures instead")
    words.add_argument("--world", type=Path, metavar="FOLDER", help="a data folder that was built before")
    words.add_argument("--no-lighthouse", action="store_true", help="judge by axe only")
    given = words.parse_args()
    if not is_built():
        print("The panel is not built: run `python hatch_build.py`.")
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.world or Path(scratch) / "world"
        if given.world is None:
            folder.mkdir()
            world_in(folder, days=30, tricks=given.pictures is None)
        with served_copy(folder, Path(scratch) / "data") as served, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            if given.pictures:
                pictures(browser, served.url, given.pictures.resolve())
                return 0
            found = list(judged(browser, served.url))
            browser.close()
            if not given.no_lighthouse:
                found += list(measured(playwright, served.url))
    print("\n".join([*found, f"{len(found)} findings"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
