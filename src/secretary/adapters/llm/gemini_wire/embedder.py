"""Vectors of texts by `batchEmbedContents`."""

from collections.abc import Sequence
from http import HTTPStatus
from math import hypot
from typing import Any, Final

import orjson

from secretary.adapters.llm.embeddings import timeouts_of
from secretary.adapters.llm.events import count_of, list_of, object_of
from secretary.adapters.llm.faults import http_faults_mapped
from secretary.adapters.llm.gemini_wire.address import model_name, request_to
from secretary.adapters.llm.gemini_wire.faults import fault_of_status
from secretary.kernel.clock import Clock, utc_now
from secretary.kernel.http import HttpClient
from secretary.llm.errors import llm_error
from secretary.llm.ports import Embeddings
from secretary.llm.providers import ProviderSpec

_MOST_TEXTS: Final = 100  # the service's limit for one batch
_MOST_BYTES: Final = 16_000_000  # a hundred vectors of 3072 numbers are seven million letters


class GeminiEmbedder:
    """One model for vectors. Holds nothing open between calls."""

    def __init__(self, http: HttpClient, spec: ProviderSpec, now: Clock) -> None:
        self._http = http
        self._spec = spec
        self._now = now
        self._timeouts = timeouts_of(spec.limits)

    @property
    def name(self) -> str:
        return self._spec.name

    async def embed(self, texts: Sequence[str], *, dimensions: int | None = None) -> Embeddings:
        """Vectors of `texts`, in batches one after another. Shortened ones are brought back to length 1.

        Raises Upstream with a code of `llm.errors`; may be repeated.
        """
        vectors: list[Sequence[float]] = []
        tokens: int | None = None
        for start in range(0, len(texts), _MOST_TEXTS):
            batch = texts[start : start + _MOST_TEXTS]
            found, count = _read(await self._ask(batch, dimensions), len(batch))
            vectors += found if dimensions is None else map(_of_length_one, found)
            tokens = tokens if count is None else (tokens or 0) + count
        return Embeddings(model_name(self._spec), vectors, tokens)

    async def close(self) -> None:
        """Nothing to end: the shared client owns the connections."""

    async def _ask(self, texts: Sequence[str], dimensions: int | None) -> bytes:
        body = _body(model_name(self._spec), texts, dimensions)
        request = request_to(self._spec, "batchEmbedContents", body, self._timeouts)
        with http_faults_mapped():
            async with self._http.request(request) as response:
                answer = await response.read(_MOST_BYTES)
                if response.status != HTTPStatus.OK:
                    raise fault_of_status(response.status, response.headers, answer, self._now())
        return answer


def gemini_embedder(http: HttpClient, spec: ProviderSpec, *, now: Clock = utc_now) -> GeminiEmbedder:
    """The embedding model that `spec.model` names. Touches no network."""
    return GeminiEmbedder(http, spec, now)


def _body(model: str, texts: Sequence[str], dimensions: int | None) -> bytes:
    shape: dict[str, Any] = {} if dimensions is None else {"outputDimensionality": dimensions}
    requests = [{"model": f"models/{model}", "content": {"parts": [{"text": text}]}, **shape} for text in texts]
    return orjson.dumps({"requests": requests})


def _read(body: bytes, expected: int) -> tuple[list[Sequence[float]], int | None]:
    try:
        document = object_of(orjson.loads(body))
        vectors = [_vector(object_of(part).get("values")) for part in list_of(document.get("embeddings"))]
        usage = object_of(document.get("usageMetadata") or {})
    except (ValueError, TypeError) as error:
        raise llm_error("llm_nonsense") from error
    if len(vectors) != expected or len({len(vector) for vector in vectors}) > 1:
        raise llm_error("llm_nonsense")
    return vectors, count_of(usage.get("promptTokenCount"))


def _vector(values: object) -> Sequence[float]:
    numbers = [float(value) for value in list_of(values)]
    if not numbers:
        raise ValueError
    return numbers


def _of_length_one(vector: Sequence[float]) -> Sequence[float]:
    """Only full vectors come at length 1 from gemini-embedding-001 (its page on embeddings)."""
    length = hypot(*vector) or 1.0
    return [value / length for value in vector]
