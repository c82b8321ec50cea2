"""What a call to a model costs: set aside before it, counted while it streams, written down after it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from secretary.llm.ports import Delta, Finish, Piece, Prompt, Reasoning, TokenUsage
from secretary.llm.prices import Price, PriceBook, cost, tokens_at_most
from secretary.llm.routing.ask import CANCELLED, Attempt, Origin
from secretary.llm.routing.backends import Backend
from secretary.usage.ledger import Ledger
from secretary.usage.models import CallStatus
from secretary.usage.ports import Amount, Call, Outcome, Ticket

CHARACTERS_PER_TOKEN = 3
"""For an answer that was cut off or whose backend does not count: about what Russian and English texts have."""


@dataclass(slots=True)
class Account:
    """One call that is being made."""

    ticket: Ticket
    price: Price | None
    prompt_tokens: int
    attempt: Attempt
    began: float
    now: Callable[[], float]
    characters: int = 0
    finish: Finish | None = None

    @property
    def has_begun(self) -> bool:
        return self.attempt.first_token_ms is not None

    def take(self, piece: Piece) -> None:
        """Count a piece of the answer."""
        if self.attempt.first_token_ms is None:
            self.attempt.first_token_ms = self.elapsed_ms()
        if isinstance(piece, Delta):  # first: nearly all of them are
            self.characters += len(piece.text)
        elif isinstance(piece, Finish):
            self.finish = piece
        elif isinstance(piece, Reasoning):
            self.characters += len(piece.text)
        else:
            self.characters += len(piece.name) + len(piece.arguments)

    def elapsed_ms(self) -> float:
        return (self.now() - self.began) * 1000

    def usage(self) -> tuple[TokenUsage, bool]:
        """The tokens, and whether some of them are our own estimate: of an answer cut off nobody tells the number."""
        told = self.finish.usage if self.finish else TokenUsage()
        prompt = self.prompt_tokens if told.prompt is None else told.prompt
        completion = -(-self.characters // CHARACTERS_PER_TOKEN) if told.completion is None else told.completion
        if not self.has_begun and self.finish is None:
            prompt = 0  # no provider charges for a call that it did not begin to answer
        usage = TokenUsage(prompt, completion, min(told.cached, prompt), told.reasoning)
        return usage, told.prompt is None or told.completion is None


class Accounting:
    """Joins the ledger with the prices."""

    def __init__(self, ledger: Ledger, prices: PriceBook, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._ledger = ledger
        self._prices = prices
        self._monotonic = monotonic

    async def open(self, origin: Origin, backend: Backend, prompt: Prompt, attempt: Attempt) -> Account:
        """Write a call down and set its cost aside. Raises LimitReached."""
        able = backend.model.capabilities
        price = await self._prices.price_of(backend.provider_type, able.model, backend.price)
        prompt_tokens = tokens_at_most(prompt)
        completion = prompt.sampling.max_tokens or able.max_output_tokens
        estimate = amount(TokenUsage(prompt_tokens, completion), price)
        call = Call(
            "llm",
            origin.action,
            backend=backend.name,
            model=able.model,
            source=origin.source,
            source_id=origin.source_id,
            assistant_id=origin.assistant_id,
            api_key_id=origin.api_key_id,
        )
        ticket = await self._ledger.open(call, estimate)
        return Account(ticket, price, prompt_tokens, attempt, self._monotonic(), self._monotonic)

    def settle(self, account: Account) -> None:
        """Write down how it ended. Waits for nothing."""
        (usage, is_estimated), attempt = account.usage(), account.attempt
        attempt.duration_ms = account.elapsed_ms()
        self._ledger.settle(
            account.ticket,
            Outcome(
                _status(attempt),
                amount(usage, account.price),
                code=attempt.code,
                prompt_tokens=usage.prompt or 0,
                completion_tokens=usage.completion or 0,
                cached_tokens=usage.cached,
                first_token_ms=None if attempt.first_token_ms is None else round(attempt.first_token_ms),
                duration_ms=round(attempt.duration_ms),
                details={"estimated": True} if is_estimated else {},
            ),
        )


def amount(usage: TokenUsage, price: Price | None) -> Amount:
    """Tokens with what they cost."""
    units = (usage.prompt or 0) + (usage.completion or 0)
    return Amount(units, cost(usage, price), price.currency) if price else Amount(units)


def _status(attempt: Attempt) -> CallStatus:
    if not attempt.code:
        return CallStatus.DONE
    return CallStatus.CANCELLED if attempt.code == CANCELLED else CallStatus.FAILED
