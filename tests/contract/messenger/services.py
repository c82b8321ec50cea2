"""Every messenger with its provider behind one face, for the contract that all of them keep."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from tests.contract.messenger import bots, test_whatsapp
from tests.support.fakes.frame import FakeService
from tests.support.fakes.telegram.methods import secret_header
from tests.support.fakes.whatsapp.service import signed

from secretary.channels.messenger import Address, Connection, Incoming, Messenger, WebhookRequest
from secretary.channels.ports import InstanceView


class Service(Protocol):
    """One customer at one provider. `sending` is the method by which texts go out there."""

    messenger: Messenger
    view: InstanceView[Any]
    secrets: Any
    line: Connection
    fake: FakeService
    sending: str
    token: str

    async def say(self, text: str) -> None: ...

    async def send_file(self, size: int) -> None: ...

    async def tap(self, text: str, number: int) -> None:
        """Tap a button of the message that was shown last."""
        ...

    async def heard(self, count: int) -> Sequence[Incoming]:
        """The last so many things that came."""
        ...

    def shown(self) -> list[str]: ...

    async def revoke(self) -> None: ...

    def knock(self, signature: Any) -> tuple[WebhookRequest, str]:
        """A request to a webhook, and the secret of the instance."""
        ...


@dataclass
class Telegram:
    shop: bots.Bot
    sending = "sendMessage"
    token = bots.TOKEN

    def __post_init__(self) -> None:
        self.messenger, self.view, self.secrets = self.shop.messenger, self.shop.view, self.shop.secrets
        self.line, self.fake = self.shop.line, self.shop.fake
        self._all: list[Incoming] = []

    async def say(self, text: str) -> None:
        await self.shop.say(text)

    async def send_file(self, size: int) -> None:
        await self.fake.people.send_file(bots.TOKEN, bots.ANNA, "document", size)

    async def tap(self, text: str, number: int) -> None:
        last = self.fake.arrived[str(bots.ANNA)][-1]
        buttons = [one for row in last.body["reply_markup"]["inline_keyboard"] for one in row]
        await self.fake.people.tap(bots.TOKEN, bots.ANNA, buttons[number]["callback_data"], int(last.id))

    async def heard(self, count: int) -> Sequence[Incoming]:
        while len(self._all) < count:
            self._all += await self.shop.heard()
        return self._all[-count:]

    def shown(self) -> list[str]:
        return self.fake.texts(bots.ANNA)

    async def revoke(self) -> None:
        self.shop.bot.is_revoked = True

    def knock(self, signature: Any) -> tuple[WebhookRequest, str]:
        headers = {name.lower(): value for name, value in secret_header("secret", signature).items()}
        return WebhookRequest(headers, {}, b"{}"), "secret"


@dataclass
class WhatsApp:
    shop: test_whatsapp.Shop
    sending = "messages"
    token = test_whatsapp.TOKEN

    def __post_init__(self) -> None:
        self.messenger, self.view, self.secrets = self.shop.messenger, self.shop.house.view, test_whatsapp.SECRETS
        self.line, self.fake = self.shop.line, self.shop.fake

    async def say(self, text: str) -> None:
        await self.fake.people.say(test_whatsapp.ID, test_whatsapp.PHONE, text)

    async def send_file(self, size: int) -> None:
        await self.fake.people.send_file(
            test_whatsapp.ID, test_whatsapp.PHONE, "document", size, "application/octet-stream", "file"
        )

    async def tap(self, text: str, number: int) -> None:
        last = self.fake.arrived[test_whatsapp.PHONE][-1]
        replies = [one["reply"] for one in last.body["interactive"]["action"]["buttons"]]
        await self.fake.people.tap(
            test_whatsapp.ID, test_whatsapp.PHONE, replies[number]["id"], replies[number]["title"]
        )

    async def heard(self, count: int) -> Sequence[Incoming]:
        await self.fake.until(lambda: len(self.shop.house.heard) >= count)
        return self.shop.house.heard[-count:]

    def shown(self) -> list[str]:
        return self.fake.texts(test_whatsapp.PHONE)

    async def revoke(self) -> None:
        self.shop.number.is_revoked = True

    def knock(self, signature: Any) -> tuple[WebhookRequest, str]:
        headers = signed(test_whatsapp.APP_SECRET, b"{}", signature)
        return WebhookRequest({name.lower(): value for name, value in headers.items()}, {}, b"{}"), ""


@asynccontextmanager
async def telegram() -> AsyncGenerator[Service, None]:
    async with bots.a_bot() as shop:
        yield Telegram(shop)


@asynccontextmanager
async def whatsapp() -> AsyncGenerator[Service, None]:
    async with test_whatsapp.opened() as shop:
        yield WhatsApp(shop)


SERVICES: list[Callable[[], Any]] = [telegram, whatsapp]


def address_of(incoming: Incoming) -> Address:
    """Where somebody who said something is written to."""
    return incoming.address  # type: ignore[union-attr]
