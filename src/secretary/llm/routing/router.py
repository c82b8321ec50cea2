"""The router: asks one backend after the other until one answers. The next one is tried only while nothing was said.

A call is written into the ledger before it is made, so a budget that has no room for a backend sends the question on
to the next one: from the big model to the small one, to the local one, and at last to none (then the secretary quotes
a passage or takes a message).
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from random import Random
from typing import TypeVar

import structlog

from secretary.kernel.errors import SecretaryError, Upstream
from secretary.llm.errors import llm_error
from secretary.llm.ports import ChatCapabilities, Piece, Prompt
from secretary.llm.routing.accounting import Accounting
from secretary.llm.routing.ask import Ask
from secretary.llm.routing.backends import Backend, Backends
from secretary.llm.routing.calls import begin, hear_out
from secretary.llm.routing.patience import ALONE, WITH_OTHERS, Patience, wait_before_retry
from secretary.usage.ports import LimitReached

log = structlog.get_logger(__name__)
Sleep = Callable[[float], Awaitable[None]]
Heard = TypeVar("Heard")
Calling = Callable[[Accounting, Ask, Backend, Prompt, Patience], Awaitable[Heard]]


class Router:
    """One for the whole process. `random` and `sleep` are what tests replace."""

    def __init__(
        self,
        backends: Backends,
        accounting: Accounting,
        *,
        random: Random | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.backends = backends
        self._accounting = accounting
        self._random = random or Random()  # noqa: S311 -- jitter, no secret
        self._sleep = sleep

    async def candidates(self, ask: Ask) -> Sequence[Backend]:
        """Who may be asked, in order and each once: by the chain's conditions, the language, the owner."""
        if ask.backends:
            return ask.backends
        backends = await self.backends.refreshed()
        now = ask.circumstances
        found: dict[str, Backend] = {}
        for link in ask.chain:
            if now is None or link.when.holds(now):
                for backend in backends.resolve(link.backend, ask.origin.owner_id):
                    found.setdefault(backend.name, backend)
        return [one for one in found.values() if now is None or now.language in one.model.capabilities.languages]

    async def stream(self, ask: Ask) -> AsyncGenerator[Piece, None]:
        """The answer of the first backend that gives one, as it is given.

        Raises Upstream or LimitReached with the last one's reason; Upstream("llm_none") where nobody can be asked.
        """
        async with await self._somebody(ask, begin) as call:
            if call.first is not None:
                yield call.first
            take = call.account.take
            async for piece in call.pieces:
                take(piece)
                yield piece

    async def whole(self, ask: Ask) -> Sequence[Piece]:
        """The whole answer of the first backend that gives one: half of one is dropped, for nobody has heard it, and
        asked for again. Raises as `stream` does.
        """
        return await self._somebody(ask, hear_out)

    async def once(self, ask: Ask, backend: Backend, patience: Patience) -> Sequence[Piece]:
        """The whole answer of this backend, which is asked once and never again. Raises as `stream` does."""
        if not backend.breaker.let_through():
            raise _left_alone(backend)
        try:
            prompt = ask.prompt_for(backend.model.capabilities)
            ensure_able(backend.model.capabilities, prompt)
            return await hear_out(self._accounting, ask, backend, prompt, patience)
        finally:
            backend.breaker.gave_up()  # nothing is left to give up where the call has told how it went

    async def _somebody(self, ask: Ask, call: Calling[Heard]) -> Heard:
        """What comes of the first call that succeeds."""
        candidates = await self.candidates(ask)
        error: SecretaryError | None = None
        for number, backend in enumerate(candidates, 1):
            if not backend.breaker.let_through():
                error = _left_alone(backend)
                continue
            try:
                return await self._try(ask, backend, ALONE if number == len(candidates) else WITH_OTHERS, call)
            except (Upstream, LimitReached) as failure:
                error = failure
                log.warning("backend_failed", backend=backend.name, code=failure.code)
        raise error or llm_error("llm_none")

    async def _try(self, ask: Ask, backend: Backend, patience: Patience, call: Calling[Heard]) -> Heard:
        """One backend, as often as patience allows. A probe of its breaker is over when this is."""
        try:
            prompt = ask.prompt_for(backend.model.capabilities)
            ensure_able(backend.model.capabilities, prompt)
            return await self._again_and_again(ask, backend, prompt, patience, call)
        except BaseException:
            backend.breaker.gave_up()
            raise

    async def _again_and_again(
        self, ask: Ask, backend: Backend, prompt: Prompt, patience: Patience, call: Calling[Heard]
    ) -> Heard:
        attempt = 0
        while True:
            attempt, began = attempt + 1, time.monotonic()
            try:
                return await call(self._accounting, ask, backend, prompt, patience)
            except Upstream as error:
                took_s = time.monotonic() - began
                wait = wait_before_retry(error, attempt, took_s, patience, self._random)
                if wait is None:
                    raise
            await self._sleep(wait)


def _left_alone(backend: Backend) -> Upstream:
    return llm_error(backend.breaker.last_code or "llm_rate_limited", retry_after_s=backend.breaker.retry_in_s)


def ensure_able(able: ChatCapabilities, prompt: Prompt) -> None:
    """Raises Upstream("llm_unable") for what this model does not take: nothing is dropped silently."""
    wants_images = any(message.images for message in prompt.messages)
    if (
        (wants_images and not able.has_images)
        or (prompt.tools and not able.has_tools)
        or (prompt.json_output is not None and not able.has_json)
        or (prompt.sampling.top_logprobs is not None and not able.has_logprobs)
    ):
        raise llm_error("llm_unable")
