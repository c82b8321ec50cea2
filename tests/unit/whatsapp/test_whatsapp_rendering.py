"""Our messages as WhatsApp takes them: never too long, never with an open mark, nothing lost."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.fakes.whatsapp.description import problems_of_message

from secretary.adapters.channels.whatsapp.cutting import cut, length
from secretary.adapters.channels.whatsapp.marks import WRITTEN, marked, written
from secretary.adapters.channels.whatsapp.rendering import render
from secretary.adapters.channels.whatsapp.settings import WhatsAppSettings
from secretary.channels.messenger import OutFile, Outgoing, Part
from secretary.conversations.ports import QuickReply, Source
from secretary.kernel.errors import Upstream

SETTINGS = WhatsAppSettings()
TEMPLATED = WhatsAppSettings(template_name="answer", template_language="ru")


def options(*labels: str) -> list[QuickReply]:
    return [QuickReply(label=label, value=f"value of {label}") for label in labels]


def texts(parts: object) -> list[str]:
    return [one.body["text"]["body"] for one in parts if one.body["type"] == "text"]  # type: ignore[attr-defined]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**Да** и *нет* и ~~никогда~~", "*Да* и _нет_ и ~никогда~"),
        ("***всё***", "_*всё*_"),
        ("**одна\nвторая**", "*одна*\n*вторая*"),
        ("`код` и\n```py\nx = 1\n```", "`код` и\n\n```x = 1```"),
        ("# Цены\n## **Скидки**", "*Цены*\n\n*Скидки*"),
        ("[сайт](https://a.ru/x) и <https://b.ru>", "сайт (https://a.ru/x) и https://b.ru"),
        ("[https://a.ru](https://a.ru/)", "https://a.ru"),
        ("[Пишите](mailto:a@b.ru)", "Пишите (a@b.ru)"),
        ("![план](https://a.ru/p.png)", "план https://a.ru/p.png"),
        ("- один\n- два\n  - три\n\nконец", "• один\n• два\n  • три\n\nконец"),
        ("3. три\n4. четыре", "3. три\n4. четыре"),
        ("> цитата\n> дальше", "> цитата\n> дальше"),
        ("| a | b |\n|---|---|\n| 1 | **2** |", "a | b\n1 | *2*"),
        ("2*3*4 и snake_case_x и 5 * 6", "2*3*4 и snake_case_x и 5 * 6"),
        ("за**вод**ской", "заводской"),
        ("<b>нет</b> &amp; да", "<b>нет</b> & да"),
        ("незакрытое **жирное", "незакрытое **жирное"),
        ("שלום **עולם** 👨‍👩‍👧", "שלום *עולם* 👨‍👩‍👧"),
    ],
)
def test_markdown_in_whatsapps_marks(markdown: str, shown: str) -> None:
    assert written(marked(markdown)) == shown


def test_a_long_answer_is_cut_at_sentence_ends() -> None:
    sentence = "Мы работаем каждый день с девяти до шести. "
    parts = render(Outgoing(sentence * 300), SETTINGS)
    said = texts(parts)
    assert len(said) == 4
    assert all(one.endswith("шести.") and units(one) <= 4096 for one in said)
    assert " ".join(said) == (sentence * 300).strip()


def test_paragraphs_are_kept_together_where_they_fit() -> None:
    first, second = "А" * 3000, "Б" * 3000
    assert texts(render(Outgoing(f"{first}\n\n{second}"), SETTINGS)) == [first, second]


def test_a_mark_that_is_cut_is_closed_and_opened_again() -> None:
    said = cut(marked(f"**{'слово ' * 30}конец**"), 80)
    assert all(one.startswith("*") and one.endswith("*") for one in said)
    said = cut(marked("```\n" + "строка кода\n" * 30 + "```"), 80)
    assert all(one.startswith("```") and one.endswith("```") and units(one) <= 80 for one in said)


def test_a_family_is_not_torn_apart() -> None:
    said = cut("👨‍👩‍👧‍👦" * 40, 100)
    assert all(set(re.split("(👨‍👩‍👧‍👦)", one)) == {"", "👨‍👩‍👧‍👦"} for one in said)


@given(st.text(alphabet=st.sampled_from("аб .!\n*_~`#>-[]()|1👍\u200d✌🏽\u0301"), max_size=400), st.integers(40, 90))
@settings(max_examples=300, deadline=None)
def test_no_cut_is_too_long_or_loses_a_word(markdown: str, limit: int) -> None:
    text = marked(markdown)
    pieces = cut(text, limit)
    assert all(0 < units(piece) <= limit for piece in pieces)
    signs = re.compile(r"[\s*_~`\ue000-\ue004]")
    assert signs.sub("", "".join(pieces)) == signs.sub("", text)


@given(st.text(max_size=200))
@example("\x1c\u2028")
@example("**\u200b**")
@settings(max_examples=300, deadline=None)
def test_every_text_is_rendered(text: str) -> None:
    for part in render(Outgoing(text), SETTINGS):
        assert part.body["text"]["body"]  # type: ignore[index,call-overload]


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Co")), max_size=300))
@settings(deadline=None)
def test_the_letters_of_a_plain_text_all_arrive(text: str) -> None:
    letters = [one for one in text if one.isalpha() and one.isascii()]
    shown = [one for one in written(marked(text)) if one.isalpha() and one.isascii()]
    if not re.search(r"[&<\[\\`!]|^[ \t]*([~=]|\d+[.)]|(    |\t))", text, re.MULTILINE):
        assert shown == letters


def test_few_short_buttons_are_buttons() -> None:
    [part] = render(Outgoing("Выберите", buttons=options("Да", "Нет", "Не знаю")), SETTINGS)
    assert part.body["interactive"] == {
        "type": "button",
        "body": {"text": "Выберите"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": f"value of {label}", "title": label}}
                for label in ("Да", "Нет", "Не знаю")
            ]
        },
    }


def test_more_or_longer_ones_are_a_list_with_whole_labels() -> None:
    labels = ["Доставка", "Оплата картой при получении заказа", "Гарантия", "Возврат"]
    [part] = render(Outgoing("О чём?", buttons=options(*labels), language="ru"), SETTINGS)
    interactive = part.body["interactive"]
    assert interactive["type"] == "list"  # type: ignore[index,call-overload]
    rows = interactive["action"]["sections"][0]["rows"]  # type: ignore[index,call-overload]
    assert [row["title"] for row in rows] == ["Доставка", "Оплата картой при получ…", "Гарантия", "Возврат"]  # type: ignore[index,call-overload,union-attr]
    assert rows[1]["description"] == labels[1]  # type: ignore[index,call-overload]


def test_labels_that_differ_at_their_ends_are_numbered() -> None:
    labels = [f"Очень длинное название номер {n}" for n in range(1, 5)]
    [part] = render(Outgoing("Что?", buttons=options(*labels)), SETTINGS)
    rows = part.body["interactive"]["action"]["sections"][0]["rows"]  # type: ignore[index,call-overload]
    assert [row["title"][:10] for row in rows] == ["1. Очень д", "2. Очень д", "3. Очень д", "4. Очень д"]  # type: ignore[index,call-overload,union-attr]
    assert [row["description"] for row in rows] == labels  # type: ignore[index,call-overload,union-attr]


def test_too_many_are_numbered_lines_and_what_is_ours_can_be_tapped() -> None:
    message = Outgoing(
        "Что?", buttons=options(*(f"Пункт {n}" for n in range(11))), actions=[options("Человек")], language="ru"
    )
    [part] = render(message, SETTINGS)
    shown = part.body["interactive"]["body"]["text"]  # type: ignore[index,call-overload]
    assert shown.startswith("Что?\n\n1. Пункт 0\n2. Пункт 1")  # type: ignore[union-attr]
    assert "11. Пункт 10" in shown  # type: ignore[operator]
    assert len(part.body["interactive"]["action"]["buttons"]) == 1  # type: ignore[index,call-overload,arg-type]


@pytest.mark.parametrize(
    "buttons", [options("Да", "Да"), [QuickReply(label="Да", value="x" * 201)], [QuickReply(label="", value="x")]]
)
def test_what_meta_refuses_as_a_button_is_a_line(buttons: list[QuickReply]) -> None:
    [part] = render(Outgoing("Что?", buttons=buttons), SETTINGS)
    assert part.body["type"] == "text"


def test_a_text_too_long_for_buttons_goes_first() -> None:
    parts = render(Outgoing("Слово. " * 300, buttons=options("Да"), language="en"), SETTINGS)
    assert [one.body["type"] for one in parts] == ["text", "interactive"]
    assert parts[1].body["interactive"]["body"]["text"] == "Please choose:"  # type: ignore[index,call-overload]


def test_sources_are_below_the_answer_with_their_numbers() -> None:
    faq = Source(title="FAQ: Часы работы")
    sources = [faq, Source(title="Прайс [2026]", url="https://a.ru/p"), Source(title="Памятка")]
    [said] = texts(render(Outgoing("Да [3].", sources=sources), SETTINGS))
    assert said == "Да [3].\n\n_Источники:_\n2. Прайс (2026) — https://a.ru/p\n3. Памятка"
    assert texts(render(Outgoing("Да.", sources=[faq]), SETTINGS)) == ["Да."]


def test_outside_the_window_a_template_carries_the_text() -> None:
    message = Outgoing("**Готово!**\n\n\tЗаказ     77", is_window_open=False, buttons=options("Да"))
    [part] = render(message, TEMPLATED)
    assert part.body == {
        "type": "template",
        "template": {
            "name": "answer",
            "language": {"policy": "deterministic", "code": "ru"},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": "*Готово!* Заказ 77"}]}],
        },
    }


def test_a_template_takes_1024_characters() -> None:
    [part] = render(Outgoing("я" * 2000, is_window_open=False), TEMPLATED)
    text = part.body["template"]["components"][0]["parameters"][0]["text"]  # type: ignore[index,call-overload]
    assert length(text) == 1024  # type: ignore[arg-type]
    assert text.endswith("…")  # type: ignore[union-attr]


@pytest.mark.parametrize(("text", "chosen"), [("Привет", SETTINGS), ("", TEMPLATED)])
def test_without_a_template_or_words_nothing_may_be_sent(text: str, chosen: WhatsAppSettings) -> None:
    with pytest.raises(Upstream) as failed:
        render(Outgoing(text, is_window_open=False), chosen)
    assert (failed.value.code, failed.value.retryable) == ("channel_window", False)


@pytest.mark.parametrize(
    ("kind", "media_type", "sent_as"),
    [
        ("photo", "image/jpeg", "image"),
        ("photo", "image/heic", "document"),
        ("file", "image/png", "document"),
        ("voice", "audio/ogg; codecs=opus", "audio"),
        ("audio", "audio/x-wav", "document"),
        ("video", "video/mp4", "video"),
        ("sticker", "image/webp", "sticker"),
        ("file", "application/pdf", "document"),
    ],
)
def test_a_file_goes_as_what_whatsapp_shows(kind: str, media_type: str, sent_as: str) -> None:
    file = OutFile(kind, "план.bin", media_type, b"x")  # type: ignore[arg-type]
    parts = render(Outgoing("Вот", files=[file]), SETTINGS)
    assert parts[-1].body["type"] == sent_as
    assert parts[-1].file is file
    has_caption = sent_as not in ("audio", "sticker")
    assert texts(parts) == ([] if has_caption else ["Вот"])
    if has_caption:
        assert parts[-1].body[sent_as]["caption"] == "Вот"  # type: ignore[index,call-overload]


def test_a_large_picture_is_a_document() -> None:
    file = OutFile("photo", "a.jpg", "image/jpeg", bytes(5_000_001))
    [part] = render(Outgoing("", files=[file]), SETTINGS)
    assert part.body == {"type": "document", "document": {"filename": "a.jpg"}}


def test_in_a_group_the_first_part_quotes_the_question() -> None:
    parts = render(Outgoing("Слово. " * 1000, quoted_id="wamid.q"), SETTINGS)
    assert [one.body.get("context") for one in parts] == [{"message_id": "wamid.q"}, None]


_LABELS = st.lists(st.text(min_size=1, max_size=40), max_size=12)


@given(st.text(alphabet="аб. \n*", max_size=3000), _LABELS, _LABELS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_is_rendered_is_as_meta_describes_it(
    text: str, buttons: list[str], actions: list[str], is_open: bool
) -> None:
    message = Outgoing(text or "x", buttons=options(*buttons), actions=[options(*actions)], is_window_open=is_open)
    try:
        parts = render(message, TEMPLATED)
    except Upstream:
        assert not is_open
        return
    assert parts
    for part in parts:
        assert problems_of_message(_addressed(part)) == []


def _addressed(part: Part) -> dict[str, object]:
    return {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "7999", **part.body}


def test_marks_of_others_are_no_marks() -> None:
    assert written(marked("a\ue000b")) == "ab"
    assert not any(mark in written(marked("**a** `b`")) for mark in WRITTEN)
