"""What every `ChatModel` promises, tried on each adapter."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest
from tests.contract.chat_model.children import child_command, gguf
from tests.support.llm_upstream import LlmUpstream, answering

from secretary.adapters.llm.local import LocalModel, LocalModelSpec
from secretary.adapters.llm.openai_wire import Endpoint, openai_model
from secretary.kernel.errors import Upstream
from secretary.kernel.http import DestinationKind, HttpClient
from secretary.llm.ports import ChatModel, Delta, Finish, Message, Prompt

PROMPT = Prompt([Message("user", "Hi")])
Adapter = Literal["openai_wire", "local"]
ADAPTERS = pytest.mark.parametrize("adapter", ["openai_wire", "local"])


@asynccontextmanager
async def _model(adapter: Adapter, folder: Path) -> AsyncGenerator[ChatModel, None]:
    http = HttpClient()
    async with LlmUpstream(answering(["Hello", ", ", "world"])) as upstream:
        model: ChatModel
        if adapter == "local":
            model = LocalModel(LocalModelSpec(gguf(folder), frozenset({"en"})), http, command=child_command("answers"))
        else:
            endpoint = Endpoint(upstream.base_url, "small", kind=DestinationKind.TRUSTED)
            model = openai_model(http, endpoint, name="wire")
        try:
            yield model
        finally:
            await model.close()
            await http.aclose()


@ADAPTERS
async def test_answer_is_text_and_then_one_end(adapter: Adapter, tmp_path: Path) -> None:
    async with _model(adapter, tmp_path) as model:
        model.start()
        pieces = [piece async for piece in model.stream(PROMPT)]
        assert "".join(piece.text for piece in pieces if isinstance(piece, Delta)) == "Hello, world"
        assert [type(piece) for piece in pieces].count(Finish) == 1
        assert isinstance(pieces[-1], Finish)


@ADAPTERS
async def test_answers_run_side_by_side_and_after_each_other(adapter: Adapter, tmp_path: Path) -> None:
    async def answer(model: ChatModel) -> Finish | Delta:
        return [piece async for piece in model.stream(PROMPT)][-1]

    async with _model(adapter, tmp_path) as model:
        for _ in range(2):
            ends = await asyncio.gather(*(answer(model) for _ in range(5)))
            assert all(isinstance(end, Finish) for end in ends)


@ADAPTERS
async def test_stream_may_be_closed_before_during_and_after(adapter: Adapter, tmp_path: Path) -> None:
    async with _model(adapter, tmp_path) as model:
        for taken in range(3):
            async with aclosing(model.stream(PROMPT)) as stream:
                for _ in range(taken):
                    await anext(stream)


@ADAPTERS
async def test_model_describes_itself_and_closes_twice(adapter: Adapter, tmp_path: Path) -> None:
    async with _model(adapter, tmp_path) as model:
        assert model.name
        assert model.capabilities.model
        assert model.capabilities.is_local is (adapter == "local")
        assert model.capabilities.context_tokens > 0
        await model.close()


Broken = Callable[[HttpClient, Path], ChatModel]


def _dead_address(http: HttpClient, folder: Path) -> ChatModel:
    del folder
    return openai_model(http, Endpoint("http://127.0.0.1:1/v1", "m", kind=DestinationKind.TRUSTED), name="wire")


def _no_file(http: HttpClient, folder: Path) -> ChatModel:
    return LocalModel(LocalModelSpec(folder / "none.gguf"), http)


@pytest.mark.parametrize("make", [_dead_address, _no_file])
async def test_model_that_is_not_there_is_unreachable(make: Broken, tmp_path: Path) -> None:
    http = HttpClient()
    model = make(http, tmp_path)
    with pytest.raises(Upstream) as raised:
        async for _ in model.stream(PROMPT):
            pass
    assert raised.value.code == "llm_unreachable"
    await model.close()
    await http.aclose()
