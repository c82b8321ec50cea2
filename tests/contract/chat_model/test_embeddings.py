"""Vectors over OpenAI's wire: in order, in batches, in both encodings, and every way it can go wrong."""

import asyncio
import base64
import struct
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.contract.chat_model.children import child_command, gguf
from tests.support.llm_upstream import Exchange, LlmUpstream, Script, hanging, replying, resetting

from secretary.adapters.llm.embeddings import EmbeddingCall, OpenAiEmbedder
from secretary.adapters.llm.factory import Models
from secretary.adapters.llm.local import LocalEmbedder, LocalModelSpec
from secretary.adapters.llm.openai_wire import Endpoint
from secretary.kernel.errors import Upstream
from secretary.kernel.http import DestinationKind, HttpClient
from secretary.llm.ports import Embeddings, TimeLimits
from secretary.llm.providers import ProviderSpec, ProviderType

KEY = "secret-key-1"


def vector_of(text: str) -> list[float]:
    return [float(len(text)), 0.5, -1.0]


async def embedding(exchange: Exchange) -> None:
    """The service: later texts first, in the encoding that was asked for."""
    asked = exchange.received.json
    items: list[dict[str, Any]] = []
    for index, text in enumerate(asked["input"]):
        vector = vector_of(text)[: asked.get("dimensions", 3)]
        packed = base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
        said = packed if asked.get("encoding_format") == "base64" else vector
        items.insert(0, {"object": "embedding", "index": index, "embedding": said})
    usage = {"prompt_tokens": len(items), "total_tokens": len(items)}
    await replying(200, {"object": "list", "data": items, "model": "vectors-1", "usage": usage})(exchange)


@asynccontextmanager
async def served(
    script: Script, call: EmbeddingCall | None = None, limits: TimeLimits | None = None
) -> AsyncGenerator[tuple[OpenAiEmbedder, LlmUpstream], None]:
    http = HttpClient()
    async with LlmUpstream(script) as upstream:
        endpoint = Endpoint(upstream.base_url, "v-1", KEY, DestinationKind.TRUSTED)
        yield OpenAiEmbedder(http, endpoint, name="vectors", call=call, limits=limits), upstream
        await http.aclose()


@pytest.mark.parametrize("encoding", ["base64", "float", None])
async def test_vectors_come_in_the_order_of_the_texts(encoding: Any) -> None:
    texts = ["a", "бв", "", "cdef"]
    async with served(embedding, EmbeddingCall(encoding=encoding)) as (embedder, upstream):
        got = await embedder.embed(texts)
        assert [list(vector) for vector in got.vectors] == [vector_of(text) for text in texts]
        assert (got.model, got.tokens) == ("vectors-1", 4)
        assert upstream.received[0].path == "/v1/embeddings"
        assert upstream.received[0].headers["authorization"] == f"Bearer {KEY}"


async def test_batches_are_no_larger_than_the_service_takes() -> None:
    texts = ["x" * size for size in range(7)]
    async with served(embedding, EmbeddingCall(batch=3)) as (embedder, upstream):
        got = await embedder.embed(texts)
        assert [len(asked.json["input"]) for asked in upstream.received] == [3, 3, 1]
        assert [vector[0] for vector in got.vectors] == list(range(7))
        assert got.tokens == 7
        assert await embedder.embed([]) == Embeddings("v-1", [], 0)


async def test_vectors_are_shortened_where_the_service_can() -> None:
    async with served(embedding) as (embedder, _):
        assert [len(vector) for vector in (await embedder.embed(["a", "b"], dimensions=2)).vectors] == [2, 2]
    async with served(embedding, EmbeddingCall(has_dimensions=False)) as (embedder, upstream):
        assert await fault(embedder, dimensions=2) == "llm_rejected"
        assert not upstream.received


async def fault(embedder: OpenAiEmbedder | LocalEmbedder, texts: Sequence[str] = ("a",), **more: int) -> str:
    with pytest.raises(Upstream) as raised:
        await embedder.embed(texts, **more)
    assert KEY not in str(raised.value)
    return raised.value.code


def items(*vectors: object) -> Script:
    return replying(200, {"data": [{"embedding": vector} for vector in vectors]})


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (replying(401, {"error": {"message": "no", "code": "invalid_api_key"}}), "llm_bad_key"),
        (replying(429, {"error": {"message": "x", "code": "insufficient_quota"}}), "llm_no_money"),
        (replying(429, {}), "llm_rate_limited"),
        (replying(400, {"error": {"message": "maximum context length is 8192 tokens"}}), "llm_too_long"),
        (replying(500, {"error": {"message": "input (900 tokens) is too large to process"}}), "llm_too_long"),
        (replying(503, "<html>"), "llm_overloaded"),
        (replying(302, location="http://169.254.169.254/"), "llm_rejected"),
        (replying(200, {"error": {"code": 402, "message": "x"}}), "llm_no_money"),
        (replying(200, "<html>"), "llm_nonsense"),
        (replying(200, []), "llm_nonsense"),
        (replying(200, {"data": []}), "llm_nonsense"),
        (replying(200, {"data": [{"embedding": [1], "index": 1}]}), "llm_nonsense"),
        (items([1.0], [2.0]), "llm_nonsense"),
        (items([]), "llm_nonsense"),
        (items(["x"]), "llm_nonsense"),
        (items("not base64!"), "llm_nonsense"),
        (items("AAAA"), "llm_nonsense"),
        (items(5), "llm_nonsense"),
        (resetting(), "llm_unreachable"),
        (hanging(with_headers=False), "llm_timeout"),
    ],
)
async def test_fault_is_one_of_the_set(script: Script, code: str) -> None:
    async with served(script, limits=TimeLimits(first_token_s=0.2) if code == "llm_timeout" else None) as (embedder, _):
        assert await fault(embedder) == code


async def test_vectors_of_different_lengths_are_nonsense() -> None:
    async with served(items([1.0], [1.0, 2.0])) as (embedder, _):
        assert await fault(embedder, ["a", "b"]) == "llm_nonsense"


async def test_cancelled_call_hangs_up_at_once() -> None:
    sent = asyncio.Event()
    async with served(hanging(sent=sent)) as (embedder, upstream):
        task = asyncio.create_task(embedder.embed(["a"]))
        await sent.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await upstream.until_all_left(0.5)


@pytest.mark.parametrize(
    ("kind", "model", "key"),
    [
        (ProviderType.OPENAI, "text-embedding-3-small", f"Bearer {KEY}"),
        (ProviderType.OPENROUTER, "qwen/qwen3-embedding-8b", f"Bearer {KEY}"),
        (ProviderType.OLLAMA, "bge-m3", f"Bearer {KEY}"),
        (ProviderType.VLLM, "BAAI/bge-m3", f"Bearer {KEY}"),
        (ProviderType.CUSTOM, "any", f"Bearer {KEY}"),
        (ProviderType.YANDEXGPT, "text-search-doc/latest", f"Api-Key {KEY}"),
    ],
)
async def test_every_service_with_vectors_gives_them(kind: ProviderType, model: str, key: str) -> None:
    http = HttpClient()
    async with LlmUpstream(embedding) as upstream:
        spec = ProviderSpec(
            "cloud:1", kind, model, upstream.base_url, KEY, DestinationKind.TRUSTED, options={"folder_id": "b1g"}
        )
        embedder = Models(http).embedder(spec)
        assert embedder is not None
        assert embedder.name == "cloud:1"
        assert len((await embedder.embed(["a", "b"])).vectors) == 2
        asked = upstream.received[0]
        assert asked.headers["authorization"] == key
        assert asked.json["model"] == (f"emb://b1g/{model}" if kind is ProviderType.YANDEXGPT else model)
        await embedder.close()
    await http.aclose()


@pytest.mark.parametrize("kind", [ProviderType.CLAUDE, ProviderType.DEEPSEEK, ProviderType.KIMI])
def test_service_without_vectors_says_so(kind: ProviderType) -> None:
    spec = ProviderSpec("cloud:1", kind, "m", "https://x.example", KEY)
    assert Models(HttpClient()).embedder(spec) is None


async def test_local_vectors_need_their_file(tmp_path: Any) -> None:
    http = HttpClient()
    embedder = LocalEmbedder(LocalModelSpec(tmp_path / "none.gguf"), http)
    assert await fault(embedder) == "llm_unreachable"
    await embedder.close()
    answering_child = LocalEmbedder(LocalModelSpec(gguf(tmp_path)), http, command=child_command("answers"))
    assert await fault(answering_child) == "llm_nonsense", "a chat's answer is no vector"
    await answering_child.close()
    await http.aclose()
