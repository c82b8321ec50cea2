"""What an update says: words, files, taps, comings and goings; what is nobody's word; who is meant in a group."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.fakes.telegram import FakeTelegram
from tests.support.fakes.telegram.entities import length16, marks

from secretary.adapters.channels.telegram.messenger import TelegramMessenger
from secretary.adapters.channels.telegram.reading.batches import raw_update
from secretary.adapters.channels.telegram.settings import TelegramSecrets, TelegramSettings
from secretary.channels.messenger import (
    Edited,
    Incoming,
    IncomingFile,
    Left,
    Moved,
    Rated,
    RawUpdate,
    Said,
    Stopped,
    Tapped,
    Unknown,
)
from secretary.channels.ports import InstanceView
from secretary.kernel.errors import Invalid
from secretary.kernel.http import HttpClient

TOKEN, ANNA, GROUP = "700100:AAE", 7, -100_500
US = {"id": 700100, "is_bot": True, "first_name": "Прокат", "username": "shop_bot"}
PRIVATE = {"id": ANNA, "type": "private", "first_name": "Анна"}
IN_GROUP = {"id": GROUP, "type": "supergroup", "title": "Дом"}
SENDER = {
    "id": ANNA,
    "is_bot": False,
    "first_name": "Анна",
    "last_name": "К.",
    "username": "Anna_K",
    "language_code": "en",
}


def messenger(username: str = "shop_bot") -> tuple[TelegramMessenger, InstanceView[TelegramSettings]]:
    """One that has met its bot, where it has a name."""
    made = TelegramMessenger(HttpClient())
    view = InstanceView("1", "Shop", True, TelegramSettings())
    line = made.connect(view, TelegramSecrets(bot_token=TOKEN))
    if username:
        line._met(700100, username)
    return made, view


def read(kind: str, body: Any, groups: Any = "addressed", username: str = "shop_bot") -> Incoming:
    made, view = messenger(username)
    view.settings.groups = groups
    [found] = made.read({"update_id": 5, kind: body}, view)
    return found


def raw(kind: str, body: Any) -> RawUpdate:
    import orjson

    [found] = messenger()[0].split(orjson.dumps({"update_id": 5, kind: body}))
    return found


FORWARDED = {"type": "hidden_user", "date": 1, "sender_user_name": "X"}


def message(text: str = "", **about: Any) -> dict[str, Any]:
    return {"message_id": 11, "date": 1_790_000_000, "chat": PRIVATE, "from": SENDER, "text": text} | about


def said(text: str = "", **about: Any) -> Said:
    found = read("message", message(text, **{"entities": marks(text), **about}))
    assert isinstance(found, Said)
    return found


def test_words_are_heard_with_who_said_them_where_and_when() -> None:
    heard = said("Сколько стоит лодка?", reply_to_message=message("раньше", message_id=9))
    assert (heard.text, heard.message_id, heard.quoted_id, heard.is_addressed) == (
        "Сколько стоит лодка?",
        "11",
        "9",
        True,
    )
    assert (heard.person.key, heard.person.name, heard.person.username) == ("7", "Анна К.", "Anna_K")
    assert (heard.address, heard.at.timestamp() if heard.at else 0) == ({"chat_id": 7}, 1_790_000_000)


@pytest.mark.parametrize(
    ("code", "language"), [("ru", "ru"), ("uk", "ru"), ("", "ru"), ("en", "en"), ("de", "en"), ("pt-br", "en")]
)
def test_everybody_is_answered_in_the_nearer_of_two_languages(code: str, language: str) -> None:
    assert said("?", **{"from": SENDER | {"language_code": code}}).person.language == language


@pytest.mark.parametrize(
    ("text", "payload"),
    [("/start", ""), ("/start ref_42", "ref_42"), ("/start@shop_bot  a b", "a b"), ("/START x", "")],
)
def test_start_brings_what_the_link_carried(text: str, payload: str) -> None:
    heard = said(text)
    assert (heard.is_start, heard.payload) == (text[1:6] == "start", payload)


def test_other_commands_are_words() -> None:
    assert said("/price лодка").text == "/price лодка"
    assert said("/price@shop_bot лодка").text == "/price лодка"
    assert said("я /start не говорил").is_start is False


def file_of(kind: str, **about: Any) -> IncomingFile:
    """A file of this kind as Telegram sends it."""

    async def sent(fake: FakeTelegram) -> None:
        await fake.people.send_file(TOKEN, ANNA, kind, 70_000, **about)

    heard = read("message", updates(sent)[0]["message"])
    assert isinstance(heard, Said)
    [file] = heard.files
    return file


def updates(act: Callable[[FakeTelegram], Coroutine[Any, Any, None]]) -> list[dict[str, Any]]:
    """What Telegram tells a bot of what people do."""

    async def play() -> list[dict[str, Any]]:
        fake = FakeTelegram()
        bot = fake.bot(TOKEN, "shop_bot")
        await act(fake)
        assert fake.violations == []
        return bot.pending

    with asyncio.Runner() as runner:
        return runner.run(play())


@pytest.mark.parametrize(
    ("kind", "ours", "name", "media_type"),
    [
        ("photo", "photo", "photo.jpg", "image/jpeg"),
        ("voice", "voice", "voice.ogg", "audio/ogg"),
        ("audio", "audio", "audio.mp3", "audio/mpeg"),
        ("video", "video", "video.mp4", "video/mp4"),
        ("video_note", "video", "video.mp4", "video/mp4"),
        ("animation", "video", "animation.mp4", "video/mp4"),
        ("sticker", "sticker", "sticker.webp", "image/webp"),
        ("document", "file", "file", "application/octet-stream"),
    ],
)
def test_every_kind_of_file_is_known(kind: str, ours: str, name: str, media_type: str) -> None:
    file = file_of(kind)
    assert (file.kind, file.name, file.media_type, file.size) == (ours, name, media_type, 70_000)
    assert file.ref["file_id"] == "file-1"
    assert (file.text != "") is (kind == "sticker")


def test_a_document_keeps_its_own_name_and_a_caption_its_words() -> None:
    file = file_of("document", name="смета.pdf", media_type="application/pdf")
    assert (file.name, file.media_type) == ("смета.pdf", "application/pdf")
    heard = said("", photo=[{"file_id": "s"}, {"file_id": "l"}], caption="Это она?", caption_entities=[])
    assert (heard.text, heard.files[0].ref["file_id"]) == ("Это она?", "l")


def test_pieces_of_an_album_are_known_by_their_update_and_by_what_it_says() -> None:
    piece = message("", photo=[{"file_id": "1"}], media_group_id="137")
    assert said("", photo=[{"file_id": "1"}], media_group_id="137").album == "137"
    assert raw_update({"update_id": 1, "message": piece}).is_piece
    assert not raw_update({"update_id": 1, "message": message("Hello")}).is_piece


def test_places_are_read() -> None:
    place = {"latitude": 55.75, "longitude": 37.61}
    assert said("", location=place).files[0].text == "55.750000, 37.610000"
    venue = {"location": place, "title": "Причал", "address": "Набережная, 1"}
    assert said("", location=place, venue=venue).files[0].text == "Причал, Набережная, 1, 55.750000, 37.610000"


@pytest.mark.parametrize(("user_id", "phone"), [(ANNA, "+79991234567"), (8, ""), (None, "")])
def test_only_ones_own_card_proves_a_number(user_id: int | None, phone: str) -> None:
    card = {"phone_number": "79991234567", "first_name": "Анна", "user_id": user_id}
    heard = said("", contact={name: value for name, value in card.items() if value is not None})
    assert (heard.person.phone, heard.files[0].text) == (phone, "Анна, +79991234567")


def test_a_number_stays_what_it_is() -> None:
    assert said("", contact={"phone_number": "+7 999", "first_name": "А", "user_id": ANNA}).person.phone == "+7 999"


@pytest.mark.parametrize(
    ("text", "is_ours", "told"),
    [
        ("@shop_bot сколько?", True, "сколько?"),
        ("😀😀 @Shop_Bot, сколько?", True, "😀😀 , сколько?"),
        ("@shop_bot: сколько?", True, "сколько?"),
        ("сколько?", False, "сколько?"),
        ("@other_bot сколько?", False, "@other_bot сколько?"),
        ("@shop_botanik сколько?", False, "@shop_botanik сколько?"),
        ("/price лодка", True, "/price лодка"),
        ("/price@shop_bot лодка", True, "/price лодка"),
        ("/price@other_bot лодка", False, "/price@other_bot лодка"),
        ("мой адрес a@shop_bot", False, "мой адрес a@shop_bot"),
    ],
)
def test_in_a_group_only_talk_to_us_is_ours(text: str, is_ours: bool, told: str) -> None:
    heard = said(text, chat=IN_GROUP)
    assert (heard.is_group, heard.is_addressed, heard.text) == (True, is_ours, told)


def test_an_answer_to_us_or_a_mention_without_a_name_is_to_us() -> None:
    assert said("да", chat=IN_GROUP, reply_to_message=message("?", **{"from": US})).is_addressed
    assert not said("да", chat=IN_GROUP, reply_to_message=message("?")).is_addressed
    named = [{"type": "text_mention", "offset": 0, "length": 6, "user": US}]
    assert said("Прокат сколько?", chat=IN_GROUP, entities=named).text == "сколько?"


def test_a_link_in_a_text_is_no_mention() -> None:
    link = [{"type": "text_link", "offset": 0, "length": 9, "url": "https://t.me/shop_bot"}]
    assert not said("@shop_bot", chat=IN_GROUP, entities=link).is_addressed


def test_before_telegram_has_said_who_we_are_any_bots_name_may_be_ours() -> None:
    body = message("@shop_bot да", chat=IN_GROUP, entities=marks("@shop_bot да"))
    heard = read("message", body, username="")
    assert isinstance(heard, Said)
    assert heard.is_addressed


def test_a_group_is_answered_as_its_owner_says() -> None:
    body = message("сколько?", chat=IN_GROUP)
    heard = read("message", body, "all")
    assert isinstance(heard, Said)
    assert heard.is_addressed
    assert read("message", body, "off") == Unknown("group")


def test_everybody_in_a_group_and_in_a_topic_has_a_thread_of_his_own() -> None:
    assert raw("message", message("?")).thread == "7"
    assert raw("message", message("?", chat=IN_GROUP)).thread == f"{GROUP}:7"
    topic = {"message_thread_id": 3, "is_topic_message": True}
    assert raw("message", message("?", chat=IN_GROUP, **topic)).thread == f"{GROUP}:7/3"
    assert raw("message", message("?", chat=IN_GROUP, message_thread_id=3)).thread == f"{GROUP}:7"
    assert said("?", chat=IN_GROUP, message_thread_id=3).address == {"chat_id": GROUP}


@pytest.mark.parametrize(
    ("about", "kind"),
    [
        ({"from": None}, "anonymous"),
        ({"sender_chat": IN_GROUP}, "anonymous"),
        ({"from": SENDER | {"is_bot": True}}, "bot"),
        ({"via_bot": US}, "via_bot"),
        ({"forward_origin": FORWARDED, "chat": IN_GROUP}, "forwarded"),
        ({"text": "", "new_chat_members": [US]}, "service_message"),
        ({"text": "", "poll": {}}, "service_message"),
        ({"message_id": "eleven"}, "malformed"),
    ],
)
def test_what_is_nobodys_own_word_is_unknown(about: dict[str, Any], kind: str) -> None:
    assert read("message", message("текст") | about) == Unknown(kind)


def test_what_is_forwarded_to_us_in_private_is_answered() -> None:
    assert said("Это ваша акция?", forward_origin=FORWARDED).text == "Это ваша акция?"


def test_a_message_that_was_changed() -> None:
    assert read("edited_message", message("двести", edit_date=2)) == Edited("11", "двести")
    assert read("edited_message", message("", photo=[{"file_id": "1"}])) == Unknown("edited_file")
    assert read("edited_message", message("x", via_bot=US)) == Unknown("edited_via_bot")


def tap(data: str | None, shown: Any = None, **about: Any) -> Incoming:
    body = {"id": "99", "from": SENDER, "chat_instance": "1", "message": shown or message("?"), "data": data} | about
    return read("callback_query", {name: value for name, value in body.items() if value is not None})


def test_a_tap_says_what_the_button_meant() -> None:
    buttons = {
        "inline_keyboard": [
            [{"text": "Цены", "callback_data": "Сколько?"}, {"text": "Ещё", "callback_data": "label:1"}]
        ]
    }
    shown = message("?", reply_markup=buttons)
    heard = tap("Сколько?", shown)
    assert heard == Tapped("11", heard.person, {"chat_id": 7}, "Сколько?", "Цены", "99")  # type: ignore[union-attr]
    second = tap("label:1", shown)
    assert isinstance(second, Tapped)
    assert (second.value, second.label) == ("Ещё", "Ещё")


def test_a_tap_under_a_message_that_telegram_has_forgotten() -> None:
    old = {"chat": PRIVATE, "message_id": 11, "date": 0}
    heard = tap("Сколько?", old)
    assert isinstance(heard, Tapped)
    assert (heard.value, heard.label) == ("Сколько?", "")
    assert tap("label:1", old) == Unknown("old_button")
    assert tap(None) == Unknown("inline_tap")


def test_a_tap_in_a_group_belongs_to_who_tapped() -> None:
    shown = message("?", chat=IN_GROUP, **{"from": US})
    body = {"id": "99", "from": SENDER, "chat_instance": "1", "message": shown, "data": "Да"}
    assert raw("callback_query", body).thread == f"{GROUP}:7"
    heard = read("callback_query", body)
    assert isinstance(heard, Tapped)
    assert (heard.is_group, heard.person.key) == (True, "7")


def membership(chat: Any, old: str, new: str) -> dict[str, Any]:
    states = {"old_chat_member": {"status": old, "user": US}, "new_chat_member": {"status": new, "user": US}}
    return {"chat": chat, "from": SENDER, "date": 1} | states


@pytest.mark.parametrize(
    ("old", "new", "is_back"),
    [
        ("member", "kicked", False),
        ("kicked", "member", True),
        ("administrator", "left", False),
        ("left", "member", True),
    ],
)
def test_we_are_thrown_out_and_let_in_again(old: str, new: str, is_back: bool) -> None:
    heard = read("my_chat_member", membership(PRIVATE, old, new))
    assert isinstance(heard, Left)
    assert (heard.person.key, heard.is_back) == ("7", is_back)
    whole = read("my_chat_member", membership(IN_GROUP, old, new))
    assert isinstance(whole, Left)
    assert whole.person.key == str(GROUP)
    assert raw("my_chat_member", membership(IN_GROUP, old, new)).thread == str(GROUP)


def test_a_change_of_rights_is_nothing_to_us() -> None:
    assert read("my_chat_member", membership(IN_GROUP, "member", "administrator")) == Unknown("my_chat_member")


@pytest.mark.parametrize(
    ("emoji", "value"), [("👍", 1), ("❤", 1), ("❤\ufe0f", 1), ("👎", -1), ("💩", -1), ("", 0), ("🤨", None)]
)
def test_a_reaction_is_a_thumb(emoji: str, value: int | None) -> None:
    new = [{"type": "emoji", "emoji": emoji}] if emoji else []
    body = {"chat": PRIVATE, "message_id": 12, "user": SENDER, "date": 1, "old_reaction": [], "new_reaction": new}
    assert read("message_reaction", body) == (Unknown("reaction") if value is None else Rated("12", value))


def test_a_stop_button_is_pressed() -> None:
    body = {"chat": PRIVATE, "draft_id": 5, "message_thread_id": 3}
    heard = read("stopped_message_generation", body)
    assert isinstance(heard, Stopped)
    assert (heard.person.key, heard.address) == ("7", {"chat_id": 7, "message_thread_id": 3})
    assert raw("stopped_message_generation", body).thread == "7/3"


def test_a_group_that_becomes_another_is_told_from_both_sides() -> None:
    old = message("", chat={"id": -5, "type": "group"}, migrate_to_chat_id=GROUP)
    new = message("", chat=IN_GROUP, migrate_from_chat_id=-5)
    assert read("message", old) == read("message", new) == Moved(str(GROUP), {"chat_id": GROUP})
    assert raw("message", old).thread == raw("message", new).thread == "-5"


@pytest.mark.parametrize("kind", ["channel_post", "inline_query", "poll_answer", "guest_message", "of_tomorrow"])
def test_kinds_that_nobody_knows_yet_are_stored_and_named(kind: str) -> None:
    assert read(kind, {"id": "1"}) == Unknown(kind)
    assert raw(kind, {"id": "1"}).thread == "-"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
        "message_reaction",
        "stopped_message_generation",
        "x",
    ]
)


@given(st.dictionaries(FIELDS, JSON, max_size=2))
def test_no_update_can_break_the_reading(payload: dict[str, Any]) -> None:
    made, view = messenger()
    assert made.read({"update_id": 5, **payload}, view)
    assert made.read(payload, view)


@given(st.text(max_size=20), st.text(max_size=20), st.integers(-3, 60), st.integers(-3, 60))
def test_entities_that_point_anywhere_do_no_harm(before: str, after: str, offset: int, length: int) -> None:
    entity = {"type": "mention", "offset": offset, "length": length}
    heard = said(f"{before}@shop_bot{after}x", chat=IN_GROUP, entities=[entity])
    assert "x" in heard.text or heard.is_addressed
    exact = {"type": "mention", "offset": length16(before), "length": 9}
    assert said(f"{before}@shop_bot{after}x", chat=IN_GROUP, entities=[exact]).is_addressed


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"null", b'{"update_id": "5"}', b'{"update_id": true}', b"\xff", b'{"update_id": 5', b'{"a":"\\ud800"}']
)  # fmt: skip
def test_what_is_no_update_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid, match="telegram_no_update"):
        messenger()[0].split(body)
    with pytest.raises(Invalid):
        messenger()[0].split(b'{"update_id": 5, "x": "' + b"x" * (2 << 20) + b'"}')


def test_what_no_database_stores_is_left_out() -> None:
    [found] = messenger()[0].split(b'{"update_id": 5, "message": {"text": "a\\u0000b \\\\u0000", "list": ["\\u0000"]}}')
    assert found.payload["message"] == {"text": "ab \\u0000", "list": [""]}
    assert (found.key, found.order, found.follows) == ("5", 5, 4)
