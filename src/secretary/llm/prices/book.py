"""The prices of this installation's models: the owner's own, our table, what the library has told, what it tells now.

What is known is in memory, so that a call pays for a look into a dictionary. The first call of a model waits for its
price; many who wait for one model ask once, and models that are asked for together share a child process.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog

from secretary.kernel.errors import SecretaryError
from secretary.kernel.unit import UnitFactory
from secretary.llm.models import ModelPrice, OwnPrice
from secretary.llm.prices import queries
from secretary.llm.prices.library import KNOWN_AS, LibraryFailed, Model, ask_library, library_date
from secretary.llm.prices.price import MILLION, Price
from secretary.llm.prices.russian import russian_price
from secretary.llm.providers import ProviderType

FREE_KINDS = frozenset({ProviderType.OLLAMA, ProviderType.VLLM})
LOOKED_AT_AGAIN_S = 3600.0
TRIED_AGAIN_S = 600.0
OLD = timedelta(days=30)
LONGEST_NAME = 200
Ask = Callable[[Sequence[Model]], Awaitable[Sequence[Price | None]]]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    price: Price | None
    until: float


class PriceBook:
    """One for the whole process."""

    def __init__(
        self,
        units: UnitFactory,
        ask: Ask = ask_library,
        monotonic: Callable[[], float] = time.monotonic,
        library_of: Callable[[], date] = library_date,
    ) -> None:
        self._units = units
        self._ask = ask
        self._monotonic = monotonic
        self._library_of = library_of
        self._known: dict[Model, _Known] = {}
        self._waiting: dict[Model, asyncio.Future[Price | None]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def price_of(self, kind: ProviderType | None, model: str, own: OwnPrice | None) -> Price | None:
        """What a model costs, or None where nobody knows it. Models of no kind run here and cost nothing."""
        if own is not None:
            return self._own(own)
        if kind is None or kind in FREE_KINDS:
            return Price(0, 0, 0, "USD", self._today())
        known = self._known.get((kind, model))
        if known is not None and self._monotonic() < known.until:
            return known.price
        return await self._look_up((kind, model[:LONGEST_NAME]), known)

    async def close(self) -> None:
        """End what is being asked. Repeatable."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    def _own(self, own: OwnPrice) -> Price:
        cached = own.input if own.cached_input is None else own.cached_input
        given, from_cache, answered = (round(price * MILLION) for price in (own.input, cached, own.output))
        return Price(given, from_cache, answered, own.currency, self._today())

    def _today(self) -> date:
        return self._units.clock().date()

    async def _look_up(self, model: Model, known: _Known | None) -> Price | None:
        if (listed := russian_price(*model)) is not None or model[0] not in KNOWN_AS:
            return self._remember(model, listed)
        row = await self._stored(model)
        if row is not None and not self._is_old(row.as_of):
            return self._remember(model, _price(row))
        asked = self._question(model)
        last = _price(row) if row is not None else (known.price if known is not None else None)
        if last is not None:  # an old price is better than waiting
            return self._remember(model, last, TRIED_AGAIN_S)
        return await asyncio.shield(asked)

    def _remember(self, model: Model, price: Price | None, for_s: float = LOOKED_AT_AGAIN_S) -> Price | None:
        self._known[model] = _Known(price, self._monotonic() + for_s)
        return price

    def _is_old(self, as_of: date) -> bool:
        """Asked again a day later where the library is newer than the answer, and in any case after a month."""
        today = self._today()
        return today - as_of > OLD or (as_of < today and self._library_of() > as_of)

    async def _stored(self, model: Model) -> ModelPrice | None:
        try:
            async with self._units.read() as unit:
                return await queries.stored(unit.db, *model)
        except SecretaryError as error:
            log.warning("prices_not_read", code=error.code)
            return None

    def _question(self, model: Model) -> "asyncio.Future[Price | None]":
        waiting = self._waiting.get(model)
        if waiting is None:
            waiting = self._waiting[model] = asyncio.get_running_loop().create_future()
            if self._asking is None or self._asking.done():
                self._asking = asyncio.create_task(self._answer(), name="prices")
        return waiting

    async def _answer(self) -> None:
        """Ask for all that wait, until nobody does; whoever comes meanwhile is in the next round."""
        try:
            while self._waiting:
                models = list(self._waiting)
                prices = await self._told(models)
                for model, price in zip(models, prices, strict=True):
                    waiting = self._waiting.pop(model)
                    if not waiting.done():
                        waiting.set_result(price)
        finally:  # nobody waits for ever
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_result(None)
            self._waiting.clear()

    async def _told(self, models: Sequence[Model]) -> Sequence[Price | None]:
        try:
            prices = await self._ask(models)
        except LibraryFailed as error:
            log.warning("prices_not_told", reason=str(error), models=[name for _, name in models])
            return [self._remember(model, self._last(model), TRIED_AGAIN_S) for model in models]
        await self._store(list(zip(models, prices, strict=True)))
        return [self._remember(model, price) for model, price in zip(models, prices, strict=True)]

    def _last(self, model: Model) -> Price | None:
        known = self._known.get(model)
        return known.price if known is not None else None

    async def _store(self, told: Sequence[tuple[Model, Price | None]]) -> None:
        today = self._today()
        try:
            async with self._units.write() as unit:
                await queries.store(unit.db, [_row(model, price, today) for model, price in told])
        except SecretaryError as error:
            log.warning("prices_not_stored", code=error.code)


def _price(row: ModelPrice) -> Price | None:
    if not row.is_known:
        return None
    return Price(row.input_micro, row.cached_input_micro, row.output_micro, row.currency, row.as_of)


def _row(model: Model, price: Price | None, today: date) -> ModelPrice:
    """`as_of` is the day of the answer."""
    numbers = (price.input_micro, price.cached_input_micro, price.output_micro) if price else (0, 0, 0)
    return ModelPrice(
        provider_type=model[0],
        model=model[1],
        is_known=price is not None,
        input_micro=numbers[0],
        cached_input_micro=numbers[1],
        output_micro=numbers[2],
        currency=price.currency if price else "",
        as_of=today,
    )
