"""The life of the child process: every way to fail says so, it is restarted, and it never outlives us."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.contract.chat_model.children import child_command, gguf

from secretary.adapters.llm.local import LocalModel, LocalModelCode, LocalModelSpec, LocalModelState, describe
from secretary.adapters.llm.local.child import SERVER_COMMAND
from secretary.adapters.llm.local.spec import physical_cores
from secretary.adapters.llm.local.supervisor import Patience
from secretary.kernel.errors import Invalid, Upstream
from secretary.kernel.http import HttpClient
from secretary.llm.ports import Finish, Message, Prompt, TimeLimits

PROMPT = Prompt([Message("user", "Hi")])
HASTE = Patience(start_s=2.0, first_pause_s=0.01, longest_pause_s=0.05)


@asynccontextmanager
async def _model(path: Path, behaviour: str, patience: Patience = HASTE) -> AsyncGenerator[LocalModel, None]:
    http = HttpClient()
    limits = TimeLimits(first_token_s=5.0)
    model = LocalModel(LocalModelSpec(path), http, limits=limits, patience=patience, command=child_command(behaviour))
    try:
        yield model
    finally:
        await model.close()
        await http.aclose()


async def _fault(model: LocalModel) -> str:
    with pytest.raises(Upstream) as raised:
        async for _ in model.stream(PROMPT):
            pass
    return raised.value.code


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("behaviour", "content", "code"),
    [
        ("answers", None, LocalModelCode.NO_FILE),
        ("answers", b"<html>", LocalModelCode.NOT_A_MODEL),
        ("answers", b"", LocalModelCode.NOT_A_MODEL),
        ("without-runtime", b"GGUF", LocalModelCode.NO_RUNTIME),
        ("dies", b"GGUF", LocalModelCode.FAILED),
    ],
)
async def test_model_that_cannot_load_says_why(
    tmp_path: Path, behaviour: str, content: bytes | None, code: LocalModelCode
) -> None:
    path = tmp_path / "none.gguf" if content is None else gguf(tmp_path, content)
    async with _model(path, behaviour) as model:
        assert model.state().code is LocalModelCode.STOPPED
        assert await _fault(model) == "llm_unreachable"
        assert model.state().code is code


async def test_model_that_loads_for_too_long_is_given_up(tmp_path: Path) -> None:
    async with _model(gguf(tmp_path), "deaf", Patience(start_s=0.05)) as model:
        assert await _fault(model) == "llm_unreachable"
        assert model.state().code is LocalModelCode.FAILED


async def test_file_that_appears_later_is_found(tmp_path: Path) -> None:
    async with _model(tmp_path / "small.gguf", "answers") as model:
        assert await _fault(model) == "llm_unreachable"
        gguf(tmp_path)
        assert isinstance([piece async for piece in model.stream(PROMPT)][-1], Finish)


async def test_killed_child_is_replaced(tmp_path: Path) -> None:
    async with _model(gguf(tmp_path), "answers") as model:
        model.start()
        assert await model.is_ready(5.0)
        pid = model.child_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await model._process.supervisor.notice()
        assert model.state().code is LocalModelCode.RESTARTING
        assert isinstance([piece async for piece in model.stream(PROMPT)][-1], Finish)
        assert model.child_pid != pid


async def test_closing_ends_the_child_and_leaves_nothing(tmp_path: Path) -> None:
    async with _model(gguf(tmp_path), "answers") as model:
        model.start()
        assert await model.is_ready(5.0)
        pid = model.child_pid
        assert pid is not None
        await model.close()
        assert not _is_alive(pid)
        assert not model._process.folder.exists()
        assert model.state().code is LocalModelCode.STOPPED
        model.start()
        assert await _fault(model) == "llm_unreachable"


async def test_closing_while_loading_ends_the_child(tmp_path: Path) -> None:
    async with _model(gguf(tmp_path), "deaf") as model:
        model.start()
        async with asyncio.timeout(2):
            while (pid := model.child_pid) is None:
                await asyncio.sleep(0.005)
        await model.close()
        assert not _is_alive(pid)


async def test_folder_of_the_socket_is_ours_alone(tmp_path: Path) -> None:
    async with _model(gguf(tmp_path), "answers") as model:
        model.start()
        assert await model.is_ready(5.0)
        assert model._process.folder.stat().st_mode & 0o777 == 0o700


def test_real_child_dies_with_its_parent(tmp_path: Path) -> None:
    """The parent is killed -9 while the child waits for its options: the worst moment, nothing was said yet."""
    parent = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen({list(SERVER_COMMAND)!r}, stdin=subprocess.PIPE)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, cwd=tmp_path)
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdout.close()
    for _ in range(200):
        if not _is_running(pid):
            break
        asyncio.run(asyncio.sleep(0.01))
    assert not _is_running(pid)


def _is_running(pid: int) -> bool:
    """Alive and no zombie: in a container nobody may reap an orphan."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_sidecar_names_languages_and_context(tmp_path: Path) -> None:
    path = gguf(tmp_path)
    assert describe(path) == LocalModelSpec(path, frozenset({"ru", "en"}), 4096)
    path.with_suffix(".json").write_text('{"languages": ["en"], "context_tokens": 2048}')
    assert describe(path, threads=3) == LocalModelSpec(path, frozenset({"en"}), 2048, 3)
    assert describe(path, languages=["ru"]).languages == {"ru"}
    path.with_suffix(".json").write_text('{"pooling": "cls"}')
    assert describe(path).pooling == "cls"


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"pooling": "best"}',
        '{"pooling": []}',
        '{"languages": ["de"]}',
        '{"languages": 7}',
        '{"context_tokens": "x"}',
    ],
)
def test_sidecar_that_does_not_read_is_invalid(tmp_path: Path, text: str) -> None:
    path = gguf(tmp_path)
    path.with_suffix(".json").write_text(text)
    with pytest.raises(Invalid, match="local_model_sidecar"):
        describe(path)


def test_threads_are_the_physical_cores_and_four_at_most() -> None:
    assert LocalModelSpec(Path("x.gguf")).thread_count == min(physical_cores(), 4)
    assert LocalModelSpec(Path("x.gguf"), threads=7).thread_count == 7


@pytest.mark.parametrize("code", LocalModelCode)
def test_every_state_has_words_in_both_languages(code: LocalModelCode) -> None:
    state = LocalModelState(code)
    assert state.text("en").isascii()
    assert not state.text("ru").isascii()
