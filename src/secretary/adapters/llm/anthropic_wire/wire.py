"""The messages call as a `Wire`, and the model that speaks it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from secretary.adapters.llm.anthropic_wire.answer import MessageAnswer
from secretary.adapters.llm.anthropic_wire.faults import fault_of_status
from secretary.adapters.llm.anthropic_wire.generations import generation_of
from secretary.adapters.llm.anthropic_wire.payload import answer_tool, request_body
from secretary.adapters.llm.anthropic_wire.turns import Thoughts
from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.adapters.llm.wire import WireModel
from secretary.kernel.clock import Clock, utc_now
from secretary.kernel.errors import Upstream
from secretary.kernel.http import HttpClient, HttpRequest, HttpTimeouts
from secretary.llm.catalog import capabilities_of, kind_of
from secretary.llm.ports import Prompt
from secretary.llm.providers import ProviderSpec

_VERSION: Final = "2023-06-01"  # the only version the API has; what is new comes without a new one


class Messages:
    """`POST /v1/messages` of one model, streamed."""

    def __init__(self, spec: ProviderSpec, max_output_tokens: int) -> None:
        self._spec = spec
        self._max_output_tokens = max_output_tokens
        self._generation = generation_of(spec.model)
        base = (spec.base_url or kind_of(spec.type).base_url).rstrip("/").removesuffix("/v1")
        self._url = f"{base}/v1/messages"
        self._thoughts: Keepsakes[Thoughts] = Keepsakes()

    async def request(self, prompt: Prompt, timeouts: HttpTimeouts) -> HttpRequest:
        spec = self._spec
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream", "anthropic-version": _VERSION}
        if spec.api_key:
            headers["x-api-key"] = spec.api_key
        body = request_body(spec.model, prompt, self._generation, self._max_output_tokens, self._thoughts)
        return HttpRequest(
            "POST", self._url, kind=spec.kind, headers=headers, body=body, timeouts=timeouts, proxy=spec.proxy
        )

    def answer(self, prompt: Prompt) -> MessageAnswer:
        tool = answer_tool(prompt, self._generation)
        return MessageAnswer(self._spec.model, self._thoughts, tool.name if tool else None)

    def fault_of_status(self, status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Upstream:
        return fault_of_status(status, headers, body, now)


def anthropic_model(http: HttpClient, spec: ProviderSpec, *, now: Clock = utc_now) -> WireModel:
    """One model behind Claude's API. Touches no network."""
    capabilities = capabilities_of(spec)
    wire = Messages(spec, capabilities.max_output_tokens)
    return WireModel(http, wire, name=spec.name, capabilities=capabilities, limits=spec.limits, now=now)
