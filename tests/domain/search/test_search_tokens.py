"""Words as terms, Russian and English: inflection, numbers, units, codes, keyboards, slips."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.knowledge.search.asking import understand
from secretary.knowledge.search.entry import Entry
from secretary.knowledge.search.index import Index
from secretary.knowledge.search.layout import switched
from secretary.knowledge.search.tokens import terms_of
from secretary.knowledge.search.vocabulary import Vocabulary, distance

SHOP = Index().replaced(
    [],
    [
        Entry("1", "d", "Доставка", "", "Доставка курьером в Заводской район, весёлый газ для ребёнка"),
        Entry("2", "d", "Цены", "", "Гортензия стоит 3 500 ₽, корзина «Лукошко» и хризантема кустовая"),
    ],
)


def _terms(text: str) -> set[str]:
    return set(terms_of(text))


def _asked(question: str, *history: str) -> set[str]:
    asked = understand(question, history, SHOP)
    return {term for group in asked.groups[: asked.own] for term, _ in group.terms}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("доставки", "доставку"),
        ("ёлка", "елки"),
        ("deliveries", "Delivery"),
        ("5кг", "5 кг"),
        ("5 kg", "5кг"),
        ("100руб", "100 ₽"),
        ("3 500", "3500"),
        ("3\u00a0500 ₽", "3500₽"),
        ("2,5", "2.5"),
        ("AB-123/4", "ав1234"),
        ("Т-23", "T23"),
        ("X–08", "х-08"),
        ("wi-fi", "wifi"),
        ("what's", "whats"),
    ],
)
def test_same_thing_written_differently_shares_a_term(one: str, other: str) -> None:
    assert any(len(term) > 1 for term in _terms(one) & _terms(other))


def test_code_is_found_whole_and_in_parts() -> None:
    assert {"#ав1234", "123", "4"} <= _terms("AB-123/4")
    assert "#ав1234" not in _terms("AB-124/3")


def test_number_of_another_unit_is_another_quantity() -> None:
    assert "#5кг" in _terms("мешок 5 кг")
    assert "#5кг" not in _terms("мешок 5 л, 3 кг")


@given(st.text(max_size=200))
def test_any_text_has_terms_without_spaces(text: str) -> None:
    found = list(terms_of(text))
    assert found == list(terms_of(text))
    assert all(term and not any(letter.isspace() for letter in term) for term in found)


@given(st.text(alphabet="йцукенгшщзхъфывапролджэячсмитьбюё", min_size=1))
def test_layout_goes_there_and_back(text: str) -> None:
    assert switched(switched("ф" + text)) == "ф" + text


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("ljcnfdrf", "доставк"),
        ("crjkmrj cnjbn ujhntypbz", "гортенз"),
        ("даставка", "доставк"),
        ("достваки", "доставк"),
        ("в завадской", "заводск"),
        ("хризонтема", "хризантем"),
        ("весёлыйгаз", "газ"),
        ("веселый газ", "весел"),
    ],
)
def test_mistakes_of_typing_are_forgiven(question: str, term: str) -> None:
    assert any(found.startswith(term) for found in _asked(question)), _asked(question)


def test_known_word_is_taken_as_it_is() -> None:
    assert _asked("корзина") == _terms("корзина")


def test_question_words_say_nothing() -> None:
    assert _asked("А сколько же у вас это?") == set()


def test_unknown_word_stays_so_that_it_counts() -> None:
    assert _asked("пирсинг") == _terms("пирсинг")


def test_topic_of_before_is_added_only_where_the_question_needs_it() -> None:
    needs = understand("а в заводской?", ["Сколько стоит доставка?"], SHOP)
    assert "доставка" in needs.text
    assert len(needs.groups) > needs.own
    own = understand("Какая хризантема кустовая есть сегодня утром", ["Сколько стоит доставка?"], SHOP)
    assert "доставка" not in own.text


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("кот", "кит", 1),
        ("кот", "кто", 1),
        ("кот", "скот", 1),
        ("кот", "к", 0),
        ("собака", "сабока", 2),
        ("аб", "вг", 0),
    ],
)
def test_slips_are_counted_up_to_what_is_forgiven(one: str, other: str, slips: int) -> None:
    assert distance(one, other, 1 if slips < 2 else 2) == slips


@given(st.lists(st.lists(st.text("абвгд#😀", min_size=1, max_size=8), unique=True, max_size=20), max_size=5))
def test_vocabulary_numbers_each_term_once(batches: list[list[str]]) -> None:
    vocabulary, expected = Vocabulary(), {}
    for batch in batches:
        for term, number in zip(batch, vocabulary.add(batch).tolist(), strict=True):
            assert expected.setdefault(term, number) == number
    assert len(vocabulary) == len(expected) == len(set(expected.values()))
    assert all(vocabulary.number(term) == number for term, number in expected.items())
    assert vocabulary.number("нет такого") is None
