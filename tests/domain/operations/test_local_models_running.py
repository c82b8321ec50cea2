"""The file that is run: taken when it comes, replaced while somebody is being answered, ended when it goes."""

import asyncio
import os

import pytest
from tests.contract.chat_model.children import child_command
from tests.support.models import ScriptedModel

from secretary.app.local import LeavingModel, OnDisk
from secretary.kernel.http import HttpClient
from secretary.llm.ports import Delta, Message, Prompt
from secretary.llm.routing.backends import LOCAL, Backends
from secretary.operations.local_models.shelf import Shelf

PROMPT = Prompt([Message("user", "Hi")])


@pytest.fixture
def shelf(settings):
    folder = settings.data_dir / "models"
    folder.mkdir()
    return Shelf(folder)


@pytest.fixture
def disk(settings, shelf, run):
    http = HttpClient()
    disk = OnDisk(settings, shelf, http, grace_s=0.0, options={"command": child_command("answers")})
    yield disk
    run(disk.close())
    if disk.model is not None:
        run(disk.model.close())
    run(http.aclose())


def put(shelf, name, content=b"GGUF and nothing else"):
    (shelf.folder / name).write_bytes(content)


async def test_nothing_becomes_a_model_and_goes_again(shelf, disk):
    assert await disk.current() is None
    put(shelf, "b.gguf")
    first = await disk.current()
    assert first.capabilities.model == "b"
    assert await disk.current() is first
    put(shelf, "a.gguf")
    assert (await disk.current()).capabilities.model == "a"
    shelf.choose("b")
    assert (await disk.current()).capabilities.model == "b"
    shelf.remove("b")
    assert (await disk.current()).capabilities.model == "a"
    shelf.remove("a")
    assert await disk.current() is None


async def test_new_content_and_new_description_are_another_model(shelf, disk):
    put(shelf, "a.gguf")
    first = await disk.current()
    (shelf.folder / "a.json").write_text('{"context_tokens": 512}')
    second = await disk.current()
    assert (first is second, second.capabilities.context_tokens) == (False, 512)
    put(shelf, "new", b"GGUF of another")
    (shelf.folder / "new").replace(shelf.folder / "a.gguf")
    assert await disk.current() is not second


async def test_description_that_does_not_read_leaves_the_model_as_it_was(shelf, disk):
    put(shelf, "a.gguf")
    first = await disk.current()
    (shelf.folder / "a.json").write_text("{")
    assert await disk.current() is first


async def test_setting_outweighs_the_folder(settings, shelf):
    put(shelf, "a.gguf")
    mine = settings.model_copy(update={"local_model": settings.data_dir / "mine.gguf"})
    http = HttpClient()
    disk = OnDisk(mine, shelf, http)
    assert disk.model.capabilities.model == "mine"
    await http.aclose()


async def test_answer_is_given_to_its_end_though_the_model_is_replaced(shelf, disk):
    put(shelf, "a.gguf")
    first = await disk.current()
    pieces = first.stream(PROMPT)
    said = [await anext(pieces)]
    put(shelf, "b.gguf")
    shelf.choose("b")
    second = await disk.current()
    assert second is not first
    said += [piece async for piece in pieces]
    assert "".join(piece.text for piece in said if isinstance(piece, Delta)) == "Hello, world"
    await asyncio.gather(*disk._leaving)
    assert first.child_pid is None


async def test_model_that_nobody_listens_to_leaves_at_once_and_a_stuck_one_after_a_time(tmp_path):
    http, path = HttpClient(), tmp_path / "a.gguf"
    path.write_bytes(b"GGUF")
    from secretary.adapters.llm.local import LocalModelSpec

    model = LeavingModel(LocalModelSpec(path), http, command=child_command("answers"))
    pieces = model.stream(PROMPT)
    await anext(pieces)
    pid = model.child_pid
    await model.leave(grace_s=0.0, longest_s=0.05)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    await pieces.aclose()
    await http.aclose()


class Started(ScriptedModel):
    started = 0

    def start(self):
        self.started += 1


async def test_backends_take_what_is_found_within_a_second_and_start_it(units):
    found, now = [None], [0.0]

    async def find():
        return found[0]

    fixed = ScriptedModel(name="vllm")
    backends = Backends(units, None, None, {"vllm": fixed}, monotonic=lambda: now[0], find_local=find)
    assert LOCAL not in (await backends.refreshed()).named()
    found[0] = early = Started(name="local")
    assert LOCAL not in (await backends.refreshed()).named()
    now[0] += 1.1
    assert (await backends.refreshed()).named()[LOCAL].model is early
    assert early.started == 0
    backends.start()
    assert early.started == 1
    kept = backends.named()[LOCAL]
    backends.look_again()
    assert (await backends.refreshed()).named()[LOCAL] is kept
    found[0] = late = Started(name="local")
    backends.look_again()
    assert [one.model for one in (await backends.refreshed()).resolve("auto", None)] == [fixed, late]
    assert late.started == 1
    found[0] = None
    backends.look_again()
    assert list((await backends.refreshed()).named()) == ["vllm"]
