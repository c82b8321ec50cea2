"""After an unclean end: what was stored is there, and damage is said before anybody works on top of it."""

import asyncio
import sqlite3
import time
from contextlib import closing

import pytest

from secretary.app import soundness
from secretary.kernel.db import Database, Fault
from secretary.kernel.errors import Internal
from tests.support.process import Served, start
from tests.support.wire import WireVisitor, read_until

PRICE = "Сколько стоит доставка?"


def work_and_die(folder):
    with Served(folder) as served:
        assert served.stop() == 0
    with Served(folder) as served, closing(WireVisitor(served.url)) as visitor:
        visitor.arrive()
        read_until(visitor.begin(PRICE, "message-1"), "[DONE]")
        served.kill()
        return visitor.session_id, visitor.token


def damage(file):
    """Overwrite a page that no start reads."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        size = database.execute("pragma page_size").fetchone()[0]
        page = database.execute("select rootpage from sqlite_master where name = 'user_consents'").fetchone()[0]
    with file.open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xff" * size)


def test_what_was_stored_is_there_and_the_file_is_looked_through(tmp_path):
    session_id, token = work_and_die(tmp_path)
    assert (tmp_path / "secretary.db-wal").stat().st_size > 0
    with Served(tmp_path) as served, closing(WireVisitor(served.url, session_id, token)) as visitor:
        assert [message["role"] for message in visitor.history()] == ["user", "assistant"]
        assert "database_was_left_open" in served.text
        assert served.stop() == 0
        assert "database_looked_through" in served.text
    with Served(tmp_path) as served:
        assert "database_was_left_open" not in served.text


def test_torn_page_is_said_at_the_start_after_an_unclean_end(tmp_path):
    work_and_die(tmp_path)
    damage(tmp_path / "secretary.db")
    before = (tmp_path / "secretary.db").read_bytes()
    failed = start(tmp_path)
    output, _ = failed.communicate(timeout=30)
    assert failed.returncode == 1
    assert "damaged" in output
    assert "backup" in output
    assert "резервной копии" in output
    assert "Traceback" not in output
    assert (tmp_path / "secretary.db").read_bytes() == before


@pytest.fixture
def torn(tmp_path):
    work_and_die(tmp_path)
    damage(tmp_path / "secretary.db")
    return Database(f"sqlite:///{tmp_path / 'secretary.db'}")


async def test_large_file_is_looked_through_meanwhile(torn, monkeypatch):
    monkeypatch.setattr(soundness, "PATIENCE_S", 0.0)
    async with soundness.checked(torn):
        deadline = time.monotonic() + 10
        while torn.fault is None:
            assert time.monotonic() < deadline
            await asyncio.sleep(0)
        torn.stored()
        assert torn.fault is Fault.DAMAGED, "a write that succeeds mends nothing"
    await torn.close()


async def test_damage_found_in_time_ends_the_start(torn):
    with pytest.raises(Internal) as raised:
        async with soundness.checked(torn):
            pytest.fail("worked on a torn file")
    assert raised.value.code == "database_damaged"
    await torn.close()
