"""Words in braces inside an answer."""

from datetime import UTC, datetime

import pytest

from secretary.kernel.errors import Language
from secretary.knowledge.faq.templates import render
from secretary.knowledge.ports import BusinessCard

NOW = datetime(2026, 11, 22, 21, 5, tzinfo=UTC)
CARD = BusinessCard("ООО «Вектор»", "+7 000", "Москва", "9–18", "Europe/Moscow")
NOBODY = BusinessCard()


def _said(answer: str, card: BusinessCard = CARD, language: Language = "ru") -> str:
    return render(answer, NOW, card, language)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("Сейчас {current_time}", "Сейчас 00:05"),
        ("Сегодня {current_date}, {day_of_week}", "Сегодня 23 ноября 2026, понедельник"),
        ("Today is {current_date}, {day_of_week}", "Today is 23 November 2026, Monday"),
        ("{company}: {phone}, {address}, {hours}", "ООО «Вектор»: +7 000, Москва, 9–18"),
        ("Привет, {имя} {name} {Phone} {} {{phone}}", "Привет, {имя} {name} {Phone} {} {+7 000}"),
        ("без скобок", "без скобок"),
    ],
)
def test_templates_are_filled(answer: str, said: str) -> None:
    assert _said(answer) == said


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("Звоните {phone} до вечера", "Звоните до вечера"),
        ("Звоните {phone}.", "Звоните."),
        ("{company} рада вам", "рада вам"),
        ("Адрес:\n{address}\nЖдём", "Адрес:\n\nЖдём"),
        ("а {phone} {address} б", "а б"),
        ("два  пробела {phone}", "два  пробела"),
    ],
)
def test_template_without_a_value_leaves_no_trace(answer: str, said: str) -> None:
    assert _said(answer, NOBODY) == said


def test_answer_without_letters_speaks_the_language_of_the_talk() -> None:
    assert _said("{day_of_week}", NOBODY, "en") == "Sunday"
    assert _said("{day_of_week}", NOBODY, "ru") == "воскресенье"


def test_value_with_braces_is_not_filled_again() -> None:
    assert _said("{company}", BusinessCard(company="{phone}", phone="1")) == "{phone}"


@pytest.mark.parametrize("zone", ["", "Nowhere/Never", "../etc/passwd", "Europe", "\0"])
def test_unknown_zone_shows_the_moment_as_it_came(zone: str) -> None:
    assert _said("{current_time}", BusinessCard(timezone=zone)) == "21:05"


def test_every_month_and_day_has_a_name() -> None:
    said = {_said_at(month, day) for month in range(1, 13) for day in range(1, 8)}
    assert len(said) == 12 * 7


def _said_at(month: int, day: int) -> str:
    moment = datetime(2026, month, day, tzinfo=UTC)
    return render("день: {current_date} {day_of_week}", moment, NOBODY, "ru")
