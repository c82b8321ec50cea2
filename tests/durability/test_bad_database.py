"""A database that cannot be trusted or written: said plainly, and nothing accepted is lost."""

import json
import resource
import sqlite3
import threading
from contextlib import closing

from tests.support.process import Served, start
from tests.support.wire import WireVisitor, read_until


def ask(visitor, text, message_id):
    """The status and what came; a refusal is an answer, too."""
    answer = visitor.begin(text, message_id)
    return answer.status, read_until(answer, "[DONE]") if answer.status == 200 else answer.read().decode()


def test_damaged_file_is_refused_untouched_and_points_to_the_backup(tmp_path):
    with Served(tmp_path) as served:
        served.stop()
    file = tmp_path / "secretary.db"
    for damage in (b"this is no database at all" * 100, file.read_bytes()[:4096] + b"\xff" * 8192):
        file.write_bytes(damage)
        for leftover in ("secretary.db-wal", "secretary.db-shm"):
            (tmp_path / leftover).unlink(missing_ok=True)
        failed = start(tmp_path)
        output, _ = failed.communicate(timeout=30)
        assert failed.returncode == 1
        assert "damaged" in output
        assert "backup" in output
        assert "резервной копии" in output
        assert "Traceback" not in output


def test_full_disk_refuses_clearly_goes_on_and_loses_nothing_accepted(tmp_path):
    with Served(tmp_path) as served, closing(WireVisitor(served.url)) as visitor:
        visitor.arrive()
        assert ask(visitor, "Сколько стоит доставка?", "message-before")[0] == 200
        largest = max(file.stat().st_size for file in tmp_path.glob("secretary.db*"))
        resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
        accepted, refused = ["message-before"], None
        for number in range(200):
            status, said = ask(visitor, f"Вопрос {'длинный ' * 300}{number}", f"message-{number}")
            if status != 200:
                refused = json.loads(said)
                break
            accepted.append(f"message-{number}")
        assert refused is not None, "the disk never filled up"
        assert refused["code"] == "storage_failed"
        assert "disk" in refused["detail"] or "диск" in refused["detail"]
        assert served.process.poll() is None
        resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert ask(visitor, "Сколько стоит доставка?", "message-after")[0] == 200
        served.stop()
    with closing(sqlite3.connect(tmp_path / "secretary.db")) as database:
        found = database.execute("select client_message_id from chat_messages where role = 'user'")
        stored = {row[0] for row in found}
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    assert stored >= {*accepted, "message-after"}


def test_locked_database_is_waited_for(tmp_path):
    with Served(tmp_path) as served, closing(WireVisitor(served.url)) as visitor:
        visitor.arrive()
        with closing(sqlite3.connect(tmp_path / "secretary.db", isolation_level=None)) as other:
            other.execute("begin immediate")
            came = []
            asking = threading.Thread(target=lambda: came.append(ask(visitor, "Сколько стоит доставка?", "message-1")))
            asking.start()
            asking.join(0.5)
            assert came == []
            other.execute("rollback")
            asking.join(15)
        assert came[0][0] == 200
        assert "300" in came[0][1]
