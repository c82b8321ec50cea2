"""Phrases by which a conversation goes to a person."""

import pytest
from pydantic import ValidationError

from secretary.assistant.handover.rules import HandOverRules
from secretary.kernel.errors import Invalid

RULES = HandOverRules(words=["возврат денег", "жалоба", "cancel my order"])


@pytest.mark.parametrize(
    "text",
    ["Хочу оформить ВОЗВРАТ ДЕНЕГ!", "у меня жалобы", "о возврате денег напишите", "Cancelling my orders, please"],
)
def test_phrase_is_found_in_any_form(text):
    assert RULES.names(text)


@pytest.mark.parametrize("text", ["Возврат товара и деньги", "денег возврат", "жало пчелы", "my order", "", "!!!"])
def test_only_whole_words_in_order(text):
    assert not RULES.names(text)


def test_without_phrases_nothing_hands_over():
    assert not HandOverRules().names("жалоба")


@pytest.mark.parametrize(
    "wrong",
    [{"wait_minutes": 0}, {"wait_minutes": 241}, {"hold_minutes": 4}, {"hold_minutes": 1441}, {"words": ["x"] * 51}],
)
def test_limits(wrong):
    with pytest.raises(ValidationError):
        HandOverRules(**wrong)


def test_phrase_without_a_word_is_refused():
    with pytest.raises(Invalid):
        HandOverRules(words=["?!"])
