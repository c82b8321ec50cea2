"""Phrasings with stars."""

import pytest
from tests.unit.knowledge.faq_entries import answers, entry

from secretary.knowledge.faq.matcher import FaqIndex
from secretary.knowledge.faq.wildcards import wildcard_key


@pytest.mark.parametrize(
    ("phrasing", "message"),
    [
        ("сколько стоит *", "Сколько стоит пицца с грибами?"),
        ("сколько стоит *", "сколько стоит"),
        ("сколько стоит *", "Скажите, сколько стоят доставки"),
        ("* доставка *", "а у вас доставка есть"),
        ("* доставка *", "доставку"),
        ("как * вернуть * товар", "как мне можно вернуть этот товар"),
        ("достав*", "доставите"),
        ("достав*", "Доставляете завтра?"),
        ("*достав*", "когда вы доставляете"),
        ("*доставка*", "когда будет доставку"),
        ("* само*воз *", "есть ли самовывоз у вас"),
        ("*воз", "есть самовывоз"),
        ("есть достав* *", "есть доставка сегодня"),
        ("привет *", "привет, друзья"),
        ("привет *", "Привет"),
        ("пожалуйста, где *", "где вы"),
        ("**доставка**", "наша доставка быстрая"),
        ("what's the price *", "Whats the prices of pizza"),
        ("C++ *", "c, курсы есть?"),
    ],
)
def test_phrasing_fits(phrasing: str, message: str) -> None:
    assert answers(FaqIndex([entry("ё", phrasing)]), message) == ["ё"]


@pytest.mark.parametrize(
    ("phrasing", "message"),
    [
        ("сколько стоит *", "а это сколько стоит пицца"),
        ("* доставка", "доставка завтра"),
        ("* доставка *", "поставка"),
        ("* доставка *", "предоставкана"),
        ("как вернуть * товар", "как мне вернуть товар"),
        ("достав*", "вы доставите"),
        ("есть достав* сегодня", "есть доставка не сегодня"),
        ("*достав*", "продажа"),
        ("есть * доставка", "есть"),
        ("вода=огонь *", "вода другая"),
        ("[абв] *", "в доме"),
    ],
)
def test_phrasing_does_not_fit(phrasing: str, message: str) -> None:
    assert answers(FaqIndex([entry("ё", phrasing)]), message) == []


def test_key_keeps_stars_apart_from_words() -> None:
    assert wildcard_key("Доставки *!") == wildcard_key("доставка **") != wildcard_key("доставка")
    assert wildcard_key("достав*") != wildcard_key("достав *")
