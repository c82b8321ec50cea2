"""`OpenAIWire`: a `ChatModel` over the shared HTTP client. The hot path of the product: one await a network chunk."""

import asyncio
from collections.abc import AsyncGenerator

from secretary.adapters.llm.openai_wire.endpoint import Dialect, Endpoint
from secretary.adapters.llm.openai_wire.payload import request_body
from secretary.adapters.llm.openai_wire.reading import open_reading
from secretary.kernel.clock import Clock, utc_now
from secretary.kernel.errors import Invalid, Upstream
from secretary.kernel.http import HttpClient, HttpRequest, HttpTimeouts
from secretary.llm.errors import llm_error
from secretary.llm.ports import ChatCapabilities, Delta, Finish, Prompt, TimeLimits

_FROM_HTTP = {
    "address_not_allowed": "llm_unreachable",
    "http_unreachable": "llm_unreachable",
    "http_certificate": "llm_unreachable",
    "http_timeout": "llm_timeout",
    "http_cut_off": "llm_truncated",
    "http_nonsense": "llm_nonsense",
    "http_too_large": "llm_nonsense",
}


class OpenAIWire:
    """One model behind an OpenAI-like address. Holds nothing open between answers: the client pools connections."""

    def __init__(
        self,
        http: HttpClient,
        endpoint: Endpoint,
        *,
        name: str,
        capabilities: ChatCapabilities | None = None,
        limits: TimeLimits | None = None,
        dialect: Dialect | None = None,
        now: Clock = utc_now,
    ) -> None:
        self._http = http
        self._endpoint = endpoint
        self._name = name
        self._capabilities = capabilities or ChatCapabilities(endpoint.model)
        self._limits = limits or TimeLimits()
        self._dialect = dialect or Dialect()
        self._now = now

    @property
    def name(self) -> str:
        return self._name

    @property
    def capabilities(self) -> ChatCapabilities:
        return self._capabilities

    @property
    def is_available(self) -> bool:
        """As far as anybody knows before asking it."""
        return True

    def start(self) -> None:
        """Nothing to load."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Delta | Finish, None]:
        """Pieces of text as they arrive (those of one network chunk together), then one `Finish`.

        Raises Upstream with a code of `llm.errors`. `aclose` cuts the connection at once.
        """
        first_token_by = asyncio.get_running_loop().time() + self._limits.first_token_s
        try:
            async with self._http.request(self._request(prompt)) as response:
                reading = await open_reading(response, self._endpoint.model, self._limits, first_token_by, self._now)
                while text := await reading.next_text():
                    yield Delta(text)
                yield reading.finish()
                await reading.drain()
        except (Invalid, Upstream) as error:
            if error.code in _FROM_HTTP:
                raise llm_error(_FROM_HTTP[error.code]) from error
            raise

    async def close(self) -> None:
        """Nothing to end: the shared client owns the connections."""

    def _request(self, prompt: Prompt) -> HttpRequest:
        endpoint = self._endpoint
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream", **endpoint.headers}
        if endpoint.api_key:
            headers["Authorization"] = f"Bearer {endpoint.api_key}"
        limits = self._limits
        return HttpRequest(
            "POST",
            endpoint.chat_url,
            kind=endpoint.kind,
            headers=headers,
            body=request_body(endpoint.model, prompt, self._dialect),
            timeouts=HttpTimeouts(limits.connect_s, limits.first_token_s, limits.first_token_s, limits.total_s),
            proxy=endpoint.proxy,
            unix_socket=endpoint.unix_socket,
        )
