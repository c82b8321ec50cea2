"""The content call as a `Wire`, and the model that speaks it."""

from collections.abc import Mapping
from datetime import datetime

from secretary.adapters.llm.gemini_wire.address import model_name, request_to
from secretary.adapters.llm.gemini_wire.answer import ContentAnswer
from secretary.adapters.llm.gemini_wire.faults import fault_of_status
from secretary.adapters.llm.gemini_wire.generations import generation_of
from secretary.adapters.llm.gemini_wire.payload import request_body
from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.adapters.llm.wire import WireModel
from secretary.kernel.clock import Clock, utc_now
from secretary.kernel.errors import Upstream
from secretary.kernel.http import HttpClient, HttpRequest, HttpTimeouts
from secretary.llm.catalog import capabilities_of
from secretary.llm.ports import Prompt
from secretary.llm.providers import ProviderSpec


class GenerateContent:
    """`POST …:streamGenerateContent?alt=sse` of one model."""

    def __init__(self, spec: ProviderSpec) -> None:
        self._spec = spec
        self._generation = generation_of(model_name(spec))
        self._signatures: Keepsakes[str] = Keepsakes()

    async def request(self, prompt: Prompt, timeouts: HttpTimeouts) -> HttpRequest:
        body = request_body(prompt, self._generation, self._signatures)
        return request_to(self._spec, "streamGenerateContent?alt=sse", body, timeouts)

    def answer(self, prompt: Prompt) -> ContentAnswer:
        del prompt
        return ContentAnswer(model_name(self._spec), self._signatures)

    def fault_of_status(self, status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Upstream:
        return fault_of_status(status, headers, body, now)


def gemini_model(http: HttpClient, spec: ProviderSpec, *, now: Clock = utc_now) -> WireModel:
    """One Gemini model. Touches no network."""
    capabilities = capabilities_of(spec)
    wire = GenerateContent(spec)
    return WireModel(http, wire, name=spec.name, capabilities=capabilities, limits=spec.limits, now=now)
