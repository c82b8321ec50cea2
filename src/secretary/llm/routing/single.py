"""A call that is answered in one piece and is no chat: through the same gate, breaker and books."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from secretary.kernel.errors import Upstream
from secretary.llm.errors import llm_error
from secretary.llm.ports import Finish, FinishReason, Message, Prompt, Sampling, TokenUsage
from secretary.llm.routing.accounting import Accounting
from secretary.llm.routing.ask import Attempt, Origin, code_of
from secretary.llm.routing.backends import Backend
from secretary.llm.routing.patience import ALONE

Answer = TypeVar("Answer")


async def single_call(
    accounting: Accounting,
    origin: Origin,
    backend: Backend,
    texts: Sequence[str],
    call: Callable[[], Awaitable[Answer]],
    tokens_of: Callable[[Answer], int | None],
) -> Answer:
    """What `call` gives, which sends `texts` to this backend. Raises Upstream, LimitReached."""
    if not backend.breaker.let_through():
        raise llm_error(backend.breaker.last_code or "llm_rate_limited", retry_after_s=backend.breaker.retry_in_s)
    try:
        await backend.gate.enter(origin.flow, ALONE.queue_s)
        try:
            return await _counted(accounting, origin, backend, texts, call, tokens_of)
        finally:
            backend.gate.leave()
    finally:
        backend.breaker.gave_up()  # nothing is left to give up where the call has told how it went


async def _counted(
    accounting: Accounting,
    origin: Origin,
    backend: Backend,
    texts: Sequence[str],
    call: Callable[[], Awaitable[Answer]],
    tokens_of: Callable[[Answer], int | None],
) -> Answer:
    prompt = Prompt([Message("user", text) for text in texts], Sampling(max_tokens=1))
    model = backend.model.capabilities.model
    attempt = Attempt(backend.name, model)
    account = await accounting.open(origin, backend, prompt, attempt)
    try:
        answer = await call()
        account.take(Finish(FinishReason.STOP, model, TokenUsage(tokens_of(answer), 0)))
    except BaseException as error:
        attempt.code = code_of(error)
        if isinstance(error, Upstream):
            backend.breaker.failed(error)
        raise
    else:
        backend.breaker.succeeded()
        return answer
    finally:
        accounting.settle(account)
