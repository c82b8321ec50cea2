"""WhatsApp's adapter against a service that is written from Meta's description: every request is as described."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from tests.support.fakes.whatsapp import FakeWhatsApp
from tests.support.fakes.whatsapp.description import described
from tests.support.fakes.whatsapp.world import WINDOW_S, Number

from secretary.adapters.channels.whatsapp import WhatsAppMessenger
from secretary.adapters.channels.whatsapp.settings import WhatsAppSecrets, WhatsAppSettings
from secretary.channels.messenger import (
    Connection,
    Delivered,
    Incoming,
    OutFile,
    Outgoing,
    Part,
    Rated,
    Said,
    Tapped,
    WebhookRequest,
)
from secretary.channels.ports import InstanceView
from secretary.conversations.ports import QuickReply
from secretary.kernel.errors import Invalid, SecretaryError, Upstream
from secretary.kernel.http import HttpClient

ID, TOKEN, APP_SECRET, PHONE = "106540352242922", "EAAtoken", "app-secret", "79991234567"
USER_ID = "RU.13491208655302741918"
SECRETS = WhatsAppSecrets(access_token=TOKEN, verify_token="verify", app_secret=APP_SECRET)


class House:
    """What a webhook of ours does with a request: believes it or not, and reads it."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.keys: list[str] = []
        self.refused = 0
        self.messenger = WhatsAppMessenger(HttpClient())
        self.tell: Callable[[], None] = lambda: None
        self.url = ""
        self.view = InstanceView("1", "Shop", True, WhatsAppSettings(phone_number_id=ID))

    async def webhook(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = WebhookRequest(headers, dict(request.query), await request.read())
        if request.method == "GET":
            answer = self.messenger.handshake(asked, SECRETS)
            return web.Response(text=answer, status=200 if answer else 403)
        if not self.messenger.admits(asked, self.view.settings, SECRETS, ""):
            self.refused += 1
            return web.Response(status=401)
        for update in self.messenger.split(asked.body):
            if update.key not in self.keys:
                self.keys.append(update.key)
                self.heard += self.messenger.read(update.payload, self.view)
        self.tell()
        return web.Response()


class Shop:
    """A business number, its connection, and what its webhook heard."""

    def __init__(self, fake: FakeWhatsApp, number: Number, house: House, http: HttpClient, about: Mapping[str, Any]):
        self.fake, self.number, self.house = fake, number, house
        self.settings = WhatsAppSettings(
            phone_number_id=ID, waba_id=number.waba_id, api_url=fake.api_url, **{"template_name": "answer", **about}
        )
        self.messenger = WhatsAppMessenger(http)
        self.line: Connection = self.messenger.connect(InstanceView("1", "Shop", True, self.settings), SECRETS)

    async def send(self, text: str = "", address: Mapping[str, str] | None = None, **about: Any) -> list[str]:
        parts = self.messenger.render(Outgoing(text, **about), self.settings)
        return [await self.line.send(address or {"to": PHONE}, part) for part in parts]

    async def fails(self, work: Any) -> Upstream:
        with pytest.raises(Upstream) as failed:
            await work
        return failed.value


@asynccontextmanager
async def opened(**about: Any) -> AsyncGenerator[Shop, None]:
    house = House()
    app = web.Application()
    app.router.add_route("*", "/hook", house.webhook)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    house.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    http = HttpClient(frozenset({"127.0.0.1"}))
    try:
        async with FakeWhatsApp(strict=about.pop("strict", False)) as fake:
            house.tell = fake.tell
            fake.template("answer", "ru")
            number = fake.number(ID, TOKEN, APP_SECRET, webhook_url=house.url)
            await fake.people.person(ID, PHONE, name="Анна")
            yield Shop(fake, number, house, http, about)
            assert fake.violations == []
    finally:
        await http.aclose()
        await runner.cleanup()


async def test_who_we_are_and_that_updates_come_here() -> None:
    async with opened() as shop:
        identity = await shop.line.open("", "")
        assert (identity.id, identity.name) == (ID, "Магазин · +7 495 555-01-02")
        assert identity.link == "https://wa.me/74955550102"
        assert shop.fake.call_counts == {"get": 1}


async def test_an_encrypted_address_is_entered_at_meta_and_its_refusal_is_no_end() -> None:
    async with opened() as shop:
        await shop.line.open("https://127.0.0.1:1/webhooks/whatsapp/x", "")
        assert shop.fake.call_counts == {"get": 1, "subscribed_apps": 1, "set_number": 1}
        assert [one.status for one in shop.fake.calls] == [200, 200, 400]
        assert await shop.fake.asks(shop.house.url, "verify")
        assert not await shop.fake.asks(shop.house.url, "guessed")


async def test_a_conversation_there_and_back() -> None:
    async with opened() as shop:
        question = await shop.fake.people.say(ID, PHONE, "Вы **открыты**?")
        await shop.fake.until(lambda: shop.house.heard)
        [said] = shop.house.heard
        assert isinstance(said, Said)
        await shop.line.typing(said.address, said.message_id)
        [sent] = await shop.send("Да, **до шести**.", dict(said.address))  # type: ignore[arg-type]
        assert shop.fake.texts(PHONE) == ["Да, *до шести*."]
        assert shop.number.read == {question: True}
        await shop.fake.people.read(ID, sent, "delivered")
        await shop.fake.people.react(ID, PHONE, sent, "👍")
        await shop.fake.until(lambda: len(shop.house.heard) == 3)
        assert shop.house.heard[1:] == [Delivered(sent, "delivered"), Rated(sent, 1)]


async def test_buttons_lists_and_long_texts_arrive() -> None:
    async with opened() as shop:
        await shop.fake.people.say(ID, PHONE, "?")
        await shop.send("Что?", buttons=[QuickReply(label="Да", value="yes"), QuickReply(label="Нет", value="no")])
        labels = [QuickReply(label=f"Очень длинное название номер {n}", value=str(n)) for n in range(10)]
        await shop.send("Слово. " * 900, buttons=labels[:3] + labels[3:6])
        await shop.fake.people.tap(ID, PHONE, "yes", "Да")
        await shop.fake.until(lambda: len(shop.house.heard) == 2)
        shown = shop.fake.arrived[PHONE]
        assert [one.method for one in shown] == ["interactive", "text", "text", "interactive"]
        tapped = shop.house.heard[1]
        assert isinstance(tapped, Tapped)
        assert (tapped.value, tapped.label) == ("yes", "Да")


async def test_who_hides_his_number_is_answered_by_his_id() -> None:
    async with opened() as shop:
        await shop.fake.people.person(ID, PHONE, user_id=USER_ID, hides=True, username="anna")
        await shop.fake.people.say(ID, PHONE, "Привет")
        await shop.fake.until(lambda: shop.house.heard)
        [said] = shop.house.heard
        assert isinstance(said, Said)
        assert (said.person.key, said.person.phone, said.person.username) == (USER_ID, "", "anna")
        await shop.send("Здравствуйте", dict(said.address))  # type: ignore[arg-type]
        assert shop.fake.texts(USER_ID) == ["Здравствуйте"]


async def test_files_both_ways() -> None:
    async with opened() as shop:
        await shop.fake.people.send_file(ID, PHONE, "document", 70_000, "application/pdf", "смета.pdf", "Вот")
        await shop.fake.until(lambda: shop.house.heard)
        [said] = shop.house.heard
        assert isinstance(said, Said)
        data, media_type = await shop.line.fetch(said.files[0].ref, 100_000)
        assert (len(data), media_type, said.text) == (70_000, "application/pdf", "Вот")
        assert [one.method for one in shop.fake.calls] == ["get", "download"]
        picture = OutFile("photo", 'схема "1".png', "image/png", b"\x89PNG\r\n--x")
        await shop.send("**Схема**", files=[picture])
        [shown] = shop.fake.arrived[PHONE]
        kept = shop.fake.world.files[shown.body["image"]["id"]]
        assert (kept.data, kept.media_type, kept.name) == (picture.data, "image/png", "схема _1_.png")
        assert shown.text == "*Схема*"


async def test_a_file_that_is_too_large_is_not_fetched() -> None:
    async with opened() as shop:
        await shop.fake.people.send_file(ID, PHONE, "video", 20_000_000, "video/mp4")
        await shop.fake.until(lambda: shop.house.heard)
        [said] = shop.house.heard
        assert isinstance(said, Said)
        with pytest.raises(Invalid, match="channel_file_too_large"):
            await shop.line.fetch(said.files[0].ref, 10_000_000)
        assert shop.fake.call_counts["download"] == 0


async def test_a_file_that_lies_about_its_size_is_not_read_to_its_end() -> None:
    async with opened() as shop:
        file = shop.fake.world.keep(b"x" * 50_000, "image/jpeg", size=10)
        with pytest.raises(Invalid, match="channel_file_too_large"):
            await shop.line.fetch({"id": file.id}, 1_000)


@pytest.mark.parametrize("ref", [{"id": "999"}, {"id": "../106540352242922/messages"}, {}, {"id": 7}])
async def test_a_file_that_is_gone(ref: dict[str, Any]) -> None:
    async with opened() as shop:
        failed = await shop.fails(shop.line.fetch(ref, 1_000))
        assert (failed.code, failed.retryable) == ("channel_file_gone", False)


async def test_a_token_goes_to_no_unencrypted_address_of_somebody_else() -> None:
    async with opened() as shop:
        file = shop.fake.world.keep(b"x", "image/jpeg")
        shop.fake.url = "http://files.example"
        failed = await shop.fails(shop.line.fetch({"id": file.id}, 1_000))
        assert failed.code == "channel_refused"


async def test_outside_the_window_a_template_goes_and_free_text_does_not() -> None:
    async with opened() as shop:
        person = shop.number.people[PHONE]
        await shop.fake.people.say(ID, PHONE, "?")
        person.last_wrote -= WINDOW_S + 1
        failed = await shop.fails(shop.send("Поздно"))
        assert (failed.code, failed.retryable) == ("channel_window", False)
        await shop.send("Ваш заказ\n\nготов.", is_window_open=False, language="ru")
        assert shop.fake.texts(PHONE) == ["Ваш заказ готов."]


@pytest.mark.parametrize(
    ("about", "english"),
    [
        ({"template_name": "unknown"}, "There is no such approved template in this language."),
        ({"template_name": "answer", "template_language": "en_US"}, "There is no such approved template"),
        ({"template_name": "hello_world", "template_language": "en_US"}, "must have exactly one variable"),
    ],
)
async def test_a_template_that_does_not_fit_is_explained(about: dict[str, str], english: str) -> None:
    async with opened(**about) as shop:
        failed = await shop.fails(shop.send("Да", is_window_open=False))
        assert failed.code == "channel_refused"
        assert english in failed.en


@pytest.mark.parametrize(
    ("fault", "code", "retryable", "retry_after_s"),
    [
        ({"status": 401}, "channel_token", False, None),
        ({"status": 403}, "channel_token", False, None),
        ({"status": 400, "words": "131026"}, "channel_blocked", False, None),
        ({"status": 400, "words": "131047"}, "channel_window", False, None),
        ({"status": 400, "words": "131051"}, "channel_refused", False, None),
        ({"status": 400, "words": "131030"}, "channel_refused", False, None),
        ({"status": 400, "words": "133010"}, "channel_refused", False, None),
        ({"status": 429, "words": "130429"}, "channel_busy", True, 2.0),
        ({"status": 429, "words": "130429", "retry_after": 9}, "channel_busy", True, 9.0),
        ({"status": 400, "words": "131056"}, "channel_busy", True, None),
        ({"status": 429, "words": "4"}, "channel_busy", True, 60.0),
        ({"status": 500}, "channel_unreachable", True, None),
        ({"status": 503}, "channel_unreachable", True, None),
    ],
)
async def test_what_meta_refuses_is_an_error_of_the_port(
    fault: dict[str, Any], code: str, retryable: bool, retry_after_s: float | None
) -> None:
    async with opened() as shop:
        await shop.fake.people.say(ID, PHONE, "?")
        shop.fake.misbehave("refuse", methods=["messages"], **fault)
        failed = await shop.fails(shop.send("Да"))
        assert (failed.code, failed.retryable, failed.retry_after_s) == (code, retryable, retry_after_s)
        assert TOKEN not in str(failed)
        await shop.send("Да")


async def test_a_connection_that_breaks_off_is_tried_again() -> None:
    async with opened() as shop:
        await shop.fake.people.say(ID, PHONE, "?")
        shop.fake.misbehave("close", methods=["messages"])
        failed = await shop.fails(shop.send("Да"))
        assert (failed.code, failed.retryable) == ("channel_unreachable", True)


async def test_a_revoked_token_and_a_wrong_number_say_what_to_do() -> None:
    async with opened() as shop:
        shop.settings.phone_number_id = "1"
        wrong = await shop.fails(shop.line.open("", ""))
        assert wrong.code == "channel_refused"
        assert "phone number ID" in wrong.en
        shop.number.is_revoked = True
        assert (await shop.fails(shop.line.open("", ""))).code == "channel_token"
        assert (await shop.fails(shop.send("Да"))).code == "channel_token"


async def test_an_address_inside_the_house_is_not_asked() -> None:
    async with opened() as shop:
        guarded = WhatsAppMessenger(HttpClient())
        line = guarded.connect(InstanceView("1", "Shop", True, shop.settings), SECRETS)
        failed = await shop.fails(line.open("", ""))
        assert (failed.code, failed.retryable) == ("channel_refused", False)
        assert not shop.fake.calls


async def test_a_flood_to_one_person_is_refused_and_others_are_not() -> None:
    async with opened(strict=True) as shop:
        for user in (PHONE, "79990000000"):
            await shop.fake.people.say(ID, user, "?")
        text = Part("messages", {"type": "text", "text": {"body": "x"}})
        with pytest.raises(Upstream) as failed:
            for _ in range(60):
                await shop.line.send({"to": PHONE}, text)
        assert (failed.value.code, failed.value.retry_after_s) == ("channel_busy", None)
        assert await shop.line.send({"to": "79990000000"}, text)


@pytest.mark.parametrize("signature", ["wrong", "empty", "absent"])
async def test_what_meta_did_not_sign_is_not_heard(signature: Any) -> None:
    async with opened() as shop:
        status = await shop.fake.push(shop.number, b'{"object":"whatsapp_business_account","entry":[]}', signature)
        assert (status, shop.house.refused, shop.house.heard) == (401, 1, [])


async def test_many_updates_twice_and_out_of_order_are_all_read_once() -> None:
    async with opened() as shop:
        shop.fake.habits.connections, shop.fake.habits.twice, shop.fake.habits.shuffle = 4, 0.5, 20
        ids = await shop.fake.people.say_all(ID, [(f"7999000{n % 7:04}", f"{n}") for n in range(200)])
        assert shop.number.pump is not None
        await shop.number.pump.until_empty()
        assert sorted(shop.house.keys) == sorted(ids)
        assert {one.text for one in shop.house.heard if isinstance(one, Said)} == {str(n) for n in range(200)}


async def test_nothing_is_typed_without_a_message_or_where_it_is_switched_off() -> None:
    async with opened(typing_enabled=False) as shop:
        question = await shop.fake.people.say(ID, PHONE, "?")
        await shop.line.typing({"to": PHONE}, question)
        await shop.line.typing({"to": PHONE})
        await shop.line.tapped("x")
        assert await shop.line.show({"to": PHONE}, "a", "растёт") == ""
        assert not shop.fake.calls


async def test_it_is_not_polled() -> None:
    async with opened() as shop:
        with pytest.raises(SecretaryError, match="channel_does_not_poll"):
            shop.line.poll(None)


def test_the_description_is_there() -> None:
    """Says once that nothing was checked where it is not."""
    described()
