"""Vectors by Gemini: batches, lengths, counts, and what is no vector."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.support.llm_upstream import Exchange, LlmUpstream, Script, hanging, replying, resetting
from tests.support.native_upstream import HTML, KEY, spec_of
from tests.support.vendor_specs import assert_gemini

from secretary.adapters.llm.gemini_wire import gemini_embedder
from secretary.adapters.llm.gemini_wire.embedder import GeminiEmbedder
from secretary.kernel.errors import Upstream
from secretary.kernel.http import HttpClient
from secretary.llm.ports import TimeLimits
from secretary.llm.providers import ProviderType

MODEL = "gemini-embedding-001"


@asynccontextmanager
async def served(script: Script, **others: Any) -> AsyncGenerator[tuple[GeminiEmbedder, LlmUpstream], None]:
    http = HttpClient()
    async with LlmUpstream(script) as upstream:
        try:
            spec = spec_of(ProviderType.GEMINI, f"http://127.0.0.1:{upstream.port}", model=MODEL, **others)
            yield gemini_embedder(http, spec), upstream
        finally:
            await http.aclose()


async def counting(exchange: Exchange) -> None:
    """A vector for each text: its number, and four."""
    asked = exchange.received.json["requests"]
    numbers = [float(one["content"]["parts"][0]["text"]) for one in asked]
    body = {"embeddings": [{"values": [n, 4]} for n in numbers], "usageMetadata": {"promptTokenCount": len(numbers)}}
    await replying(200, body)(exchange)


async def test_texts_become_vectors_in_order_and_in_batches() -> None:
    async with served(counting) as (embedder, upstream):
        found = await embedder.embed([str(number) for number in range(230)])
        assert [vector[0] for vector in found.vectors] == [float(number) for number in range(230)]
        assert (found.model, found.tokens, len(upstream.received)) == (MODEL, 230, 3)
        got = upstream.received[0]
        assert got.path == f"/v1beta/models/{MODEL}:batchEmbedContents"
        assert got.headers["x-goog-api-key"] == KEY
        assert_gemini(got.json, "BatchEmbedContentsRequest")
        assert got.json["requests"][0] == {"model": f"models/{MODEL}", "content": {"parts": [{"text": "0"}]}}
        await embedder.close()


async def test_shortened_vectors_have_length_one() -> None:
    async with served(counting) as (embedder, upstream):
        assert (await embedder.embed(["3"], dimensions=2)).vectors == [[0.6, 0.8]]
        assert upstream.received[0].json["requests"][0]["outputDimensionality"] == 2


async def test_no_texts_ask_nothing() -> None:
    async with served(counting) as (embedder, upstream):
        assert (await embedder.embed([])).vectors == []
        assert not upstream.received


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (replying(200, {"embeddings": []}), "llm_nonsense"),
        (replying(200, {"embeddings": [{"values": []}]}), "llm_nonsense"),
        (replying(200, {"embeddings": [{"values": ["x"]}]}), "llm_nonsense"),
        (replying(200, {"embeddings": [{"values": [None]}]}), "llm_nonsense"),
        (replying(200, [1]), "llm_nonsense"),
        (replying(200, HTML, content_type="text/html"), "llm_nonsense"),
        (replying(429, {"error": {"status": "RESOURCE_EXHAUSTED"}}), "llm_rate_limited"),
        (replying(401, {"error": {"status": "UNAUTHENTICATED"}}), "llm_bad_key"),
        (replying(307, location="http://169.254.169.254/"), "llm_rejected"),
        (resetting(), "llm_unreachable"),
        (hanging(with_headers=False), "llm_timeout"),
    ],
)
async def test_what_is_no_vector_is_a_mapped_fault(script: Script, code: str) -> None:
    async with served(script, limits=TimeLimits(first_token_s=0.3)) as (embedder, upstream):
        with pytest.raises(Upstream) as raised:
            await embedder.embed(["1"])
        assert raised.value.code == code
        assert KEY not in repr(embedder)
        await upstream.until_idle()


async def test_vectors_of_different_lengths_are_nonsense() -> None:
    body = {"embeddings": [{"values": [1]}, {"values": [1, 2]}]}
    async with served(replying(200, body)) as (embedder, _):
        with pytest.raises(Upstream, match="llm_nonsense"):
            await embedder.embed(["1", "2"])
