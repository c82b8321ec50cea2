"""Words in normal form, for whoever compares or finds texts."""

import pytest

from secretary.kernel.inflection import fold, stem, words_of


@pytest.mark.parametrize(
    ("one", "other"), [("доставка", "доставку"), ("скидка", "скидок"), ("boats", "boat"), ("день", "дней")]
)
def test_forms_of_a_word_share_a_stem(one, other):
    assert stem(one) == stem(other)


def test_words_are_folded_and_without_apostrophes():
    assert words_of(fold("Ёлка, WHAT'S  up?")) == ["елка", "whats", "up"]
