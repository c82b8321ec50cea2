"""Reranking over the wire of Cohere, Jina, vLLM and llama.cpp: in order, within 0 and 1, and every way to go wrong."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.support.llm_upstream import LlmUpstream, Script, hanging, replying, resetting

from secretary.adapters.rerank import Judged, RerankWire, rerank_wire
from secretary.kernel.errors import Upstream
from secretary.kernel.http import DestinationKind, HttpClient
from secretary.llm.ports import TimeLimits
from secretary.llm.providers import ProviderSpec, ProviderType

KEY = "secret-key-1"
TEXTS = ["closed", "open on Sundays", "sofas"]
ORDERED = [
    {"index": 1, "relevance_score": 0.98},
    {"index": 2, "relevance_score": 0.2},
    {"index": 0, "relevance_score": 0},
]
COHERE = {"id": "x", "results": ORDERED, "meta": {"api_version": {"version": "2"}, "billed_units": {"search_units": 1}}}
JINA = {"model": "jina-reranker", "object": "list", "usage": {"total_tokens": 21}, "results": ORDERED}
VLLM = {
    "id": "rerank-1", "model": "bge", "usage": {"prompt_tokens": 21, "total_tokens": 21},
    "results": [{**one, "document": {"text": "x"}} for one in ORDERED],
}  # fmt: skip
LLAMA_CPP = {
    "model": "m", "object": "list", "usage": {"prompt_tokens": 9, "total_tokens": 9},
    "results": [{"index": index, "relevance_score": score} for index, score in enumerate((-8.5, 4.1, 0.0))],
}  # fmt: skip


@asynccontextmanager
async def served(
    script: Script, limits: TimeLimits | None = None
) -> AsyncGenerator[tuple[RerankWire, LlmUpstream], None]:
    http = HttpClient()
    async with LlmUpstream(script) as upstream:
        spec = ProviderSpec(
            "cloud:x", ProviderType.CUSTOM, "chat", upstream.base_url, KEY, DestinationKind.TRUSTED,
            limits=limits or TimeLimits(),
        )  # fmt: skip
        yield rerank_wire(http, spec, "ranker-1"), upstream
        await http.aclose()


@pytest.mark.parametrize(
    ("answer", "judged"),
    [
        (COHERE, Judged([0, 0.98, 0.2], "ranker-1", None)),
        (JINA, Judged([0, 0.98, 0.2], "jina-reranker", 21)),
        (VLLM, Judged([0, 0.98, 0.2], "bge", 21)),
    ],
)
async def test_scores_come_in_the_order_of_the_passages(answer: Any, judged: Judged) -> None:
    async with served(replying(200, answer)) as (wire, upstream):
        assert await wire.judge("When open?", TEXTS) == judged
        [asked] = upstream.received
        assert (asked.method, asked.path, asked.headers["authorization"]) == ("POST", "/v1/rerank", f"Bearer {KEY}")
        assert asked.json == {"model": "ranker-1", "query": "When open?", "documents": TEXTS, "top_n": 3}


async def test_log_odds_become_probabilities() -> None:
    async with served(replying(200, LLAMA_CPP)) as (wire, _):
        scores = (await wire.judge("q", TEXTS)).scores
    assert scores == pytest.approx([0.000203, 0.983698, 0.5], abs=1e-5)


async def test_nothing_is_asked_for_no_passages() -> None:
    async with served(replying(200, COHERE)) as (wire, upstream):
        assert (await wire.judge("q", [])).scores == ()
        assert not upstream.received


def results(*pairs: tuple[Any, Any]) -> Script:
    return replying(200, {"results": [{"index": index, "relevance_score": score} for index, score in pairs]})


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (results((0, 0.1), (1, 0.2)), "llm_nonsense"),
        (results((0, 0.1), (1, 0.2), (1, 0.3)), "llm_nonsense"),
        (results((0, 0.1), (1, 0.2), (7, 0.3)), "llm_nonsense"),
        (results((0, "x"), (1, 0.2), (2, 0.3)), "llm_nonsense"),
        (replying(200, ["list"]), "llm_nonsense"),
        (replying(200, {"error": {"message": "rate limit", "code": "rate_limit_exceeded"}}), "llm_rate_limited"),
        (replying(401, {"error": "bad key"}), "llm_bad_key"),
        (replying(404, {"detail": "Not Found"}), "llm_rejected"),
        (replying(503, {}), "llm_overloaded"),
        (resetting(), "llm_unreachable"),
    ],
)  # fmt: skip
async def test_every_failure_has_a_code(script: Script, code: str) -> None:
    async with served(script) as (wire, _):
        with pytest.raises(Upstream) as raised:
            await wire.judge("q", TEXTS)
    assert raised.value.code == code
    assert KEY not in str(raised.value)


async def test_silent_service_is_not_waited_for_for_ever() -> None:
    async with served(hanging(), TimeLimits(first_token_s=0.05, total_s=0.05)) as (wire, _):
        with pytest.raises(Upstream) as raised:
            await wire.judge("q", TEXTS)
    assert raised.value.code == "llm_timeout"
