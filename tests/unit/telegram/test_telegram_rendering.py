"""Markdown of any kind becomes messages that Telegram takes, with every word in them."""

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.support.fakes.telegram.entities import has_shape, length16, parse_html
from tests.support.fakes.telegram.sending import MAX_CAPTION, MAX_TEXT

from secretary.adapters.channels.telegram.rendering.markdown import rich_of
from secretary.adapters.channels.telegram.rendering.messages import parts_of, shown_html
from secretary.channels.messenger import OutFile, Outgoing, Part
from secretary.conversations.ports import QuickReply, Source

PICTURE = OutFile("photo", "boat.jpg", "image/jpeg", b"jpeg")


def shown(markdown: str, **more: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    """What Telegram makes of it: a text and its entities a message."""
    return [parse_html(str(part.body["text"])) for part in parts_of(Outgoing(markdown, **more))]


def text_of(markdown: str, **more: Any) -> str:
    return "\n".join(text for text, _ in shown(markdown, **more))


def emphasised(markdown: str) -> list[tuple[str, str]]:
    [(text, entities)] = shown(markdown)
    raw = text.encode("utf-16-le")
    found = [
        (one, raw[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le")) for one in entities
    ]
    return [(one["type"], words) for one, words in found]


def test_emphasis_links_and_code_are_told_to_telegram() -> None:
    said = "**Цена** *дня* ~~900~~ `400` и [сайт](https://shop.example/?a=1&b=2) <b>"
    assert emphasised(said) == [
        ("bold", "Цена"), ("italic", "дня"), ("strikethrough", "900"), ("code", "400"), ("text_link", "сайт"),
    ]  # fmt: skip
    assert text_of(said) == "Цена дня 900 400 и сайт <b>"


def test_a_code_block_keeps_its_language_and_its_spaces() -> None:
    [(text, [entity])] = shown('Так:\n```python\nif a < b:\n    print("&")\n```')
    assert text == 'Так:\n\nif a < b:\n    print("&")'
    assert entity == {"type": "pre", "offset": 6, "length": 24, "language": "python"}


def test_lists_headings_and_quotes_become_lines() -> None:
    said = "# Прокат\n1. Лодки\n   - вёсла\n   - жилеты\n2. Катера\n\n> Берегите\n> воду"
    assert text_of(said) == "Прокат\n\n1. Лодки\n   ◦ вёсла\n   ◦ жилеты\n2. Катера\n\nБерегите\nводу"
    assert emphasised(said) == [("bold", "Прокат"), ("blockquote", "Берегите\nводу")]


def test_a_list_goes_on_counting_where_it_begins() -> None:
    assert text_of("7. семь\n8. восемь") == "7. семь\n8. восемь"
    assert text_of("0. ноль\n1. один") == "0. ноль\n1. один"


def test_a_table_becomes_a_line_a_row_and_loses_no_cell() -> None:
    said = "| Лодка | Час |\n|---|--:|\n| **Утка** | 400 |\n| Гусь |\n| Лебедь | 1 | сверх |\n"
    assert text_of(said).splitlines() == [
        "• Лодка: Утка; Час: 400",
        "• Лодка: Гусь; Час: —",
        "• Лодка: Лебедь; Час: 1; сверх",
    ]


def test_a_link_that_no_customer_can_open_is_its_words() -> None:
    assert emphasised("[см.](/wiki/1) [звоните](tel:+7999) [x](javascript:alert(1))") == []
    assert "см." in text_of("[см.](/wiki/1)")


def test_sources_are_listed_under_the_text_with_links_where_they_lead_somewhere() -> None:
    sources = [
        Source(title="FAQ: Цена"), Source(title="Прайс", url="https://shop.example/p?a=1&b"),
        Source(title="Правила", url="/docs/1", quote="Возврат — 14 дней."), Source(title="", url=""),
    ]  # fmt: skip
    [(text, entities)] = shown("400 ₽ [2]  ", sources=sources)
    assert text == "400 ₽ [2]\n\nИсточники:\n2. Прайс\n3. Правила"
    assert [one["url"] for one in entities] == ["https://shop.example/p?a=1&b"]
    assert "Sources:" in text_of("x", sources=sources, language="en")


def keyboard(*buttons: QuickReply, actions: Any = ()) -> Any:
    *_, last = parts_of(Outgoing("Да?", buttons=buttons, actions=actions))
    return last.body["reply_markup"]["inline_keyboard"]  # type: ignore[index,call-overload]


def test_short_buttons_share_a_row_and_actions_keep_theirs() -> None:
    buttons = [QuickReply(label=name, value=name) for name in ("Да", "Нет", "Позвать человека сюда", "Позже")]
    rows = keyboard(*buttons, actions=[[QuickReply(label="Взять", value="!take:1")], []])
    assert [[one["text"] for one in row] for row in rows] == [
        ["Да", "Нет"], ["Позвать человека сюда"], ["Позже"], ["Взять"],
    ]  # fmt: skip
    assert rows[-1][0]["callback_data"] == "!take:1"


def test_a_value_too_long_for_a_button_is_replaced_by_its_label_or_number() -> None:
    long = "ё" * 33
    rows = keyboard(QuickReply(label="Цены", value=long), QuickReply(label=long, value=long))
    assert [one["callback_data"] for row in rows for one in row] == ["Цены", "label:1"]


def test_files_carry_the_text_where_it_fits_beside_them() -> None:
    [part] = parts_of(Outgoing("**Вот**", files=[PICTURE], buttons=[QuickReply(label="Да", value="Да")]))
    assert (part.method, part.file, part.body["caption"]) == ("sendPhoto", PICTURE, "<b>Вот</b>")
    assert "reply_markup" in part.body


def test_a_text_too_long_for_a_caption_goes_before_the_files() -> None:
    parts = parts_of(Outgoing("а" * (MAX_CAPTION + 1), files=[PICTURE, PICTURE], quoted_id="5"))
    assert [one.method for one in parts] == ["sendMessage", "sendPhoto", "sendPhoto"]
    assert "reply_parameters" in parts[0].body
    assert all("caption" not in one.body and "reply_parameters" not in one.body for one in parts[1:])


@pytest.mark.parametrize(
    ("kind", "media_type", "method"),
    [
        ("photo", "image/png", "sendPhoto"), ("photo", "image/tiff", "sendDocument"), ("voice", "audio/ogg", "sendVoice"),
        ("voice", "audio/wav", "sendDocument"), ("file", "application/pdf", "sendDocument"),
    ],
)  # fmt: skip
def test_a_file_goes_as_what_telegram_takes_it_for(kind: Any, media_type: str, method: str) -> None:
    [part] = parts_of(Outgoing("", files=[OutFile(kind, "f", media_type, b"1")]))
    assert (part.method, dict(part.body)) == (method, {})


def test_nothing_to_say_is_still_a_message() -> None:
    assert text_of("") == text_of("\u200b \n") == "…"


@pytest.mark.parametrize(
    "said", ["**жир", "`код", "[сайт](https://a", "```py\nx", "| a | b |\n|--", "> ", "1.", "*" * 50]
)
def test_half_a_markdown_is_shown_whole(said: str) -> None:
    html = shown_html(said)
    assert words(said) == words(parse_html(html)[0]) or said.startswith("```")


def test_a_text_nested_too_deep_is_shown_as_it_was_written() -> None:
    said = "> " * 30 + "дно"
    assert text_of(said) == said


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


WORDS = ["слово", "word", "цена", "42", "שלום", "مرحبا"]
PIECES = st.sampled_from(
    ["**", "*", "_", "__", "~~", "`", "```", "```py", "\n", "\n\n", "    ", "- ", "1. ", "> ", "# ", "| a | b |", "|---|---|",
     "<b>", "</b>", "&lt;", "&", "<", "\\", "[", "](", ")", "https://a.example/x", "![", "слово", "word", "👨‍👩‍👧‍👦", "🇷🇺", "שלום",
     "مرحبا", "ё", " ", ". ", "! ", "\u200f", "e\u0301", "---", "===", "\t", "\r\n", "x" * 90, "\x00", "😀"]
)  # fmt: skip
MARKDOWN = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join))
LONG = (
    st.lists(PIECES, min_size=1, max_size=30)
    .map("".join)
    .flatmap(lambda text: st.integers(1, 9000 // max(len(text), 1) + 1).map(lambda times: text * times))
)


@given(MARKDOWN)
@example("<" * 5000)
@example("&" * 4096)
@example("😀" * 2049)
@example("```\n" + "x" * 9000 + "\n```")
def test_any_markdown_becomes_messages_that_telegram_takes(markdown: str) -> None:
    for text, _ in shown(markdown):
        assert has_shape(text)
        assert length16(text) <= MAX_TEXT


@given(LONG)
def test_a_long_text_is_cut_without_losing_a_character_that_is_seen(markdown: str) -> None:
    whole = rich_of(markdown).text
    told = shown(markdown)
    assert all(length16(text) <= MAX_TEXT for text, _ in told)
    seen = "".join(whole.split())
    if has_shape(whole):
        assert "".join("".join(text.split()) for text, _ in told).replace("\u200f", "") == seen.replace("\u200f", "")


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=40), st.data())
def test_no_word_is_lost_whatever_marks_stand_around_it(said: list[str], data: st.DataObject) -> None:
    marks = st.sampled_from(
        ["", "*", "**", "`", "~~", "# ", "- ", "> ", "| ", " |", "<b>", "\n", "\n\n", "[", "]", "_"]
    )
    markdown = " ".join(data.draw(marks) + word + data.draw(marks) for word in said)
    told = Counter(re.findall("|".join(WORDS), rich_of(markdown).text))
    assert Counter(said) <= told  # a table's names are repeated in its rows


@given(
    MARKDOWN,
    st.lists(st.builds(QuickReply, label=st.text(min_size=1, max_size=70), value=st.text(max_size=100)), max_size=8),
)
def test_any_buttons_are_such_that_telegram_takes_them(markdown: str, buttons: list[QuickReply]) -> None:
    parts: list[Part] = list(parts_of(Outgoing(markdown, buttons=buttons)))
    assert all("reply_markup" not in one.body for one in parts[:-1])
    markup: Any = parts[-1].body.get("reply_markup", {"inline_keyboard": []})
    sent = [one for row in markup["inline_keyboard"] for one in row]
    assert [one["text"] for one in sent] == [one.label for one in buttons if one.label.strip()]
    assert all(1 <= len(one["callback_data"].encode()) <= 64 for one in sent)
