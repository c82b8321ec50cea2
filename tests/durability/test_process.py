"""The real program: started, asked, killed, started again."""

import asyncio
import json
import time
import urllib.request
from contextlib import closing

import pytest

from tests.support.llm_upstream import LlmUpstream, answering, chunk, hanging
from tests.support.process import Served, start
from tests.support.wire import WireVisitor, read_until

QUESTION = "Расскажи про море"


def environment(upstream):
    return {"VLLM_API_URL": upstream.base_url, "VLLM_MODEL": "test"}


def until_stored(visitor, wanted):
    """Ask for the history until an answer with this text is in it: it is stored once a second."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if any(wanted in message["content"] for message in visitor.history()):
            return
    raise AssertionError(f"{wanted!r} was not stored: {visitor.history()}")


async def test_kill_in_mid_answer_loses_no_message_and_marks_the_answer_interrupted(tmp_path):
    async with LlmUpstream(hanging(chunk("Море большое")), answering(["Потом ", "ответ"])) as upstream:
        first = await asyncio.to_thread(Served, tmp_path, environment(upstream))
        with first, closing(WireVisitor(first.url)) as visitor:
            await asyncio.to_thread(visitor.arrive)
            stream = await asyncio.to_thread(visitor.begin, QUESTION, "first-message")
            await asyncio.to_thread(read_until, stream, "Море большое")
            waiting = await asyncio.to_thread(visitor.begin, "А что ещё расскажешь?", "second-message")
            await asyncio.to_thread(read_until, waiting, "user_message")
            await asyncio.to_thread(until_stored, visitor, "Море большое")
            first.kill()
        second = await asyncio.to_thread(Served, tmp_path, environment(upstream))
        with second, closing(WireVisitor(second.url, visitor.session_id, visitor.token)) as again:
            await asyncio.to_thread(until_stored, again, "Потом ответ")
            history = await asyncio.to_thread(again.history)
            assert [(message["content"], message["status"]) for message in history] == [
                (QUESTION, "complete"),
                ("Море большое", "interrupted"),
                ("А что ещё расскажешь?", "complete"),
                ("Потом ответ", "complete"),
            ]
            repeated = await asyncio.to_thread(again.begin, QUESTION, "first-message")
            assert "Море большое" in await asyncio.to_thread(read_until, repeated, "[DONE]")
            assert len(await asyncio.to_thread(again.history)) == 4


async def test_stop_ends_within_ten_seconds_and_keeps_what_was_said(tmp_path):
    async with LlmUpstream(hanging(chunk("Море большое"))) as upstream:
        served = await asyncio.to_thread(Served, tmp_path, environment(upstream))
        with served, closing(WireVisitor(served.url)) as visitor:
            await asyncio.to_thread(visitor.arrive)
            stream = await asyncio.to_thread(visitor.begin, QUESTION, "first-message")
            await asyncio.to_thread(read_until, stream, "Море большое")
            began = time.monotonic()
            assert await asyncio.to_thread(served.stop) == 0
            assert time.monotonic() - began < 10
        await upstream.until_all_left()
        second = await asyncio.to_thread(Served, tmp_path, environment(upstream))
        with second, closing(WireVisitor(second.url, visitor.session_id, visitor.token)) as again:
            [_, answer] = await asyncio.to_thread(again.history)
            assert (answer["content"], answer["status"]) == ("Море большое", "interrupted")


def sign_in(url, username, password):
    body = json.dumps({"username": username, "password": password}).encode()
    request = urllib.request.Request(f"{url}/admin/auth/login", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["access_token"]


def test_first_start_prints_a_password_once_and_it_opens_the_door(tmp_path):
    with Served(tmp_path) as first:
        password = first.text.split("password")[-1].split()[0]
        assert sign_in(first.url, "admin", password)
        assert first.stop() == 0
        assert password in first.text
    with Served(tmp_path) as second:
        assert "password" not in second.text
        assert sign_in(second.url, "admin", password)
        assert second.stop() == 0
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert password.encode() not in stored


def test_second_start_on_the_same_folder_says_so_and_harms_nothing(tmp_path):
    with Served(tmp_path) as served:
        second = start(tmp_path)
        output, _ = second.communicate(timeout=30)
        assert second.returncode == 1
        assert "другой секретарь" in output
        assert "Another secretary" in output
        assert "Traceback" not in output
        with closing(WireVisitor(served.url)) as visitor:
            assert visitor.arrive().history() == []


def test_taken_port_is_named(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    with Served(one) as served:
        port = served.url.rsplit(":", 1)[1]
        second = start(two, {"ORCHESTRATOR_PORT": port})
        output, _ = second.communicate(timeout=30)
        assert second.returncode == 1
        assert port in output
        assert "ORCHESTRATOR_PORT" in output


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"ORCHESTRATOR_PORT": "eighty"}, "ORCHESTRATOR_PORT"),
        ({"ADMIN_AUTH_ENABLED": "false", "SECRETARY_HOST": "0.0.0.0"}, "ADMIN_AUTH_ENABLED"),
        ({"DATABASE_URL": "oracle://x"}, "DATABASE_URL"),
        ({"SECRETARY_SECRET_KEY": "short"}, "SECRETARY_SECRET_KEY"),
        ({"SECRETARY_HOST": "nohost.invalid"}, "SECRETARY_HOST"),
        ({"SECRETARY_DATA_DIR": "/proc/nope"}, "SECRETARY_DATA_DIR"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "DATABASE_URL"),
        ({"SECRETARY_PERSONA": "nobody"}, "persona"),
    ],
)
def test_wrong_setting_is_named_without_a_traceback(tmp_path, environment, named):
    process = start(tmp_path, environment)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert named in output
    assert "Traceback" not in output


def test_first_start_that_fails_costs_no_password(tmp_path):
    failed = start(tmp_path, {"SECRETARY_PERSONA": "nobody"})
    output, _ = failed.communicate(timeout=30)
    assert "password" not in output
    with Served(tmp_path) as served:
        assert sign_in(served.url, "admin", served.text.split("password")[-1].split()[0])


def test_data_is_nobody_elses(tmp_path):
    folder = tmp_path / "data"
    with Served(tmp_path, {"SECRETARY_DATA_DIR": str(folder)}):
        modes = {file.name: file.stat().st_mode & 0o077 for file in [folder, *folder.iterdir()]}
    assert len(modes) >= 4
    assert set(modes.values()) == {0}


def test_model_that_is_not_there_is_named_and_health_does_not_count_it(tmp_path):
    with Served(tmp_path, {"LOCAL_MODEL_PATH": str(tmp_path / "nope.gguf"), "LLM_BACKEND": "gemini"}) as served:
        until_printed(served, "model file is missing")
        until_printed(served, "gemini")
        with urllib.request.urlopen(f"{served.url}/health", timeout=10) as answer:
            assert json.load(answer)["services"]["llm"] is False


def until_printed(served, wanted):
    deadline = time.monotonic() + 10
    while wanted not in served.text:
        assert time.monotonic() < deadline, served.text
        served.process.poll()
