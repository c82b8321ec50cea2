"""A quote is found whatever became of white space, Markdown and tables, and not where it does not stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.knowledge.evaluation.quotes import holds, plain

HELD = [
    ("Доставка стоит\n  500\u00a0₽ по городу", "стоит 500 ₽"),
    ("**Лусия Мендес** из Севильи", "Лусия Мендес из Севильи"),
    ("Лусия Мендес из Севильи", "**Лусия Мендес** из Севильи"),
    ("- Пенсионерам 10 %\n- Семье 7 %", "Пенсионерам 10 % Семье 7 %"),
    ("## Парковка\n\nДо утра", "Парковка До утра"),
    ("пишите на [почту](mailto:a@b.example) нам", "на почту нам"),
    ("первая<br>вторая&nbsp;строка", "первая вторая строка"),
    ("два\u00adдцать рублей", "двадцать рублей"),
    ("| Б-1 | Колодки передние | 1 600 | 1 900 |", "| Б-1 | Колодки передние | 1 600 | 1 900"),
    ("Код: Б-1; Работа: Колодки передние; Легковая, ₽: 1 600", "| Б-1 | Колодки передние | 1 600 |"),
    ("Б-1 Колодки передние 1 600 1 900", "Б-1 | Колодки передние | 1 600"),
    ("| Код | Цена |\n|---|---:|\n| Б-1 | 5 |", "| Код | Цена | Б-1 | 5"),
]
MISSED = [
    ("Доставка стоит 500 ₽", "стоит 900 ₽"),
    ("| Б-2 | Колодки задние | 1 800 |", "| Б-1 | Колодки передние | 1 600"),
    ("| 20 кг | 260 |", "| 20 кг | 26"),
    ("1 600 стоят Колодки передние Б-1", "Б-1 | Колодки передние | 1 600"),
    (f"Б-1 {'слово ' * 40} 1 600", "Б-1 | 1 600"),
]


@pytest.mark.parametrize(("passage", "quote"), HELD)
def test_quote_is_found(passage, quote):
    assert holds(passage, quote)


@pytest.mark.parametrize(("passage", "quote"), MISSED)
def test_quote_is_not_found(passage, quote):
    assert not holds(passage, quote)


@given(st.text())
def test_plain_text_has_no_runs_of_white_space(text):
    assert plain(text) == " ".join(plain(text).split())


@given(st.text(alphabet="абв 12,.", min_size=1), st.text(alphabet="где 34"), st.text(alphabet="жз 5"))
def test_quote_is_found_between_other_words(quote, before, after):
    assert holds(f"{before} {quote} {after}", quote)
