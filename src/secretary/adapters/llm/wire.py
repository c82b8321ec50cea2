"""`WireModel`: a `ChatModel` over the shared HTTP client, whatever its service speaks.

The hot path of the product: one await a network chunk. What differs between services is a `Wire`, which does no I/O
but for a login where the service wants one.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import Protocol

from secretary.adapters.llm.faults import as_llm_error, http_faults_mapped
from secretary.adapters.llm.reading import Answer, open_reading
from secretary.adapters.llm.taken import refuse_unsendable, refuse_what_is_not_taken
from secretary.kernel.clock import Clock, utc_now
from secretary.kernel.errors import Upstream
from secretary.kernel.http import HttpClient, HttpRequest, HttpTimeouts
from secretary.llm.ports import ChatCapabilities, Piece, Prompt, TimeLimits

__all__ = ["Wire", "WireModel", "as_llm_error"]


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
        refuse_what_is_not_taken(prompt, self._capabilities)
        limits, wire = self._limits, self._wire
        first_token_by = asyncio.get_running_loop().time() + limits.first_token_s
        timeouts = HttpTimeouts(limits.connect_s, limits.first_token_s, limits.first_token_s, limits.total_s)
        with http_faults_mapped():
            request = await wire.request(prompt, timeouts)
            refuse_unsendable(request.headers)
            async with self._http.request(request) as response:
                reading = await open_reading(
                    response, wire.answer(prompt), limits, first_token_by, wire.fault_of_status, self._now
                )
                while pieces := await reading.next_pieces():
                    for piece in pieces:
                        yield piece
                yield reading.finish()
                await reading.drain()

    async def close(self) -> None:
        """Nothing to end: the shared client owns the connections."""
