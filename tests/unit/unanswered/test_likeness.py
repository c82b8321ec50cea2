"""Which questions ask the same: pairs as customers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.knowledge.unanswered.grouping import Known, place, place_all, representative
from secretary.knowledge.unanswered.likeness import SAME, Asked, is_slip, likeness

SAME_QUESTION = (
    ("Есть ли у вас парковка?", "парковка есть у вас"),
    ("Есть ли у вас парковка?", "паркофка есть?"),
    ("Сколько стоит наращивание ногтей?", "наращивание ногтей почём"),
    ("Сколько стоит наращивание ногтей?", "цена на наращивание ногтей"),
    ("Какая гарантия на ремонт подвески?", "на ремонт подвески гарантия какая"),
    ("Есть ли подарочные сертификаты?", "подарочный сертификат можно купить?"),
    ("Масло 5W-30 есть?", "масло 5w-30 в наличии"),
    ("Do you deliver abroad?", "do you delivr abroad"),
)
OTHER_QUESTION = (
    ("Делаете ли вы доставку в Казань?", "Делаете ли вы доставку в Пермь?"),
    ("Сколько стоит наращивание ногтей?", "Сколько стоит снятие ногтей?"),
    ("Масло 5W-30 есть?", "Масло 5W-40 есть?"),
    ("Есть ли скидка для пенсионеров?", "Есть ли скидка для студентов?"),
    ("Есть ли у вас парковка?", "Можно прийти с собакой?"),
    ("Сколько стоит доставка?", "Сколько стоит установка?"),
)


@pytest.mark.parametrize(("one", "other"), SAME_QUESTION)
def test_slips_order_and_endings_make_no_other_question(one, other):
    assert likeness(Asked.of(one), Asked.of(other)) >= SAME


@pytest.mark.parametrize(("one", "other"), OTHER_QUESTION)
def test_another_thing_or_number_is_another_question_even_if_a_model_finds_them_alike(one, other):
    assert likeness(Asked.of(one), Asked.of(other)) < SAME
    if "парковка" not in one:
        meaning = [1.0, 0.0]
        near = [0.9, 0.4358898943540674]
        assert likeness(Asked.of(one, meaning), Asked.of(other, near)) < SAME


def test_paraphrase_is_the_same_question_where_a_model_says_so():
    one, other = "Есть ли у вас парковка?", "Куда поставить машину?"
    assert likeness(Asked.of(one), Asked.of(other)) < SAME
    assert likeness(Asked.of(one, [1.0, 0.0]), Asked.of(other, [0.9, 0.4358898943540674])) >= SAME
    assert likeness(Asked.of(one, [1.0, 0.0]), Asked.of(other, [0.6, 0.8])) < SAME


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_is_symmetric_within_bounds_and_whole_for_the_same_text(one, other):
    a, b = Asked.of(one), Asked.of(other)
    assert likeness(a, b) == pytest.approx(likeness(b, a))
    assert 0 <= likeness(a, b) <= 1
    assert Asked.stored(a.line) == a
    assert not a.nouns | a.verbs or likeness(a, a) == 1


def test_slips_are_forgiven_by_length_and_never_in_numbers():
    assert is_slip("парковк", "паркофк")
    assert is_slip("сертификат", "сиртефикат")
    assert not is_slip("парк", "марки")
    assert not is_slip("артикул1020", "артикул1021")


def test_groups_do_not_grow_from_one_thing_to_another():
    parking = Known("parking", [Asked.of("есть ли парковка")] * 4)
    assert place(Asked.of("парковка есть"), [parking]) == "parking"
    mixed = Known("mixed", [Asked.of(text) for text in ("есть парковка", "есть собака", "есть ванна", "есть лифт")])
    assert place(Asked.of("паркофка"), [mixed]) is None
    assert place(Asked.of("есть парковка"), [mixed]) == "mixed", "the very same question stays where the owner put it"


def test_new_questions_find_each_other():
    asked = {"1": Asked.of("есть ли парковка"), "2": Asked.of("делаете тату"), "3": Asked.of("паркофка есть")}
    assert place_all(asked, []) == {"1": "1", "2": "2", "3": "1"}


def test_most_frequent_wording_speaks_for_a_group():
    texts = ["есть паркофка", "Есть ли парковка?", "есть ли парковка", "парковка и ещё вопрос про лифт"]
    assert representative([(text, Asked.of(text).line) for text in texts]) == "Есть ли парковка?"
