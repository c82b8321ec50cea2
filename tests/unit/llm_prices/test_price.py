"""What tokens cost, and what Russian services ask for."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.llm.catalog.russian import GIGACHAT, YANDEXGPT
from secretary.llm.ports import TokenUsage
from secretary.llm.prices import Price, cost
from secretary.llm.prices.russian import russian_price
from secretary.llm.providers import ProviderType

DAY = date(2026, 11, 22)
NUMBERS = st.integers(0, 10**9)


def test_cost_counts_cached_tokens_as_a_part_of_the_prompt():
    price = Price(3_000_000, 300_000, 15_000_000, "USD", DAY)
    assert cost(TokenUsage(1_000, 200, cached=400), price) == 600 * 3 + 120 + 200 * 15
    assert cost(TokenUsage(None, None), price) == 0
    assert cost(TokenUsage(10, 0, cached=99), price) == 3


def test_cost_is_rounded_half_up():
    assert cost(TokenUsage(1, 0), Price(500_000, 0, 0, "USD", DAY)) == 1
    assert cost(TokenUsage(1, 0), Price(499_999, 0, 0, "USD", DAY)) == 0


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_cost_is_the_exact_sum_rounded_and_never_negative(prompt, cached, completion, paid, from_cache, answered):
    price = Price(paid, from_cache, answered, "USD", DAY)
    cached = min(cached, prompt)
    exact = Fraction((prompt - cached) * paid + cached * from_cache + completion * answered, 1_000_000)
    counted = cost(TokenUsage(prompt, completion, cached), price)
    assert counted >= 0
    assert abs(counted - exact) <= Fraction(1, 2)


@given(st.integers(-5, 5), st.integers(-5, 5), st.integers(-5, 5))
def test_nonsense_from_a_service_costs_nothing_less(prompt, completion, cached):
    assert cost(TokenUsage(prompt, completion, cached), Price(1_000_000, 0, 1_000_000, "USD", DAY)) >= 0


@pytest.mark.parametrize(
    ("kind", "model", "roubles"),
    [
        ("gigachat", "GigaChat-2", (65, 65)),
        ("gigachat", "GigaChat-2-Max:latest", (650, 650)),
        ("gigachat", "GigaChat-Pro-preview", (500, 500)),
        ("yandexgpt", "yandexgpt-lite/latest", (200, 200)),
        ("yandexgpt", "gpt://b1gfolder/yandexgpt-lite/rc", (200, 200)),
        ("yandexgpt", "yandexgpt/rc", (800, 800)),
        ("yandexgpt", "aliceai-llm", (500, 1_200)),
    ],
)
def test_russian_prices_are_in_roubles_and_dated(kind, model, roubles):
    price = russian_price(ProviderType(kind), model)
    assert (price.input_micro, price.output_micro) == tuple(each * 1_000_000 for each in roubles)
    assert price.currency == "RUB"
    assert price.as_of >= date(2026, 11, 22)


def test_tokens_from_gigachat_s_cache_are_free():
    assert russian_price(ProviderType.GIGACHAT, "GigaChat-2").cached_input_micro == 0
    assert russian_price(ProviderType.YANDEXGPT, "yandexgpt-lite").cached_input_micro > 0


def test_most_of_the_catalogue_has_a_price():
    priced = [russian_price(ProviderType.YANDEXGPT, model.name) for model in YANDEXGPT]
    priced += [russian_price(ProviderType.GIGACHAT, model.name) for model in GIGACHAT]
    assert sum(price is None for price in priced) <= 1
    assert russian_price(ProviderType.GIGACHAT, "GigaChat-9") is None
    assert russian_price(ProviderType.OPENAI, "yandexgpt") is None
