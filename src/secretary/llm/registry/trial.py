"""Whether a provider answers: one short question, asked through the same router and books as a customer's."""

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, replace

from secretary.kernel.errors import SecretaryError, Upstream
from secretary.kernel.secrets import Vault
from secretary.kernel.unit import Actor, UnitFactory
from secretary.llm.errors import llm_error
from secretary.llm.models import Provider
from secretary.llm.ports import ChatCapabilities, Delta, Message, Prompt, Sampling
from secretary.llm.providers import ModelFactory
from secretary.llm.registry import service
from secretary.llm.routing.ask import Ask, Attempt, Origin, Trail
from secretary.llm.routing.backends import Backend
from secretary.llm.routing.breaker import Breaker
from secretary.llm.routing.gate import Gate
from secretary.llm.routing.router import Router
from secretary.llm.specs import spec_of

QUESTION = "Answer with the one word: ready"
MAX_TOKENS = 256  # models that think first need some before they say their word
LONGEST_S = 45.0
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Tried:
    """How it went. `error` is None where the provider answered."""

    provider: Provider
    text: str
    attempt: Attempt
    error: SecretaryError | None = None


class Trial:
    """Tries providers out."""

    def __init__(self, units: UnitFactory, router: Router, factory: ModelFactory, vault: Vault) -> None:
        self._units = units
        self._router = router
        self._factory = factory
        self._vault = vault

    async def run(self, actor: Actor, provider_id: str) -> Tried:
        """Ask it something. Raises NotFound for a provider that the actor may not change: asking costs money."""
        async with self._units.read(actor) as unit:
            row = await service.find(unit, provider_id)
        known = (await self._router.backends.refreshed()).named().get(row.backend)
        trail = Trail([Attempt(row.backend, row.model_name)])
        try:
            # A breaker of its own: whoever has just paid his bill need not wait until it lets a call through.
            backend = replace(known or self._made(row), breaker=Breaker(time.monotonic))
            ask = Ask(_prompt, _origin(row), backends=[backend], trail=trail)
            text = await self._answer(ask)
        except SecretaryError as error:
            if known is not None and isinstance(error, Upstream):
                known.breaker.failed(error)  # what was learned counts for the real one, too
            return Tried(row, "", trail.attempts[-1], error)
        if known is not None:
            known.breaker.succeeded()
        return Tried(row, text[:SHOWN], trail.attempts[-1])

    async def _answer(self, ask: Ask) -> str:
        try:
            async with asyncio.timeout(LONGEST_S), aclosing(self._router.stream(ask)) as pieces:
                return "".join([piece.text async for piece in pieces if isinstance(piece, Delta)]).strip()
        except TimeoutError as error:
            raise llm_error("llm_timeout") from error

    def _made(self, row: Provider) -> Backend:
        """A provider that is switched off is no backend; it can be tried before it is switched on."""
        spec = spec_of(row, self._vault)
        gate = Gate(row.config.max_concurrency)
        chat = self._factory.chat(spec)
        return Backend(
            row.backend, chat, gate, Breaker(time.monotonic), row.provider_type, row.owner_id, row.config.price, spec
        )  # fmt: skip


def _origin(row: Provider) -> Origin:
    return Origin("admin", row.id, owner_id=row.owner_id, action="test")


def _prompt(able: ChatCapabilities) -> Prompt:
    return Prompt([Message("user", QUESTION)], Sampling(max_tokens=min(MAX_TOKENS, able.max_output_tokens)))
