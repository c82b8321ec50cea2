"""A database that cannot be written: refused at the start, and read from where it becomes so while we run."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from secretary.kernel.db import Fault
from tests.durability.own_database import PRICE, set_pragma
from tests.support.process import Served, start

KEY = {"SECRETARY_SECRET_KEY": "k" * 43}


@pytest.fixture
def folder():
    """A data folder after a clean end."""
    made = Path(tempfile.mkdtemp(prefix="secretary-read-only-"))
    with Served(made, KEY) as served:
        assert served.stop() == 0
    yield made
    made.chmod(0o700)
    shutil.rmtree(made)


def refused(process):
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1, output
    assert "read-only" in output
    assert "только для чтения" in output
    assert "Traceback" not in output
    return output


def start_without_rights(folder):
    """As somebody whom file modes bind: root may write everywhere unless he lays that down."""
    bound = ["setpriv", "--bounding-set", "-dac_override"] if os.getuid() == 0 else []
    environment = {"PATH": os.environ["PATH"], "SECRETARY_DATA_DIR": str(folder), "ORCHESTRATOR_PORT": "0", **KEY}
    return subprocess.Popen(
        [*bound, str(Path(sys.executable).with_name("secretary")), "serve"],
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


by_modes = pytest.mark.skipif(
    os.getuid() == 0 and shutil.which("setpriv") is None, reason="file modes do not bind root, and there is no setpriv"
)


def test_read_only_address_is_refused_at_the_start(folder):
    address = f"sqlite:///file:{folder / 'secretary.db'}?mode=ro&uri=true"
    refused(start(folder, {"DATABASE_URL": address, **KEY}))


@by_modes
def test_read_only_file_is_refused_at_the_start(folder):
    (folder / "secretary.db").chmod(0o400)
    refused(start_without_rights(folder))


@by_modes
def test_folder_where_nothing_can_be_made_is_refused_at_the_start(folder):
    folder.chmod(0o500)
    assert "its folder" in refused(start_without_rights(folder))


async def test_reading_goes_on_and_writing_is_refused_plainly_while_it_is_read_only(app, visitor):
    await visitor.ask(PRICE, "message-before")
    before = await visitor.history()
    await set_pragma(app, "query_only = 1")
    refused_one = await visitor.post(PRICE, "message-meanwhile")
    assert (refused_one.status, refused_one.json()["code"]) == (500, "storage_read_only")
    assert "read-only" in refused_one.json()["detail"]
    in_russian = await visitor.post(PRICE, "message-meanwhile", **{"accept-language": "ru"})
    assert "только для чтения" in in_russian.json()["detail"]
    assert app.database.fault is Fault.READ_ONLY
    assert await visitor.history() == before
    assert (await visitor.client.get("/widget/status")).status == 200
    await set_pragma(app, "query_only = 0")
    assert "300" in (await visitor.ask(PRICE, "message-meanwhile"))["content"]
    assert app.database.fault is None
    assert len(await visitor.history()) == len(before) + 2
