"""The worker as a process of its own: does what is due, is killed, goes on where it was."""

import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import insert

from secretary.conversations.models import ChatSession
from secretary.kernel.clock import uuid7
from secretary.kernel.db import Database
from secretary.kernel.events import EventBus
from secretary.kernel.jobs import NewJob, enqueue
from secretary.kernel.unit import UnitFactory
from secretary.migrations import migrate
from secretary.operations.work import FOLD
from tests.support.process import start

WORKER = {"SECRETARY_ROLES": "worker"}
HOURS = 24 * 400


async def history(folder: Path) -> str:
    """A conversation an hour for more than a year, and a job to count them that is due. Returns its id."""
    database = Database(f"sqlite:///{folder / 'secretary.db'}")
    await migrate(database)
    begun = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS + 1)
    rows = [
        {
            "id": uuid7(), "title": "", "assistant_id": "a", "source": "widget", "source_id": "w", "contact_key": "c",
            "address_hash": "", "language": "ru", "last_seq": 0, "created": at, "updated": at,
        }
        for at in (begun + timedelta(hours=hour) for hour in range(HOURS))
    ]  # fmt: skip
    async with UnitFactory(database, EventBus()).write() as unit:
        await unit.db.execute(insert(ChatSession), rows)
        job_id = await enqueue(unit, NewJob(FOLD))
    await database.close()
    return job_id


@contextmanager
def worker(folder: Path, environment=WORKER):
    process = start(folder, environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        process.stdout.close()


def ask(folder: Path, sql: str, *values: object):
    with closing(sqlite3.connect(folder / "secretary.db", timeout=10)) as connection:
        return connection.execute(sql, values).fetchone()


def until(process: subprocess.Popen[str], folder: Path, job_id: str, is_so: Callable[[str, int], bool]):
    """Look at the job again and again while the process works: state, hours done, all hours, attempts."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        state, progress, attempts = ask(folder, "select state, progress, attempts from jobs where id = ?", job_id)
        read = orjson.loads(progress) if progress else {"done": 0, "total": 0}
        if is_so(state, read["done"]):
            return state, read["done"], read["total"], attempts
        with suppress(subprocess.TimeoutExpired):
            raise AssertionError(f"ended with {process.wait(0.01)}: {process.stdout.read()}")
    raise AssertionError((state, progress, attempts))


def test_killed_in_mid_job_it_goes_on_and_does_it_once(tmp_path, run):
    job_id = run(history(tmp_path))
    with worker(tmp_path) as process:
        _, done, total, _ = until(process, tmp_path, job_id, lambda state, done: done >= 240)
        process.kill()
    assert done < total
    state, kept = ask(tmp_path, "select state, progress from jobs where id = ?", job_id)
    assert state == "running"
    with worker(tmp_path) as process:
        assert until(process, tmp_path, job_id, lambda state, done: done >= orjson.loads(kept)["done"])
        _, done, total, attempts = until(process, tmp_path, job_id, lambda state, done: state == "done")
        began = time.monotonic()
        process.terminate()
        assert process.wait(10) == 0
        assert time.monotonic() - began < 10
        output = process.stdout.read()
    assert done == total
    assert total in {HOURS, HOURS + 1}  # an empty one, when the present hour is not young
    assert attempts == 2
    assert ask(tmp_path, "select count(*), count(distinct hour) from overview_hours") == (4 * HOURS, HOURS)
    assert "worker" in output
    assert "/health" not in output
    assert "Traceback" not in output


def test_roles_share_an_embedded_database_only_one_after_the_other(tmp_path, run):
    job_id = run(history(tmp_path))
    with worker(tmp_path) as process:
        until(process, tmp_path, job_id, lambda state, done: done > 0)
        second = start(tmp_path, {"SECRETARY_ROLES": "web"})
        output, _ = second.communicate(timeout=30)
        assert second.returncode == 1
        assert "Another secretary" in output


@pytest.mark.parametrize("roles", ["cook", "web,cook", ","])
def test_unknown_role_is_named(tmp_path, roles):
    process = start(tmp_path, {"SECRETARY_ROLES": roles})
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "SECRETARY_ROLES" in output
    assert "Traceback" not in output
