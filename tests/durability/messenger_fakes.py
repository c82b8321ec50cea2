"""The providers as they are on a bad day: what they bring comes twice, late and in the wrong order; what they are asked
is refused, fails, or is done while the connection breaks.
"""

import asyncio
import copy
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from time import monotonic, time
from typing import Any

import orjson

from tests.support.fakes.frame import Arrival, Call, FakeService, Fault
from tests.support.fakes.pump import Habits
from tests.support.fakes.telegram import FakeTelegram
from tests.support.fakes.telegram.world import Bot
from tests.support.fakes.whatsapp import FakeWhatsApp
from tests.support.fakes.whatsapp.world import Number

SENDING = ("sendMessage", "messages")
CONNECTIONS, SHUFFLE, TWICE = 8, 3, 0.03
Told = Callable[[str, float], None]
Brought = dict[str, list[tuple[float, float, bool]]]
"""When each text was brought to a webhook: begun, ended, and whether it was taken."""


@dataclass
class Weather:
    """How often what goes wrong, as shares of all calls or updates."""

    busy: float = 0.01
    broken: float = 0.003
    cut: float = 0.002
    done_and_cut: float = 0.002
    unheard: float = 0.001
    again: float = 0.02
    again_s: tuple[float, float] = (0.5, 20.0)


@dataclass(slots=True)
class Chance(Fault):
    """A fault that strikes by chance. `struck` are the texts that were sent when it did."""

    share: float = 0.0
    luck: random.Random = field(default_factory=random.Random)
    struck: list[str] = field(default_factory=list)

    def is_for(self, call: Call) -> bool:
        if not Fault.is_for(self, call) or self.luck.random() >= self.share:
            return False
        self.struck.append(text_of(call.body))
        return True


def text_of(body: dict[str, Any]) -> str:
    """What a request of either provider says."""
    text = body.get("text", "")
    return str(text.get("body", "") if isinstance(text, dict) else text)


def faults(weather: Weather, luck: random.Random) -> list[Fault]:
    """Everything that may go wrong with what the program asks."""
    always: dict[str, Any] = {"times": -1, "luck": luck}
    return [
        Chance("refuse", 429, retry_after=1, methods=SENDING, share=weather.busy, **always),
        Chance("refuse", 502, methods=SENDING, share=weather.broken, **always),
        Chance("close", methods=SENDING, share=weather.cut, **always),
        Chance("close", methods=SENDING, share=weather.done_and_cut, is_done=True, **always),
        Chance("refuse", 502, methods=("getUpdates",), share=weather.unheard, **always),
    ]


def done_and_cut(service: FakeService) -> set[str]:
    """The texts that arrived though the program was not told so."""
    return {text for fault in service.faults if isinstance(fault, Chance) and fault.is_done for text in fault.struck}


class _Shown(list[Arrival]):
    """What a chat shows; tells of everything that comes to it."""

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told

    def append(self, arrival: Arrival) -> None:
        super().append(arrival)
        self._told(arrival.text, arrival.at)


def listen(service: FakeService, told: Told) -> None:
    """Tell of every message that any chat shows, and when it did."""
    shown = service.arrived
    assert isinstance(shown, defaultdict)
    shown.default_factory = partial(_Shown, told)


class Later:
    """Brings updates once more, after a while."""

    def __init__(self, weather: Weather, luck: random.Random) -> None:
        self._weather = weather
        self._luck = luck
        self._tasks: set[asyncio.Task[None]] = set()
        self.count = 0

    def maybe(self, bring: Callable[[], None]) -> None:
        if self._luck.random() < self._weather.again:
            self.count += 1
            task = asyncio.create_task(self._after(self._luck.uniform(*self._weather.again_s), bring))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _after(self, seconds: float, bring: Callable[[], None]) -> None:
        await asyncio.sleep(seconds)
        bring()

    async def settled(self) -> None:
        """Return when nothing comes any more."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))


class BadTelegram(FakeTelegram):
    """Webhooks bring neighbours in the wrong order, and some updates twice, at once or later."""

    def __init__(self, weather: Weather, luck: random.Random) -> None:
        super().__init__(habits=Habits(CONNECTIONS, TWICE, SHUFFLE, told=self._brought), keep_calls=10)
        self.brought: Brought = defaultdict(list)
        self.faults = faults(weather, luck)
        self.later = Later(weather, luck)

    def deliver(self, bot: Bot, kind: str, body: dict[str, Any]) -> int:
        number = super().deliver(bot, kind, body)
        if number and bot.pump is not None:
            raw = orjson.dumps({"update_id": number, kind: body})
            self.later.maybe(lambda: bot.pump.put(raw) if bot.pump is not None else None)
        return number

    def _brought(self, body: bytes, began: float, taken: bool) -> None:
        text = orjson.loads(body).get("message", {}).get("text", "")
        self.brought[text].append((began, now(), taken))

    @property
    def pending(self) -> int:
        """Updates that the program has not taken."""
        return sum(bot.pump.pending if bot.pump else len(bot.pending) for bot in self.world.bots.values())


class BadWhatsApp(FakeWhatsApp):
    """Webhooks bring some updates twice, at once or later, and what was written in a row in one body, last first."""

    def __init__(self, weather: Weather, luck: random.Random) -> None:
        habits = Habits(CONNECTIONS, TWICE)
        super().__init__(habits=habits, keep_calls=10, progress=("sent", "delivered", "read"))
        self.faults = faults(weather, luck)
        for fault in self.faults:
            fault.words = "130429" if fault.status == 429 else ""
        self.later = Later(weather, luck)
        self._held: list[dict[str, Any]] | None = None

    def deliver(self, number: Number, update: dict[str, Any]) -> None:
        if self._held is not None:
            self._held.append(update)
            return
        super().deliver(number, update)
        again = copy.deepcopy(update)
        self.later.maybe(lambda: FakeWhatsApp.deliver(self, number, again))

    async def say_in_a_row(self, number: str, user: str, texts: list[str]) -> None:
        """One message a second, all in one body, the last one first: Meta's seconds tell the order."""
        self._held = []
        began = int(time()) - len(texts)
        for place, text in enumerate(texts):
            await self.people.say(number, user, text, timestamp=str(began + place))
        (whole, *others), self._held = self._held, None
        messages = [update["entry"][0]["changes"][0]["value"]["messages"][0] for update in (whole, *others)]
        whole["entry"][0]["changes"][0]["value"]["messages"] = messages[::-1]
        self.deliver(self.world.numbers[number], whole)

    @property
    def pending(self) -> int:
        return sum(number.pump.pending for number in self.world.numbers.values() if number.pump)


def now() -> float:
    """The clock of arrivals."""
    return monotonic()
