"""`POST {base}/rerank` as Cohere (v2), Jina, vLLM and llama.cpp (`--reranking`) understand it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import orjson

from secretary.adapters.llm.embeddings import timeouts_of
from secretary.adapters.llm.faults import http_faults_mapped
from secretary.adapters.llm.openai_wire.endpoint import Endpoint
from secretary.adapters.llm.openai_wire.faults import fault_in_stream, fault_of_status
from secretary.kernel.clock import Clock, utc_now
from secretary.kernel.http import HttpClient, HttpRequest
from secretary.llm.errors import llm_error
from secretary.llm.ports import TimeLimits
from secretary.llm.providers import ProviderSpec

_MAX_BYTES: Final = 4_000_000
_STEEPEST: Final = 30.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A score within 0 and 1 for each passage, in order; `tokens` as the service counted them."""

    scores: Sequence[float]
    model: str
    tokens: int | None = None


class RerankWire:
    """One model of one service."""

    def __init__(
        self, http: HttpClient, endpoint: Endpoint, *, limits: TimeLimits | None = None, now: Clock = utc_now
    ) -> None:
        self._http, self._endpoint, self._now = http, endpoint, now
        self._timeouts = timeouts_of(limits or TimeLimits())

    async def judge(self, question: str, passages: Sequence[str]) -> Judged:
        """How well each passage answers; nothing is asked for no passages. Raises Upstream with a code of `llm.errors`.

        Some services (llama.cpp) give log-odds: scores outside of 0 and 1 are taken for these.
        """
        if not passages:
            return Judged((), self._endpoint.model)
        with http_faults_mapped():
            async with self._http.request(self._request(question, passages)) as response:
                body = await response.read(_MAX_BYTES)
                if response.status != HTTPStatus.OK:
                    raise fault_of_status(response.status, response.headers, body, self._now())
        return _judged(body, len(passages), self._endpoint.model)

    def _request(self, question: str, passages: Sequence[str]) -> HttpRequest:
        endpoint = self._endpoint
        body = {"model": endpoint.model, "query": question, "documents": list(passages), "top_n": len(passages)}
        return HttpRequest(
            "POST",
            endpoint.url_of("rerank"),
            kind=endpoint.kind,
            headers={"Content-Type": "application/json", "Accept": "application/json", **endpoint.key_headers},
            body=orjson.dumps(body),
            timeouts=self._timeouts,
            proxy=endpoint.proxy,
            ca_file=endpoint.ca_file,
        )


def rerank_wire(http: HttpClient, spec: ProviderSpec, model: str) -> RerankWire:
    """The wire to a provider's reranking model. Touches no network."""
    ca_file = spec.options.get("ca_file")
    endpoint = Endpoint(
        spec.base_url,
        model,
        spec.api_key.strip() or None,
        spec.kind,
        spec.proxy,
        ca_file=Path(ca_file) if ca_file else None,
    )
    return RerankWire(http, endpoint, limits=spec.limits)


def _judged(body: bytes, count: int, model: str) -> Judged:
    try:
        document = orjson.loads(body)
        if error := document.get("error"):
            raise fault_in_stream(error)
        scores = _in_order(document["results"], count)
        usage = document.get("usage") or {}
        tokens = usage.get("total_tokens", usage.get("prompt_tokens"))
        named = document.get("model")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise llm_error("llm_nonsense") from error
    return Judged(
        scores, named if isinstance(named, str) and named else model, tokens if isinstance(tokens, int) else None
    )


def _in_order(results: Sequence[Mapping[str, Any]], count: int) -> Sequence[float]:
    """Raises ValueError where a score is missing, doubled or no number."""
    found = {int(one["index"]): float(one["relevance_score"]) for one in results}
    if len(results) != count or found.keys() != set(range(count)) or not all(map(math.isfinite, found.values())):
        raise ValueError
    scores = [found[index] for index in range(count)]
    return scores if min(scores) >= 0 and max(scores) <= 1 else [_probability(score) for score in scores]


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(log_odds, -_STEEPEST), _STEEPEST)))
