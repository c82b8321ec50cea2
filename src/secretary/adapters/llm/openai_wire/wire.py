"""The chat-completions call as a `Wire`, and the model that speaks it."""

from collections.abc import Mapping
from datetime import datetime

from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.adapters.llm.openai_wire.answer import Completion
from secretary.adapters.llm.openai_wire.endpoint import Dialect, Endpoint
from secretary.adapters.llm.openai_wire.faults import fault_of_status
from secretary.adapters.llm.openai_wire.payload import request_body
from secretary.adapters.llm.wire import WireModel
from secretary.kernel.clock import Clock, utc_now
from secretary.kernel.errors import Upstream
from secretary.kernel.http import HttpClient, HttpRequest, HttpTimeouts
from secretary.llm.ports import ChatCapabilities, Prompt, TimeLimits


class ChatCompletions:
    """`POST /chat/completions` of one model, streamed."""

    def __init__(self, endpoint: Endpoint, dialect: Dialect) -> None:
        self._endpoint = endpoint
        self._dialect = dialect
        self._thoughts: Keepsakes[str] | None = Keepsakes() if dialect.hears_reasoning else None

    async def request(self, prompt: Prompt, timeouts: HttpTimeouts) -> HttpRequest:
        endpoint = self._endpoint
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream", **endpoint.key_headers}
        return HttpRequest(
            "POST",
            endpoint.chat_url,
            kind=endpoint.kind,
            headers=headers,
            body=request_body(endpoint.model, prompt, self._dialect, self._thought_of),
            timeouts=timeouts,
            proxy=endpoint.proxy,
            unix_socket=endpoint.unix_socket,
            ca_file=endpoint.ca_file,
        )

    def answer(self, prompt: Prompt) -> Completion:
        return Completion(self._endpoint.model, prompt, self._dialect, self._thoughts)

    def fault_of_status(self, status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Upstream:
        return fault_of_status(status, headers, body, now)

    def _thought_of(self, call_id: str) -> str:
        return (self._thoughts.of(call_id) if self._thoughts else None) or ""


def openai_model(
    http: HttpClient,
    endpoint: Endpoint,
    *,
    name: str,
    capabilities: ChatCapabilities | None = None,
    limits: TimeLimits | None = None,
    dialect: Dialect | None = None,
    now: Clock = utc_now,
) -> WireModel:
    """One model behind an OpenAI-like address."""
    wire = ChatCompletions(endpoint, dialect or Dialect())
    capabilities = capabilities or ChatCapabilities(endpoint.model)
    return WireModel(http, wire, name=name, capabilities=capabilities, limits=limits, now=now)
