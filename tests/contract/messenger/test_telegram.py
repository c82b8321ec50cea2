"""Telegram's adapter against a service that is written from its official description: every request is as described."""

import asyncio
from typing import Any

import pytest
from tests.contract.messenger.bots import ANNA, GROUP, TOKEN, a_bot
from tests.support.fakes.telegram.description import described

from secretary.adapters.channels.telegram.messenger import TelegramMessenger
from secretary.adapters.channels.telegram.settings import TelegramSecrets
from secretary.channels.messenger import Edited, Left, Moved, OutFile, Part, Rated, Said, Stopped, Tapped, Unknown
from secretary.conversations.ports import QuickReply, Source
from secretary.kernel.errors import Invalid
from secretary.kernel.http import HttpClient

BORIS = 8


def test_the_description_is_there() -> None:
    """Says once that nothing was checked where it is not."""
    described()


async def test_who_we_are_and_that_nothing_that_waits_is_dropped() -> None:
    async with a_bot() as shop:
        await shop.say("раньше")
        identity = await shop.line.open("", "")
        assert (identity.id, identity.name, identity.link) == ("700100", "Прокат @shop_bot", "https://t.me/shop_bot")
        assert [one.text for one in await shop.heard() if isinstance(one, Said)] == ["раньше"]
        assert {language: len(commands) for language, commands in shop.bot.commands.items()} == {"": 1, "ru": 1}
        await shop.line.open("", "")


async def test_a_conversation_there_and_back() -> None:
    async with a_bot() as shop:
        await shop.fake.people.person(ANNA, first_name="Анна", last_name="К.", username="anna_k")
        await shop.say("Сколько стоит лодка?")
        [said] = await shop.heard()
        assert isinstance(said, Said)
        assert (said.person.key, said.person.name, said.person.username) == ("7", "Анна К.", "anna_k")
        await shop.line.typing(said.address)
        [sent] = await shop.send("**400 ₽** в час.", sources=[Source(title="Прайс", url="https://shop.example/p")])
        assert shop.fake.texts(ANNA) == ["400 ₽ в час.\n\nИсточники:\n1. Прайс"]
        await shop.fake.people.react(TOKEN, ANNA, int(sent), "👍")
        assert await shop.heard() == [Rated(sent, 1)]
        assert shop.fake.call_counts["sendChatAction"] == 1


async def test_updates_are_confirmed_only_by_asking_for_the_next() -> None:
    async with a_bot() as shop:
        await shop.say("раз")
        first = await shop.waiting()
        shop.after = None  # killed before it was stored
        again = await shop.waiting()
        assert [one.key for one in first] == [one.key for one in again]
        assert [(one.order, one.follows) for one in first] == [(int(first[0].key), int(first[0].key) - 1)]
        await shop.say("два")
        [second] = await shop.waiting()
        assert second.follows == first[0].order


async def test_one_who_polls_goes_on_for_ever() -> None:
    async with a_bot() as shop:
        await shop.say("раз")
        batches = shop.line.poll(None)
        assert len(await anext(batches)) == 1
        waiting = asyncio.ensure_future(anext(batches))
        await shop.fake.until(lambda: shop.fake.call_counts["getUpdates"] == 2)
        await shop.say("два")
        assert [one.payload["message"]["text"] for one in await waiting] == ["два"]  # type: ignore[index,call-overload]


async def test_two_who_poll_with_one_token_are_told_so() -> None:
    async with a_bot() as shop, HttpClientOfAnother() as http:
        first = asyncio.ensure_future(shop.waiting())
        await shop.fake.until(lambda: shop.fake.calls)
        other = TelegramMessenger(http).connect(shop.view, shop.secrets)
        second = asyncio.ensure_future(anext(other.poll(None)))
        failed = await shop.fails(first)
        assert (failed.code, failed.retryable, failed.retry_after_s) == ("channel_busy", True, 30)
        assert "token" in failed.en
        await shop.say("?")
        assert len(await second) == 1


class HttpClientOfAnother(HttpClient):
    """Another program on this machine."""

    def __init__(self) -> None:
        super().__init__(frozenset({"127.0.0.1"}))

    async def __aenter__(self) -> HttpClient:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()


async def test_buttons_are_tapped_and_the_tap_is_heard() -> None:
    async with a_bot() as shop:
        await shop.say("?")
        await shop.heard()
        long = "Очень длинный вопрос, который покупатели задают чаще всего"
        buttons = [QuickReply(label="Цены", value="Сколько?"), QuickReply(label=long, value=long * 2)]
        [sent] = await shop.send("Что?", buttons=buttons, actions=[[QuickReply(label="Взять", value="!take:1")]])
        shown = shop.fake.arrived[str(ANNA)][0].body["reply_markup"]["inline_keyboard"]
        for data in [one["callback_data"] for row in shown for one in row]:
            await shop.fake.people.tap(TOKEN, ANNA, data, int(sent))
        taps = [one for one in await shop.heard() if isinstance(one, Tapped)]
        assert [(one.value, one.label) for one in taps] == [("Сколько?", "Цены"), (long, long), ("!take:1", "Взять")]
        await shop.line.tapped(taps[0].callback_id, "Секунду… " * 50)
        assert len(shop.bot.taps[taps[0].callback_id] or "") == 200
        await shop.line.tapped("of last week")


async def test_a_growing_answer_is_a_draft_in_private_and_can_be_stopped() -> None:
    async with a_bot() as shop:
        await shop.say("?")
        await shop.heard()
        for text in ("**Лод", "**Лодка** стоит", "**Лодка** стоит 400"):
            assert await shop.line.show({"chat_id": ANNA}, "answer-1", text) == ""
        [(number, shown)] = [(key[1], texts) for key, texts in shop.bot.drafts.items()]
        assert shown == ["**Лод"]  # the others came within a second
        assert shop.fake.made("sendMessageDraft")[0].body["can_stop"] is True
        await shop.fake.people.stop(TOKEN, ANNA, number)
        [stopped] = await shop.heard()
        assert isinstance(stopped, Stopped)
        assert (stopped.person.key, stopped.address) == ("7", {"chat_id": 7})
        await shop.send("**Лодка** стоит 400")
        assert (shop.fake.texts(ANNA), shop.bot.drafts) == (["Лодка стоит 400"], {})


async def test_a_growing_answer_in_a_group_is_one_message_that_becomes_the_answer() -> None:
    async with a_bot() as shop:
        await shop.say("@shop_bot цена?", chat=GROUP)
        await shop.heard()
        shown = await shop.line.show({"chat_id": GROUP}, "answer-1", "Лод")
        assert await shop.line.show({"chat_id": GROUP}, "answer-1", "Лодка", shown) == shown
        assert shop.fake.texts(GROUP) == ["Лод"]  # edits are rarer than that
        [sent] = await shop.send("Лодка: **400**", GROUP, shown)
        assert (sent, shop.fake.texts(GROUP), len(shop.fake.arrived[str(GROUP)])) == (shown, ["Лодка: 400"], 1)
        assert await shop.send("Лодка: **400**", GROUP, shown) == [shown]  # repeated after a crash


async def test_a_shown_answer_that_was_deleted_is_sent_anew() -> None:
    async with a_bot() as shop:
        await shop.say("@shop_bot цена?", chat=GROUP)
        shown = await shop.line.show({"chat_id": GROUP}, "answer-1", "Лод")
        shop.fake.world.chat(GROUP).messages.clear()
        [sent] = await shop.send("Лодка", GROUP, shown)
        assert sent != shown


async def test_an_answer_in_a_group_quotes_its_question_unless_it_was_shown_already() -> None:
    async with a_bot() as shop:
        asked = await shop.say("@shop_bot цена?", chat=GROUP)
        shown = await shop.line.show({"chat_id": GROUP}, "answer-1", "Лод")
        assert await shop.send("Лодка", GROUP, shown, quoted_id=str(asked["message_id"])) == [shown]
        await shop.send("Лодка", GROUP, quoted_id=str(asked["message_id"]))
        assert shop.fake.made("sendMessage")[-1].body["reply_parameters"]["message_id"] == asked["message_id"]


async def test_a_shown_answer_makes_room_for_a_file() -> None:
    async with a_bot() as shop:
        await shop.say("@shop_bot цена?", chat=GROUP)
        shown = await shop.line.show({"chat_id": GROUP}, "answer-1", "Лод")
        picture = OutFile("photo", "a.png", "image/png", b"png")
        await shop.send("Лодка", GROUP, shown, files=[picture])
        assert shop.fake.texts(GROUP) == ["Лодка"]
        await shop.send("Лодка", GROUP, shown, files=[picture])  # repeated after a crash


async def test_showing_gives_way_when_telegram_is_busy() -> None:
    async with a_bot() as shop:
        await shop.say("?")
        shop.fake.misbehave("refuse", status=429, retry_after=5, methods=["sendMessageDraft"])
        assert await shop.line.show({"chat_id": ANNA}, "answer-1", "Лод") == ""
        assert await shop.line.show({"chat_id": ANNA}, "answer-1", "Лодка") == ""
        assert shop.fake.call_counts["sendMessageDraft"] == 1


async def test_files_both_ways() -> None:
    async with a_bot() as shop:
        await shop.fake.people.send_file(TOKEN, ANNA, "document", 70_000, "application/pdf", "смета.pdf", "Вот")
        [said] = await shop.heard()
        assert isinstance(said, Said)
        data, media_type = await shop.line.fetch(said.files[0].ref, 100_000)
        assert (len(data), media_type, said.text, said.files[0].name) == (70_000, "application/pdf", "Вот", "смета.pdf")
        picture = OutFile("photo", 'схема "1"\r\n.png', "image/png", b"\x89PNG\r\n--x")
        await shop.send("**Схема** & цена", files=[picture], buttons=[QuickReply(label="Да", value="Да")])
        [shown] = shop.fake.arrived[str(ANNA)]
        assert (shown.method, shown.text) == ("sendPhoto", "Схема & цена")
        assert list(shop.fake.world.files.values())[-1].data == picture.data


@pytest.mark.parametrize(("size", "most"), [((20 << 20) + 1, 20 << 20), (70_000, 1_000)])
async def test_a_file_that_is_too_large_is_not_fetched(size: int, most: int) -> None:
    async with a_bot() as shop:
        await shop.fake.people.send_file(TOKEN, ANNA, "video", size)
        [said] = await shop.heard()
        assert isinstance(said, Said)
        with pytest.raises(Invalid, match="channel_file_too_large"):
            await shop.line.fetch(said.files[0].ref, most)
        assert shop.fake.call_counts["download"] == 0


async def test_a_file_that_lies_about_its_size_is_not_read_to_its_end() -> None:
    async with a_bot() as shop:
        file = shop.fake.world.keep(b"x" * 50_000, "a.jpg", size=10)
        with pytest.raises(Invalid, match="channel_file_too_large"):
            await shop.line.fetch({"file_id": file.id}, 1_000)


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../bot/getMe"])
async def test_a_file_that_is_gone_or_somewhere_else_is_not_there(path: str) -> None:
    async with a_bot() as shop:
        failed = await shop.fails(shop.line.fetch({"file_id": "unknown"}, 1_000))
        assert (failed.code, failed.retryable) == ("channel_file_gone", False)
        file = shop.fake.world.keep(b"x", "a.jpg")
        file.path = path or "gone"
        shop.fake.world.files[file.id] = file
        shop.fake.misbehave("refuse", status=404, methods=["download"])
        assert (await shop.fails(shop.line.fetch({"file_id": file.id}, 1_000))).code == "channel_file_gone"


@pytest.mark.parametrize(
    ("fault", "code", "retryable", "retry_after_s"),
    [
        ({"status": 401, "words": "Unauthorized"}, "channel_token", False, None),
        ({"status": 404, "words": "Not Found"}, "channel_token", False, None),
        ({"status": 403, "words": "Forbidden: bot was blocked by the user"}, "channel_blocked", False, None),
        ({"status": 400, "words": "Bad Request: chat not found"}, "channel_blocked", False, None),
        ({"status": 400, "words": "Bad Request: not enough rights to send text messages"}, "channel_blocked", False, None),
        ({"status": 400, "words": "Bad Request: message text is empty"}, "channel_refused", False, None),
        ({"status": 413, "words": "Request Entity Too Large"}, "channel_refused", False, None),
        ({"status": 429, "retry_after": 9}, "channel_busy", True, 9),
        ({"status": 429}, "channel_busy", True, 5),
        ({"status": 500}, "channel_unreachable", True, None),
        ({"status": 502}, "channel_unreachable", True, None),
    ],
)  # fmt: skip
async def test_what_telegram_refuses_is_an_error_of_the_port(
    fault: dict[str, Any], code: str, retryable: bool, retry_after_s: float | None
) -> None:
    async with a_bot() as shop:
        await shop.say("?")
        shop.fake.misbehave("refuse", methods=["sendMessage"], **fault)
        failed = await shop.fails(shop.send("Да"))
        assert (failed.code, failed.retryable, failed.retry_after_s) == (code, retryable, retry_after_s)
        await shop.send("Да")


async def test_a_connection_that_breaks_off_is_tried_again() -> None:
    async with a_bot() as shop:
        await shop.say("?")
        shop.fake.misbehave("close", methods=["sendMessage"], is_done=True)
        failed = await shop.fails(shop.send("Да"))
        assert (failed.code, failed.retryable) == ("channel_unreachable", True)
        assert shop.fake.texts(ANNA) == ["Да"]


async def test_a_revoked_token_stops_everything_and_is_nowhere_to_be_seen() -> None:
    async with a_bot() as shop:
        await shop.say("?")
        shop.bot.is_revoked = True
        for work in (shop.line.open("", ""), shop.send("Да"), shop.waiting(), shop.line.fetch({"file_id": "1"}, 9)):
            failed = await shop.fails(work)
            assert (failed.code, failed.retryable) == ("channel_token", False)
        assert TOKEN not in f"{shop.line!r} {vars(shop.line)!r} {shop.messenger!r} {vars(shop.messenger)!r}"


async def test_a_server_that_is_no_telegram_is_unreachable() -> None:
    async with a_bot(api_url="http://127.0.0.1:9") as shop:
        failed = await shop.fails(shop.line.open("", ""))
        assert (failed.code, failed.retryable) == ("channel_unreachable", True)


async def test_a_proxy_is_the_only_way_out_where_there_is_one() -> None:
    async with a_bot() as shop, HttpClientOfAnother() as http:
        secrets = TelegramSecrets(bot_token=TOKEN, proxy="socks5://user:password@127.0.0.1:9")
        failed = await shop.fails(TelegramMessenger(http).connect(shop.view, secrets).open("", ""))
        assert (failed.code, failed.retryable) == ("channel_unreachable", True)
        assert not shop.fake.calls


async def test_an_address_inside_the_house_is_not_asked() -> None:
    async with a_bot() as shop:
        guarded = TelegramMessenger(HttpClient()).connect(shop.view, shop.secrets)
        failed = await shop.fails(guarded.open("", ""))
        assert (failed.code, failed.retryable) == ("channel_unreachable", False)
        assert not shop.fake.calls


async def test_a_customer_who_blocks_the_bot_and_comes_back() -> None:
    async with a_bot() as shop:
        await shop.say("?")
        await shop.fake.people.block(TOKEN, ANNA)
        failed = await shop.fails(shop.send("Да"))
        assert (failed.code, failed.retryable) == ("channel_blocked", False)
        await shop.fake.people.unblock(TOKEN, ANNA)
        _, left, back = await shop.heard()
        assert (left, back) == (Left(left.person, False), Left(left.person, True))  # type: ignore[union-attr]
        await shop.send("Снова")


async def test_a_group_that_moves_is_written_to_where_it_is() -> None:
    async with a_bot() as shop:
        await shop.say("/start@shop_bot", chat=-55)
        await shop.fake.people.migrate(TOKEN, -55, GROUP)
        failed = await shop.fails(shop.send("Да", -55))
        assert (failed.code, failed.fields["address"]) == ("channel_moved", {"chat_id": GROUP})
        _, moved, again = await shop.heard()
        assert moved == again == Moved(str(GROUP), {"chat_id": GROUP})
        await shop.send("Да", GROUP)


async def test_an_edited_message_and_a_reaction_are_heard() -> None:
    async with a_bot() as shop:
        said = await shop.say("сто")
        assert len(await shop.heard()) == 1
        [sent] = await shop.send("Да")
        await shop.fake.people.edit(TOKEN, ANNA, said["message_id"], "двести")
        await shop.fake.people.react(TOKEN, ANNA, int(sent), "👎")
        assert await shop.fake.people.update(TOKEN, "channel_post", said) == 0  # we do not ask for it
        assert await shop.heard() == [Edited(str(said["message_id"]), "двести"), Rated(sent, -1)]


async def test_the_limits_of_telegram_are_refused_with_the_time_to_wait() -> None:
    async with a_bot(strict=True) as shop:
        for user in range(1, 41):
            await shop.say("?", user)
        text = Part("sendMessage", {"text": "x"})
        await shop.line.send({"chat_id": 1}, text)
        assert (await shop.fails(shop.line.send({"chat_id": 1}, text))).retry_after_s == 1
        failed = [one for one in [await sent(shop, user, text) for user in range(2, 41)] if one]
        assert failed
        assert {one.code for one in failed} == {"channel_busy"}


async def sent(shop: Any, user: int, text: Part) -> Any:
    try:
        await shop.line.send({"chat_id": user}, text)
    except Exception as error:  # noqa: BLE001 -- judged by the caller
        return error
    return None


async def test_a_forum_is_answered_in_its_topic() -> None:
    async with a_bot() as shop:
        await shop.fake.people.group(GROUP, threads=[3])
        await shop.say("@shop_bot цена?", chat=GROUP, message_thread_id=3, is_topic_message=True)
        [raw] = await shop.waiting()
        [said] = shop.messenger.read(raw.payload, shop.view)
        assert isinstance(said, Said)
        assert (raw.thread, said.address) == (f"{GROUP}:7/3", {"chat_id": GROUP, "message_thread_id": 3})
        await shop.line.send(said.address, Part("sendMessage", {"text": "400"}))
        assert shop.fake.arrived[str(GROUP)][0].body["message_thread_id"] == 3


async def test_what_bots_say_is_nobodys_word() -> None:
    async with a_bot() as shop:
        await shop.fake.people.person(BORIS, is_bot=True)
        await shop.say("я бот", BORIS)
        assert await shop.heard() == [Unknown("bot")]


async def test_nothing_is_typed_where_it_is_switched_off() -> None:
    async with a_bot(typing_enabled=False) as shop:
        await shop.say("?")
        await shop.line.typing({"chat_id": ANNA})
        await shop.line.close()
        assert not shop.fake.calls
