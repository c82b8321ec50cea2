"""Regular expressions: what people write is found, what cannot be safe is refused."""

import pytest
from tests.unit.knowledge.faq_entries import answers, entry, regex

from secretary.knowledge.faq.expressions import expression_pattern, says_too_little
from secretary.knowledge.faq.linear import PatternRefused, PatternSet
from secretary.knowledge.faq.matcher import FaqIndex


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("ДОСТАВК[аиу]", "Есть доставка?"),
        (r"\bдостав\w*", "Когда доставите?"),
        (r"\bдоставк\w*\b", "доставка"),
        (r"доставк\w+\b.*\bмоскв\w+", "доставка по всей Москве"),
        (r"доставк\w+\b.*\bмоскв\w+", "доставка,москва"),
        (r"\bдоставка\b.+\bмосква\b", "доставка в москва"),
        (r"\bдоставка\b\s+\bмосква\b", "доставка Москва"),
        (r"\bдоставка\b \bмосква\b", "доставка Москва!"),
        (r"доставка\s\bмосква", "доставка   москва"),
        ("ещё", "ЕЩЕ вопрос"),
        ("еще", "ещё вопрос"),
        ("[а-яё]{5}ка$", "доставка"),
        (r"^\d+\s*руб", "500 рублей"),
        (r"[\w-]+@[\w.]+", "пишите на info@пример.рф"),
        (r"\bok\b", "это ok?"),
        (r"конец\Z", "это конец"),
        ("(?:раз|два) слово", "два слово"),
        (r"\\b", r"текст \b тут"),
        (r"what's up", "Hey, what's up"),
        (r"цен\W+товар", "цен: товар"),
    ],
)
def test_expression_is_found(expression: str, message: str) -> None:
    assert answers(FaqIndex([entry("ё", regex(expression))]), message) == ["ё"]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (r"\bставка", "доставка"),
        (r"доставк\b", "доставка"),
        (r"\bдоставка\b.+\bмосква\b", "доставкамосква"),
        (r"[^\w]вода", "завода"),
        (r"доставка москва", "доставка, москва"),
    ],
)
def test_expression_is_not_found(expression: str, message: str) -> None:
    assert answers(FaqIndex([entry("ё", regex(expression))]), message) == []


@pytest.mark.parametrize(
    "expression",
    [
        r"(а)\1",
        "(?=а)б",
        "(?!а)б",
        "(?<=а)б",
        "(?<!а)б",
        "(а",
        "[а",
        "*а",
        "а{2000}",
        "(?:(?:а{90}){90}){90}",
        "(?P<x>а)(?P=x)",
    ],
)
def test_what_is_broken_or_not_linear_is_refused(expression: str) -> None:
    with pytest.raises(PatternRefused) as refused:
        says_too_little(expression)
    assert str(refused.value)


@pytest.mark.parametrize(
    "expression", ["", ".*", "а*", "(доставка)?", "^", r"\b", ".", r"\w", "[а-я]", r"\d", "а|доставка", r"\W", "🙂|😀"]
)
def test_what_fits_an_empty_or_one_character_text_says_too_little(expression: str) -> None:
    assert says_too_little(expression)


@pytest.mark.parametrize("expression", ["доставк", r"\d{2}", "а.", r"\bда\b"])
def test_what_needs_two_characters_says_enough(expression: str) -> None:
    assert not says_too_little(expression)


def test_longest_expression_of_letters_is_accepted() -> None:
    assert not says_too_little("|".join(["доставка"] * 55))


def test_set_leaves_out_what_is_refused_and_keeps_the_rest() -> None:
    patterns = [(f"слово{number}", number) for number in range(1_200)]
    patterns[700] = ("(broken", 700)
    found = PatternSet(patterns, is_case_sensitive=False)
    assert set(found.matching("слово3, слово1199")) == {1, 3, 11, 119, 1199}
    assert 700 not in found.matching("слово70 слово700")
    assert 701 in found.matching("слово701")


def test_many_large_patterns_still_find_theirs() -> None:
    words = [chr(0x430 + number % 32) * 3 + str(number) for number in range(20_000)]
    patterns = [(expression_pattern("|".join(words[start : start + 40])), start) for start in range(0, 20_000, 40)]
    found = PatternSet(patterns, is_case_sensitive=False)
    assert 12_000 in found.matching(f"вот {words[12_005]} тут")
    assert found.matching("ничего такого") == []
