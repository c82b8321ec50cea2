"""`WireModel`: a `ChatModel` over the shared HTTP client, whatever its service speaks.

The hot path of the product: one await a network chunk. What differs between services is a `Wire`, which does no I/O
but for a login where the service wants one.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import Protocol

from secretary.adapters.llm.reading import Answer, open_reading
from secretary.kernel.clock import Clock, utc_now
from secretary.kernel.errors import Invalid, Upstream
from secretary.kernel.http import HttpClient, HttpRequest, HttpTimeouts
from secretary.llm.errors import llm_error
from secretary.llm.ports import ChatCapabilities, Piece, Prompt, TimeLimits

_FROM_HTTP = {
    "address_not_allowed": "llm_unreachable",
    "http_unreachable": "llm_unreachable",
    "http_certificate": "llm_unreachable",
    "http_timeout": "llm_timeout",
    "http_cut_off": "llm_truncated",
    "http_nonsense": "llm_nonsense",
    "http_redirected": "llm_nonsense",
    "http_too_large": "llm_nonsense",
}


class Wire(Protocol):
    """How one service is asked and understood."""

    async def request(self, prompt: Prompt, timeouts: HttpTimeouts) -> HttpRequest:
        """The whole request. Raises Upstream where the service must be asked for a token first and gives none."""
        ...

    def answer(self, prompt: Prompt) -> Answer:
        """What takes the answer to `prompt` in."""
        ...

    def fault_of_status(self, status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Upstream:
        """The mapped error for a status that is not 200."""
        ...


class WireModel:
    """One model of one service. Holds nothing open between answers: the client pools connections."""

    def __init__(
        self,
        http: HttpClient,
        wire: Wire,
        *,
        name: str,
        capabilities: ChatCapabilities,
        limits: TimeLimits | None = None,
        now: Clock = utc_now,
    ) -> None:
        self._http = http
        self._wire = wire
        self._name = name
        self._capabilities = capabilities
        self._limits = limits or TimeLimits()
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

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """Pieces as they arrive (text of one network chunk together), then one `Finish`.

        Raises Upstream with a code of `llm.errors`. `aclose` cuts the connection at once.
        """
        limits, wire = self._limits, self._wire
        first_token_by = asyncio.get_running_loop().time() + limits.first_token_s
        timeouts = HttpTimeouts(limits.connect_s, limits.first_token_s, limits.first_token_s, limits.total_s)
        try:
            request = await wire.request(prompt, timeouts)
            async with self._http.request(request) as response:
                reading = await open_reading(
                    response, wire.answer(prompt), limits, first_token_by, wire.fault_of_status, self._now
                )
                while pieces := await reading.next_pieces():
                    for piece in pieces:
                        yield piece
                yield reading.finish()
                await reading.drain()
        except (Invalid, Upstream) as error:
            if error.code in _FROM_HTTP:
                raise llm_error(_FROM_HTTP[error.code]) from error
            raise

    async def close(self) -> None:
        """Nothing to end: the shared client owns the connections."""
