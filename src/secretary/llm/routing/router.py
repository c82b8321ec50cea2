"""The router: asks one backend after the other until one answers. The next one is tried only while nothing was said.

A call is written into the ledger before it is made, so a budget that has no room for a backend sends the question on
to the next one: from the big model to the small one, to the local one, and at last to none (then the secretary quotes
a passage or takes a message).
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from random import Random

import structlog

from secretary.kernel.errors import SecretaryError, Upstream
from secretary.llm.errors import llm_error
from secretary.llm.ports import ChatCapabilities, Piece, Prompt
from secretary.llm.routing.accounting import Account, Accounting
from secretary.llm.routing.ask import Ask, Attempt, code_of
from secretary.llm.routing.backends import Backend, Backends
from secretary.llm.routing.patience import ALONE, WITH_OTHERS, Patience, wait_before_retry
from secretary.usage.ports import LimitReached

log = structlog.get_logger(__name__)
Sleep = Callable[[float], Awaitable[None]]


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
        """The answer of the first backend that gives one.

        Raises Upstream or LimitReached with the last one's reason; Upstream("llm_none") where nobody can be asked.
        """
        candidates = await self.candidates(ask)
        error: SecretaryError = llm_error("llm_none")
        for number, backend in enumerate(candidates, 1):
            is_last = number == len(candidates)
            if not backend.breaker.let_through():
                error = _left_alone(backend)
                continue
            spoke = False
            try:
                async with aclosing(self._ask(ask, backend, ALONE if is_last else WITH_OTHERS)) as pieces:
                    async for piece in pieces:
                        spoke = True
                        yield piece
            except (Upstream, LimitReached) as failure:
                error = failure
                backend.breaker.gave_up()
                log.warning("backend_failed", backend=backend.name, code=failure.code, spoke=spoke)
                if spoke:
                    raise
            else:
                return
        raise error

    async def _ask(self, ask: Ask, backend: Backend, patience: Patience) -> AsyncGenerator[Piece, None]:
        """One backend, as often as patience allows while it says nothing."""
        prompt = ask.prompt_for(backend.model.capabilities)
        ensure_able(backend.model.capabilities, prompt)
        attempt = 0
        while True:
            attempt += 1
            spoke, began = False, time.monotonic()
            try:
                async with aclosing(self._attempt(ask, backend, prompt, patience)) as pieces:
                    async for piece in pieces:
                        spoke = True
                        yield piece
            except Upstream as error:
                wait = (
                    None
                    if spoke
                    else wait_before_retry(error, attempt, time.monotonic() - began, patience, self._random)
                )
                if wait is None:
                    raise
                await self._sleep(wait)
            else:
                return

    async def _attempt(
        self, ask: Ask, backend: Backend, prompt: Prompt, patience: Patience
    ) -> AsyncGenerator[Piece, None]:
        """One call: a place in line, room in the budget, the stream, and the books."""
        await backend.gate.enter(ask.origin.flow, patience.queue_s)
        try:
            attempt = Attempt(backend.name, backend.model.capabilities.model)
            account = await self._accounting.open(ask.origin, backend, prompt, attempt)
            ask.trail.attempts.append(attempt)
            try:
                async with aclosing(backend.model.stream(prompt)) as pieces:
                    async for piece in _in_time(pieces, patience.first_word_s):
                        account.take(piece)
                        yield piece
            except BaseException as error:
                attempt.code = code_of(error)
                _tell_breaker(backend, error, account)
                raise
            else:
                backend.breaker.succeeded()
            finally:
                self._accounting.settle(account)
        finally:
            backend.gate.leave()


async def _in_time(pieces: AsyncGenerator[Piece, None], first_word_s: float | None) -> AsyncGenerator[Piece, None]:
    """The same pieces; Upstream("llm_timeout") where the first is not there in time."""
    if first_word_s is not None:
        try:
            async with asyncio.timeout(first_word_s):
                first = await anext(pieces, None)
        except TimeoutError as error:
            raise llm_error("llm_timeout") from error
        if first is None:
            return
        yield first
    async for piece in pieces:
        yield piece


def _tell_breaker(backend: Backend, error: BaseException, account: Account) -> None:
    if isinstance(error, Upstream):
        backend.breaker.failed(error)
    elif account.has_begun:
        backend.breaker.succeeded()  # whoever listened left in mid-answer: the backend was doing well
    else:
        backend.breaker.gave_up()


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
