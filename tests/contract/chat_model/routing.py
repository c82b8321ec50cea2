"""The real router over given models, with books that only count: what was opened must be settled, places given back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory
from secretary.llm.ports import ChatModel, Prompt
from secretary.llm.prices import PriceBook
from secretary.llm.routing.accounting import Accounting
from secretary.llm.routing.ask import Ask, Origin
from secretary.llm.routing.backends import PLACES_OF_OWN, Backend, Backends
from secretary.llm.routing.router import Router
from secretary.usage.ledger import Ledger
from secretary.usage.ports import Amount, Call, Outcome, Ticket


@dataclass
class Books:
    """Stands for the ledger: everything that is written down comes to an end, once."""

    open_tickets: dict[str, Ticket] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)

    async def open(self, call: Call, estimate: Amount) -> Ticket:
        ticket = Ticket(f"t{len(self.open_tickets) + len(self.outcomes)}", datetime.now(UTC), call, estimate)
        self.open_tickets[ticket.id] = ticket
        return ticket

    def settle(self, ticket: Ticket, outcome: Outcome) -> None:
        del self.open_tickets[ticket.id]
        self.outcomes.append(outcome)


class NoPrices:
    """Stands for the price book: nobody knows what anything costs."""

    async def price_of(self, *_: object) -> None:
        return None


class Routed:
    """A router over these models, asked in this order."""

    def __init__(self, *models: ChatModel) -> None:
        self.books = Books()
        units = UnitFactory(cast("Any", None), EventBus())
        fixed = {f"{number} {model.name}": model for number, model in enumerate(models)}
        self.backends = Backends(units, cast("Any", None), cast("Any", None), fixed)
        accounting = Accounting(cast("Ledger", self.books), cast("PriceBook", NoPrices()))
        self.router = Router(self.backends, accounting)

    def ask(self, prompt: Prompt) -> Ask:
        return Ask(lambda _: prompt, Origin("api"), backends=self.chain)

    @property
    def chain(self) -> Sequence[Backend]:
        return list(self.backends.named().values())

    def assert_nothing_is_held(self) -> None:
        """No place, no line in the books, no probe of a breaker."""
        assert not self.books.open_tickets
        assert [(one.gate.waiting, one.gate._free) for one in self.chain] == [(0, PLACES_OF_OWN)] * len(self.chain)
        assert [one.breaker._probed_at for one in self.chain] == [None] * len(self.chain)
