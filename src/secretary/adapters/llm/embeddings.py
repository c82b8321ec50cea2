"""Vectors over OpenAI's wire: `POST /embeddings`, in batches that the service takes."""

import base64
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Literal

import orjson

from secretary.adapters.llm.faults import http_faults_mapped
from secretary.adapters.llm.openai_wire.endpoint import Endpoint
from secretary.adapters.llm.openai_wire.faults import fault_in_stream, fault_of_status
from secretary.kernel.clock import Clock, utc_now
from secretary.kernel.http import HttpClient, HttpRequest, HttpTimeouts
from secretary.llm.errors import llm_error
from secretary.llm.ports import Embeddings, TimeLimits

_MAX_BYTES: Final = 64_000_000  # 256 vectors of 4096 numbers as text are 23 MB
_FLOAT_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class EmbeddingCall:
    """How many texts one request may carry, and what this service knows of the parameters.

    `base64` halves what comes over the network where it is understood; OpenAI takes 2048 texts a request.
    """

    batch: int = 256
    encoding: Literal["base64", "float"] | None = "base64"
    has_dimensions: bool = True


@dataclass(frozen=True, slots=True)
class _Part:
    """One batch's vectors."""

    vectors: Sequence[Sequence[float]]
    model: str
    tokens: int | None


class OpenAiEmbedder:
    """An `Embedder`. Batches go one after another: a service that limits its callers would refuse them together."""

    def __init__(
        self,
        http: HttpClient,
        endpoint: Endpoint,
        *,
        name: str,
        limits: TimeLimits | None = None,
        call: EmbeddingCall | None = None,
        now: Clock = utc_now,
    ) -> None:
        self._http = http
        self._endpoint = endpoint
        self._name = name
        self._timeouts = timeouts_of(limits or TimeLimits())
        self._call = call or EmbeddingCall()
        self._now = now

    @property
    def name(self) -> str:
        return self._name

    async def embed(self, texts: Sequence[str], *, dimensions: int | None = None) -> Embeddings:
        """Vectors in the order of `texts`; nothing is asked for no texts. The total time limit holds for each batch.

        Raises Upstream with a code of `llm.errors`; "llm_rejected" where the service cannot shorten.
        """
        if dimensions is not None and not self._call.has_dimensions:
            raise llm_error("llm_rejected")
        size = self._call.batch
        parts = [await self._batch(texts[start : start + size], dimensions) for start in range(0, len(texts), size)]
        vectors = [vector for part in parts for vector in part.vectors]
        if len({len(vector) for vector in vectors}) > 1:
            raise llm_error("llm_nonsense")
        counts = [part.tokens for part in parts if part.tokens is not None]
        model = parts[0].model if parts else self._endpoint.model
        return Embeddings(model, vectors, sum(counts) if len(counts) == len(parts) else None)

    async def close(self) -> None:
        """Nothing to end: the shared client owns the connections."""

    async def _batch(self, texts: Sequence[str], dimensions: int | None) -> _Part:
        with http_faults_mapped():
            async with self._http.request(self._request(texts, dimensions)) as response:
                body = await response.read(_MAX_BYTES)
                if response.status != HTTPStatus.OK:
                    raise fault_of_status(response.status, response.headers, body, self._now())
        return _part(body, len(texts), self._endpoint.model)

    def _request(self, texts: Sequence[str], dimensions: int | None) -> HttpRequest:
        endpoint = self._endpoint
        wanted = {"encoding_format": self._call.encoding, "dimensions": dimensions}
        body = {"model": endpoint.model, "input": list(texts)}
        return HttpRequest(
            "POST",
            endpoint.url_of("embeddings"),
            kind=endpoint.kind,
            headers={"Content-Type": "application/json", "Accept": "application/json", **endpoint.key_headers},
            body=orjson.dumps(body | {name: value for name, value in wanted.items() if value is not None}),
            timeouts=self._timeouts,
            proxy=endpoint.proxy,
            unix_socket=endpoint.unix_socket,
            ca_file=endpoint.ca_file,
        )


def timeouts_of(limits: TimeLimits) -> HttpTimeouts:
    """The limits for an answer that comes in one piece."""
    return HttpTimeouts(limits.connect_s, limits.first_token_s, limits.idle_s, limits.total_s)


def _part(body: bytes, count: int, model: str) -> _Part:
    """One answer, its vectors by their index. Raises Upstream."""
    try:
        document = orjson.loads(body)
        if error := document.get("error"):
            raise fault_in_stream(error)
        vectors = _in_order(document["data"], count)
        usage = document.get("usage") or {}
        tokens = usage.get("prompt_tokens", usage.get("total_tokens"))
        named = document.get("model")
    except (ValueError, TypeError, KeyError, AttributeError, struct.error) as error:
        raise llm_error("llm_nonsense") from error
    return _Part(
        vectors, named if isinstance(named, str) and named else model, tokens if isinstance(tokens, int) else None
    )


def _in_order(items: Sequence[Mapping[str, Any]], count: int) -> Sequence[Sequence[float]]:
    """Raises ValueError where a vector is missing, doubled or empty."""
    found = {int(item.get("index", place)): _vector(item["embedding"]) for place, item in enumerate(items)}
    if len(items) != count or found.keys() != set(range(count)) or not all(found.values()):
        raise ValueError
    return [found[index] for index in range(count)]


def _vector(value: object) -> Sequence[float]:
    """Numbers, or base64 of little-endian 32-bit floats."""
    if isinstance(value, str):
        data = base64.b64decode(value, validate=True)
        return struct.unpack(f"<{len(data) // _FLOAT_BYTES}f", data)
    if not isinstance(value, list):
        raise TypeError
    return [float(number) for number in value]
