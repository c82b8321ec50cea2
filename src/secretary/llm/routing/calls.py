"""One call to one backend: it holds a place in line and a line in the books, and gives both back however it ends."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from secretary.kernel.errors import Upstream
from secretary.llm.errors import llm_error
from secretary.llm.ports import Piece, Prompt
from secretary.llm.routing.accounting import Account, Accounting
from secretary.llm.routing.ask import Ask, Attempt, code_of
from secretary.llm.routing.backends import Backend
from secretary.llm.routing.patience import Patience


@dataclass(slots=True)
class Call:
    """A call that has begun: `first` is its first piece, None where there was none. A context that must be left."""

    backend: Backend
    account: Account
    accounting: Accounting
    pieces: AsyncGenerator[Piece, None]
    first: Piece | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self.pieces.aclose()
        finally:
            self._settle(error)

    def _settle(self, error: BaseException | None) -> None:
        breaker = self.backend.breaker
        if error is not None:
            self.account.attempt.code = code_of(error)
        if isinstance(error, Upstream):
            breaker.failed(error)
        elif error is None or self.account.has_begun:  # whoever listened left in mid-answer: it was doing well
            breaker.succeeded()
        else:
            breaker.gave_up()
        self.accounting.settle(self.account)
        self.backend.gate.leave()


async def begin(accounting: Accounting, ask: Ask, backend: Backend, prompt: Prompt, patience: Patience) -> Call:
    """Wait for a place, set the cost aside, and ask. Raises Upstream, LimitReached; nothing is held then.

    Returns once the first word is here.
    """
    await backend.gate.enter(ask.origin.flow, patience.queue_s)
    attempt = Attempt(backend.name, backend.model.capabilities.model)
    try:
        account = await accounting.open(ask.origin, backend, prompt, attempt)
    except BaseException:
        backend.gate.leave()
        raise
    ask.trail.attempts.append(attempt)
    call = Call(backend, account, accounting, backend.model.stream(prompt))
    try:
        call.first = await _first(call.pieces, patience.first_word_s)
        if call.first is not None:
            account.take(call.first)
    except BaseException as error:
        await call.__aexit__(type(error), error, None)
        raise
    return call


async def hear_out(
    accounting: Accounting, ask: Ask, backend: Backend, prompt: Prompt, patience: Patience
) -> Sequence[Piece]:
    """A call from its beginning to its end. Raises as `begin` does, and what breaks it off."""
    async with await begin(accounting, ask, backend, prompt, patience) as call:
        heard = [] if call.first is None else [call.first]
        async for piece in call.pieces:
            call.account.take(piece)
            heard.append(piece)
        return heard


async def _first(pieces: AsyncGenerator[Piece, None], within_s: float | None) -> Piece | None:
    """Raises Upstream("llm_timeout") where it is not there in time."""
    if within_s is None:
        return await anext(pieces, None)
    try:
        async with asyncio.timeout(within_s):
            return await anext(pieces, None)
    except TimeoutError as error:
        raise llm_error("llm_timeout") from error
