"""Which Python measures: Debian's own where there is one, for another may be built without optimisation.

Debian's gets an environment with the locked packages in the temporary folder, made once for each lock file.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements" / "run.txt"
DEBIAN = Path("/usr/bin/python3")
UV = ROOT / ".venv" / "bin" / "uv"


def debian() -> Path | None:
    """Debian's Python with the program installed; None where it cannot be had, and then a line says why."""
    if not DEBIAN.exists() or not UV.exists():
        return None
    version = subprocess.run([DEBIAN, "-VV"], capture_output=True, check=True).stdout
    key = hashlib.sha256(version + LOCK.read_bytes() + str(ROOT).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir(), f"ai-secretary-bench-{key}")
    python, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists() and (failure := _install(folder, python)):
        print(f"{DEBIAN} is left out: {failure}")
        return None
    ready.touch()
    return python


def _install(folder: Path, python: Path) -> str:
    """Why it failed; "" when it did not."""
    pip = [UV, "pip", "install", "--quiet", "--python", python]
    steps: list[list[str | Path]] = [
        [UV, "venv", "--quiet", "--clear", "--python", DEBIAN, folder],
        [*pip, "--require-hashes", "--requirement", LOCK],
        [*pip, "--no-deps", "--editable", ROOT],
        [python, "-c", "import secretary.app.serve"],
    ]
    for step in steps:
        done = subprocess.run(
            step, capture_output=True, text=True, check=False, env=os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
        )
        if done.returncode:
            return (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return ""


def loop_s() -> float:
    """CPU seconds of a fixed piece of pure Python: how fast this interpreter is on this machine just now."""
    began = time.process_time()
    total = 0
    for number in range(5_000_000):
        total += number & 7
    return time.process_time() - began


def described() -> str:
    """The running interpreter in words."""
    folder = Path(sys.base_prefix, "bin")
    return f"Python {sys.version.split()[0]} of {folder} (a fixed loop takes it {loop_s():.2f} s of CPU)"
