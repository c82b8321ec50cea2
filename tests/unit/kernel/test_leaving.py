"""What must not be left half done: it ends first, whoever is cancelled meanwhile."""

import asyncio
from threading import Event

import pytest

from secretary.kernel.leaving import to_the_end
from secretary.operations.local_models import holding


async def begun(work, *limits):
    """Somebody who does it, and is in the middle of it."""
    task = asyncio.create_task(to_the_end(work, *limits))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


async def test_it_gives_what_the_work_gives():
    async def work():
        return 7

    assert await to_the_end(work()) == 7


async def test_it_raises_what_the_work_raises():
    async def work():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await to_the_end(work())


async def test_a_cancelled_caller_waits_for_the_end():
    may_end, done = asyncio.Event(), []

    async def work():
        await may_end.wait()
        done.append(True)

    caller = await begun(work())
    caller.cancel()
    await asyncio.sleep(0)
    assert not caller.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert done


async def test_a_cancelled_caller_waits_no_longer_than_he_said():
    ended = []

    async def work():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    caller = await begun(work(), 0.01)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert ended


async def test_who_is_cancelled_while_a_part_is_closed_has_let_go_of_it(tmp_path, monkeypatch):
    closing, may_close, close = Event(), Event(), holding._close

    def slowly(opened):
        closing.set()
        may_close.wait(10)
        close(opened)

    async def work():
        async with holding.hold(tmp_path / "model.gguf"):
            raise ValueError("stopped")

    monkeypatch.setattr(holding, "_close", slowly)
    working = asyncio.create_task(work())
    await asyncio.to_thread(closing.wait, 10)
    working.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not working.done()
    may_close.set()
    with pytest.raises(asyncio.CancelledError):
        await working
    async with holding.hold(tmp_path / "model.gguf"):
        pass  # would raise Conflict, were it held
