"""The other side is honest: what Telegram refuses it refuses, and what it does not describe it notices."""

import json
import re
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import aiohttp
import pytest
from tests.support.fakes.telegram import FakeTelegram
from tests.support.fakes.telegram.description import described, problems_of_type
from tests.support.fakes.telegram.entities import BrokenMarkup, marks, parse_html

TOKEN, ANNA = "1:a", 7


class Asked:
    """Requests as any program would make them."""

    def __init__(self, fake: FakeTelegram, session: aiohttp.ClientSession) -> None:
        self.fake = fake
        self._session = session

    async def __call__(self, method: str, token: str = TOKEN, **body: Any) -> Any:
        async with self._session.post(f"{self.fake.url}/bot{token}/{method}", json=body) as answer:
            said = await answer.json()
            assert (said["ok"], said.get("error_code", 200)) == (answer.status == 200, answer.status)
            return said["result"] if said["ok"] else (answer.status, said["description"], said.get("parameters"))


@asynccontextmanager
async def served(**about: Any) -> AsyncGenerator[Asked, None]:
    async with FakeTelegram(**about) as fake, aiohttp.ClientSession() as session:
        fake.bot(TOKEN)
        await fake.people.say(TOKEN, ANNA, "hi")
        yield Asked(fake, session)


@pytest.mark.parametrize(
    ("html", "refusal"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<div>x</div>", 'Unsupported start tag "div" at byte offset 0'),
        ("ё <3", "Unclosed start tag at byte offset 3"),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
async def test_broken_markup_is_refused_in_telegrams_words(html: str, refusal: str) -> None:
    with pytest.raises(BrokenMarkup, match=re.escape(refusal)):
        parse_html(html)
    async with served() as ask:
        answer = await ask("sendMessage", chat_id=ANNA, text=html, parse_mode="HTML")
        assert answer == (400, f"Bad Request: can't parse entities: {refusal}", None)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": " \u200b"}, "message text is empty"),
        ({"text": "x", "chat_id": 99}, "chat not found"),
        ({"text": "x", "message_thread_id": 5}, "message thread not found"),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "ё" * 33}]]}}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": " ", "callback_data": "1"}]]}}, "must be non-empty"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "url": "/x"}]]}}, "Wrong HTTP URL"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}}, "text buttons are unallowed"),
    ],
)  # fmt: skip
async def test_messages_that_telegram_does_not_take(body: dict[str, Any], words: str) -> None:
    async with served() as ask:
        status, said, _ = await ask("sendMessage", **{"chat_id": ANNA, **body})
        assert (status, words in said) == (400, True)
        assert ask.fake.texts(ANNA) == []


async def test_entities_are_parsed_before_a_text_is_measured() -> None:
    async with served() as ask:
        sent = await ask("sendMessage", chat_id=ANNA, text=f"<b>{'&lt;' * 4096}</b>", parse_mode="HTML")
        assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 4096}]


async def test_what_is_not_described_is_noticed() -> None:
    described()
    async with served() as ask:
        assert (await ask("sendMessage", chat_id=ANNA, text=5))[0] == 400
        assert (await ask("sendMessage", chat_id=ANNA))[0] == 400
        await ask("sendMessage", chat_id=ANNA, text="x", colour="red")
        assert ask.fake.violations == [
            "sendMessage.text: int instead of String", "sendMessage.text: is required",
            "sendMessage.colour: is not described",
        ]  # fmt: skip
        assert problems_of_type({"update_id": 1, "message": {"message_id": 1}}, "Update") == [
            "Update.message.date: is required", "Update.message.chat: is required",
        ]  # fmt: skip


async def test_two_who_poll_at_once_are_told_apart() -> None:
    import asyncio

    async with served() as ask:
        waiting = asyncio.ensure_future(ask("getUpdates", offset=200_000, timeout=20))
        await ask.fake.until(lambda: ask.fake.calls)
        await asyncio.sleep(0)
        assert await ask("getUpdates", offset=200_000) == []
        assert (await waiting)[:2] == (
            409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
        )  # fmt: skip


async def test_offsets_confirm_and_count_back() -> None:
    async with served() as ask:
        for number in range(3):
            await ask.fake.people.say(TOKEN, ANNA, str(number))
        everything = await ask("getUpdates")
        assert len(everything) == len(await ask("getUpdates")) == 4
        assert await ask("getUpdates", offset=-1) == everything[-1:]
        assert await ask("getUpdates") == everything[-1:]
        assert await ask("getUpdates", offset=everything[-1]["update_id"] + 1) == []


async def test_an_edit_that_changes_nothing_and_one_of_somebody_elses_message() -> None:
    async with served() as ask:
        sent = await ask("sendMessage", chat_id=ANNA, text="x")
        edit = {"chat_id": ANNA, "message_id": sent["message_id"], "text": "x"}
        assert "message is not modified" in (await ask("editMessageText", **edit))[1]
        assert "message can't be edited" in (await ask("editMessageText", **edit | {"message_id": 1}))[1]
        assert (await ask("editMessageText", **edit | {"text": "y"}))["text"] == "y"
        assert ask.fake.arrived[str(ANNA)][0].edits == 1


async def test_drafts_are_for_private_chats() -> None:
    async with served() as ask:
        await ask.fake.people.say(TOKEN, ANNA, "hi", -100_5)
        assert "private chats" in (await ask("sendMessageDraft", chat_id=-100_5, draft_id=1, text="x"))[1]
        assert "DRAFT_ID_INVALID" in (await ask("sendMessageDraft", chat_id=ANNA, draft_id=0, text="x"))[1]


async def test_a_strict_one_keeps_to_the_limits_of_the_real_one() -> None:
    async with served(strict=True) as ask:
        assert (await ask("sendMessage", chat_id=ANNA, text="x"))["text"] == "x"
        assert await ask("sendMessage", chat_id=ANNA, text="x") == (
            429, "Too Many Requests: retry after 1", {"retry_after": 1},
        )  # fmt: skip


async def test_several_bots_live_in_one_service() -> None:
    async with served() as ask:
        ask.fake.bot("2:b")
        assert (await ask("getMe", "2:b"))["id"] == 2
        assert (await ask("sendMessage", "2:b", chat_id=ANNA, text="x"))[:2] == (
            403, "Forbidden: bot can't initiate conversation with a user",
        )  # fmt: skip
        assert (await ask("getMe", "3:c"))[:2] == (401, "Unauthorized")
        assert len(await ask("getUpdates")) == 1
        assert await ask("getUpdates", "2:b") == []


async def test_a_webhook_needs_a_fit_secret_and_a_safe_address() -> None:
    async with served() as ask:
        assert "HTTPS" in (await ask("setWebhook", url="http://shop.example/x"))[1]
        assert "unallowed" in (await ask("setWebhook", url="https://shop.example", secret_token="a b"))[1]


async def test_faults_strike_as_often_as_told() -> None:
    async with served() as ask:
        ask.fake.misbehave("refuse", status=502, times=1, every=2, methods=["getMe"])
        assert [type(await ask("getMe")) for _ in range(3)] == [dict, tuple, dict]
        ask.fake.misbehave("slow", delay_s=0.01, account=TOKEN)
        assert (await ask("getMe"))["id"] == 1
        ask.fake.misbehave("close", methods=["getMe"])
        with pytest.raises(aiohttp.ClientError):
            await ask("getMe")


def test_what_people_type_is_marked_as_telegram_marks_it() -> None:
    assert [(one["type"], one["offset"], one["length"]) for one in marks("😀 @shop_bot, /start@shop_bot a@b_cdef")] == [
        ("mention", 3, 9), ("bot_command", 14, 15),
    ]  # fmt: skip


@pytest.fixture
def program() -> Iterator[str]:
    """The service as a program; where it listens."""
    command = [sys.executable, "-m", "tests.support.fakes.telegram", "--bot", "5:e:shop_bot"]
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def test_it_is_a_program_that_is_told_what_to_do(program: str) -> None:
    def ask(path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(program + path, data, {"Content-Type": "application/json"})) as answer:
            return json.load(answer)

    said = ask("/_fake/do/say", {"token": "5:e", "user": ANNA, "text": "hi"})
    assert said["text"] == "hi"
    assert ask("/_fake/do/say_all", {"token": "5:e", "said": [[8, "раз"], [8, "два"]]}) == 2
    assert ask("/_fake/do/pending", {"token": "5:e"}) == 3
    assert ask("/bot5:e/sendMessage?chat_id=7&text=yes")["result"]["text"] == "yes"
    assert ask("/_fake/arrived?chat=7")["7"][0][1] == "yes"
    assert ask("/_fake/faults", {"kind": "refuse", "status": 500}) == 1
    assert ask("/_fake/faults", {}) == 0
    counts = ask("/_fake/counts")
    assert (counts["calls"], counts["violations"]) == ({"sendMessage": 1}, 0)
