"""Whether an answer says what it must, however it is written."""

import pytest

from secretary.knowledge.evaluation.answers import is_satisfied, says


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("Доставка стоит 3\u00a0500 ₽.", "3500"),
        ("Доставка стоит 3500 рублей", "3 500"),
        ("**Полевая** улица, 31", "полевая улица"),
        ("Приём ведёт врач Семёнов", "ведет врач семенов"),
        ("от 500 рублей.", "500"),
        ("с 10:00 до 18:00.", "18:00"),
    ],
)
def test_same_words_are_found(answer, words):
    assert says(answer, words)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("Доставка стоит 3 500 ₽", "500"),
        ("стоит 1500", "500"),
        ("стоит 5000", "500"),
        ("стоит 2,5 часа", "5 часа"),
        ("дома 12", "2"),
        ("ничего", "что-то"),
    ],
)
def test_part_of_a_number_is_not_the_number(answer, words):
    assert not says(answer, words)


def test_satisfied_is_all_of_the_one_and_nothing_of_the_other():
    assert is_satisfied("300 рублей за два дня", ["300", "два дня"], ["500"])
    assert not is_satisfied("300 рублей", ["300", "два дня"], [])
    assert not is_satisfied("300 или 500 рублей", ["300"], ["500"])
    assert not is_satisfied("", ["300"], [])
    assert is_satisfied("", [], ["500"])
