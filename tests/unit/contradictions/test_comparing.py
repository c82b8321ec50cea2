"""Where two documents disagree, on texts as businesses write them; and where they only look as if they did."""

import re
from importlib.resources import files
from itertools import combinations

import pytest

from secretary.knowledge.chunking import chunks_of
from secretary.knowledge.contradictions.comparing import disagreements
from secretary.knowledge.contradictions.statements import Passage, statements_of

PRICES = """# {title}

## Стрижки

| Услуга | Длительность | Цена |
|---|---|---|
| Мужская стрижка | 40 мин | {man} |
| Женская стрижка | 60 мин | {woman} |
"""
TERMS = """# {title}

## Доставка

Доставка по городу стоит {price}. При заказе от {bound} доставка по городу бесплатная.

## Возврат

Возврат товара возможен в течение {days} дней. {card}

- Телефон: {phone}
- Мы работаем с {opens} до 21:00.
"""
GIVEN = {
    "price": "300 рублей", "bound": "3 000 ₽", "days": "14", "card": "Оплата картой возможна.",
    "phone": "+7 495 000-00-14", "opens": "9:00",
}  # fmt: skip


def stated(title, content):
    pieces = chunks_of(content, title)
    return statements_of(title, [Passage(str(at), piece.heading, piece.text) for at, piece in enumerate(pieces)])


def values(one, other):
    """(shown, shown) of each disagreement of two documents, each a title and a text."""
    found = disagreements(stated(*one), stated(*other))
    return sorted((pair.one.shown, pair.other.shown) for pair in found)


def prices(title, man="900 ₽", woman="1 500 ₽"):
    return title, PRICES.format(title=title, man=man, woman=woman)


def terms(title, **changes):
    return title, TERMS.format(title=title, **(GIVEN | changes))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"price": "350 рублей"}, [("300 рублей", "350 рублей")]),
        ({"bound": "5 000 ₽"}, [("3 000 ₽", "5 000 ₽")]),
        ({"days": "30"}, [("14 дней", "30 дней")]),
        ({"phone": "8 (495) 000-00-15"}, [("+7 495 000-00-14", "8 (495) 000-00-15")]),
        ({"opens": "10:00"}, [("9:00, 21:00", "10:00, 21:00")]),
        ({"card": "Оплата картой невозможна."}, [("Оплата картой возможна.", "Оплата картой невозможна.")]),
    ],
)
def test_another_price_bound_term_phone_time_or_no_is_a_contradiction(changes, expected):
    found = values(terms("Условия"), terms("Вопросы и ответы", **changes))
    assert [tuple(" ".join(part.split()) for part in pair) for pair in found] == expected


def test_row_of_another_years_price_list_is_a_contradiction_and_rows_that_agree_are_none():
    assert values(prices("Прайс-лист 2023"), prices("Прайс-лист 2024", man="1 000 ₽")) == [("900 ₽", "1 000 ₽")]
    assert values(prices("Прайс-лист 2023"), prices("Прайс-лист 2024")) == []


def test_sentence_contradicts_a_row_that_says_the_same_of_the_same():
    said = ("Вопросы и ответы", "# Вопросы и ответы\n\nЦена мужской стрижки — 1100 рублей.")
    assert values(prices("Прайс-лист"), said) == [("900 ₽", "1100 рублей")]


@pytest.mark.parametrize(
    ("same", "otherwise"),
    [
        ("Доставка по городу стоит 300 рублей.", "Стоимость доставки по городу — 300 ₽."),
        ("Приём длится 60 минут в среднем.", "В среднем приём длится 1 час."),
        ("Порция корма весит 1,5 кг.", "Порция корма весит 1500 г."),
        ("Аренда зала до 31.12.2026 со скидкой.", "Аренда зала до 31 декабря 2026 со скидкой."),
        ("Телефон: 8 (495) 000-00-14", "Телефон: +7 495 000 00 14"),
    ],
)
def test_the_same_value_in_other_words_is_no_contradiction(same, otherwise):
    assert values(("Условия", same), ("Контакты", otherwise)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # other goods, though alike
        (("Прайс", "Масло моторное 5W-30 стоит 900 ₽."), ("Каталог", "Масло моторное 5W-40 стоит 950 ₽.")),
        (("Прайс", "Кухня угловая «Верба» — 90 000 ₽."), ("Каталог", "Кухня угловая «Ива» — 95 000 ₽.")),
        # the same name under another heading
        (
            ("Прайс", "# Прайс\n\n## Hyundai\n\n| Работа | Цена |\n|---|---|\n| Замена масла | 900 ₽ |"),
            ("Услуги", "# Услуги\n\n## Kia\n\n| Работа | Цена |\n|---|---|\n| Замена масла | 950 ₽ |"),
        ),
        # a branch each, a month each
        (("Филиал Казань", "Телефон: +7 495 000-00-14"), ("Филиал Пермь", "Телефон: +7 495 000-00-15")),
        (("Расписание на май", "Йога: 9:00"), ("Расписание на июнь", "Йога: 10:00")),
        # steps of one scale
        (
            ("Доставка", "Доставка по городу 300 ₽ при заказе от 2000 ₽."),
            ("Условия", "Доставка по городу 200 ₽ при заказе от 5000 ₽."),
        ),
        # a bound is no value
        (("Прайс", "Ремонт экрана телефона от 900 ₽."), ("Каталог", "Ремонт экрана телефона 1 500 ₽.")),
        # questions state nothing
        (("Вопросы", "Доставка по городу стоит 300 рублей?"), ("Доставка", "Доставка по городу стоит 400 рублей.")),
        # house and room numbers are part of the name
        (("Врачи", "Терапевт принимает с 9:00, кабинет 12."), ("Приём", "Терапевт принимает с 10:00, кабинет 14.")),
    ],
)
def test_what_speaks_of_different_things_is_no_contradiction(one, other):
    assert values(one, other) == []


def test_what_a_document_says_in_several_ways_itself_is_no_contradiction_with_another():
    tiers = ("Тарифы", "Аренда зала стоит 900 ₽ в час.\n\nАренда зала стоит 1 200 ₽ в час.")
    assert values(tiers, ("Прайс", "Аренда зала стоит 1 000 ₽ в час.")) == []
    assert values(tiers, ("Прайс", "Аренда зала стоит 1 200 ₽ в час.")) == []


def shipped():
    """The documents of each made-up business of the evaluation, by name."""
    for folder in sorted((files("secretary.knowledge.evaluation") / "sets").iterdir(), key=str):
        if (folder / "documents").is_dir():
            yield folder.name, {one.name: one.read_text("utf-8") for one in (folder / "documents").iterdir()}


def title_of(text):
    return next(line[2:] for line in text.splitlines() if line.startswith("# "))


def test_shipped_documents_of_one_business_and_of_several_contradict_nothing():
    said = [stated(title_of(text), text) for _, texts in shipped() for text in texts.values()]
    assert len(said) > 40, "the walk finds nothing"
    found = [pair for one, other in combinations(said, 2) for pair in disagreements(one, other)]
    assert [(pair.one.text, pair.other.text) for pair in found] == []


def test_most_prices_of_a_new_edition_are_found():
    """Every price another, and nothing else: what is left out are bounds, and sentences that say several things."""
    stating = found = 0
    for _, texts in shipped():
        for text in texts.values():
            before = stated(title_of(text), text)
            dearer = re.sub(r"(\d)(?= ₽)", lambda match: str((int(match[1]) + 3) % 10), text)
            stating += sum(any(part.endswith("₽") for part in one.value) for one in before)
            found += len(list(disagreements(before, stated(f"{title_of(text)} 2027", dearer))))
    assert found / stating >= 0.8
