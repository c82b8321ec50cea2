"""OpenAI's own Node client against the program on a real socket; left out where Node or the package cannot be had."""

import asyncio
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import hatch_build
import pytest

HERE = Path(__file__).parent / "node"
NODE = (20, 0)


@pytest.fixture(scope="session")
def client_folder():
    """The locked client in a folder outside of the repository, made once for each lock file."""
    try:
        npm, path = hatch_build.npm_and_path(NODE)
    except RuntimeError as reason:
        pytest.skip(str(reason))
    lock = (HERE / "package-lock.json").read_bytes()
    folder = Path(tempfile.gettempdir(), f"ai-secretary-node-client-{hashlib.sha256(lock).hexdigest()[:12]}")
    if not (folder / "ready").exists():
        _install([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], path, folder)
    return folder, path


def _install(command, path, folder):
    making = Path(tempfile.mkdtemp(prefix="ai-secretary-node-client-"))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, making)
    done = subprocess.run(
        command, cwd=making, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False, timeout=90
    )
    if done.returncode:
        shutil.rmtree(making)
        pytest.skip(f"the openai package for Node cannot be had: {done.stderr.strip()[-300:]}")
    (making / "ready").touch()
    try:
        making.rename(folder)
    except OSError:  # another worker was faster
        shutil.rmtree(making)


def test_lock_file_names_no_registry():
    assert not re.search(rb"https?://|resolved", (HERE / "package-lock.json").read_bytes())


async def test_official_node_client(house, client_folder):
    folder, path = client_folder
    shutil.copy(HERE / "clients.mjs", folder)
    house.app.backends.named()["busy"].model.calls = 0
    endless = house.app.backends.named()["endless"].model
    before = endless.cancelled
    process = await asyncio.create_subprocess_exec(
        shutil.which("node", path=path) or "node",
        "clients.mjs",
        cwd=folder,
        env={
            "PATH": path,
            "BASE_URL": house.url,
            "KEY": house.key,
            "WRONG_KEY": house.wrong_key,
            "EMBEDS": house.embeds,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said
    assert len(re.findall(r"^ok \w+$", said, re.MULTILINE)) == (HERE / "clients.mjs").read_text().count("\n  async ")
    async with asyncio.timeout(3):
        while endless.cancelled == before:
            await asyncio.sleep(0.01)
