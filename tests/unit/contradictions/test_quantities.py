"""Values in a text, in the normal form by which they are compared."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.kernel.inflection import fold
from secretary.knowledge.contradictions.quantities import quantities_of


def keys(text):
    return [one.key for one in quantities_of(fold(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 500 руб., от 3 000 ₽ бесплатно", ["1500 ₽", "от 3000 ₽"]),
        ("от 500 до 700 рублей", ["от 500 ₽", "до 700 ₽"]),
        ("2–3 дня", ["2 day", "3 day"]),
        ("с 9 до 18 часов", ["9:00 time", "18:00 time"]),
        ("9:00–18.30", ["9:00 time", "18:30 time"]),
        ("8 (495) 000-00-14", ["4950000014 phone"]),
        ("31 декабря 2026 и 31.12.26", ["31.12.26 date", "31.12.26 date"]),
        ("4 мая", ["4.5 date"]),
        ("1,5 часа", ["90 мин"]),
        ("1.5 кг", ["1500 г"]),
        ("20 %", ["20 %"]),
        ("масло 5W-30, артикул A-1020", []),
        ("пишите на info@example.com", ["info@example.com email"]),
    ],
)
def test_values_are_recognised(text, expected):
    assert keys(text) == expected


@given(st.integers(1, 9_999_999))
def test_price_is_the_same_however_it_is_written(price):
    spaced = f"{price:,}".replace(",", " ")
    assert keys(f"{spaced} ₽") == keys(f"{price} руб") == keys(f"{price},00 рублей") == [f"{price} ₽"]


@given(st.text(max_size=300))
def test_values_of_any_text_are_in_order_and_apart(text):
    found = quantities_of(fold(text))
    assert all(one.ends <= other.begins for one, other in pairwise(found))
