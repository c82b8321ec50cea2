"""What may be saved."""

import pytest

from secretary.kernel.errors import Invalid
from secretary.knowledge.faq.phrasing import Kind, Phrasing
from secretary.knowledge.faq.rules import Content
from secretary.knowledge.seed.english import ENGLISH
from secretary.knowledge.seed.russian import RUSSIAN


def _refused(content: Content) -> str:
    with pytest.raises(Invalid) as refused:
        content.checked()
    assert refused.value.ru != refused.value.en
    return refused.value.code


@pytest.mark.parametrize("question", ["?", "а", "*", "* *", "**", "*а*", "а*", "5", "👍", "* ? *", "…"])
def test_question_that_would_fit_everything_or_nothing_is_refused(question: str) -> None:
    assert _refused(Content(question, "ответ")) == "faq_phrasing_too_broad"
    assert _refused(Content("вопрос", "ответ", [Phrasing.plain(question)])) == "faq_phrasing_too_broad"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (Content("", "ответ"), "faq_empty"),
        (Content("  \n", "ответ"), "faq_empty"),
        (Content("вопрос", " "), "faq_empty"),
        (Content("в" * 501, "ответ"), "faq_too_long"),
        (Content("ﷺ " * 200, "ответ"), "faq_too_long"),
        (Content("вопрос", "о" * 10_001), "faq_too_long"),
        (Content("вопрос", "ответ", [Phrasing(text="ф" * 501)]), "faq_too_long"),
        (Content("вопрос", "ответ", [Phrasing(text="фраза")] * 51), "faq_too_many"),
        (Content("вопрос", "ответ", keywords=["слово"] * 21), "faq_too_many"),
        (Content("вопрос", "ответ", keywords=["с" * 101]), "faq_too_long"),
        (Content("вопрос", "ответ", keywords=["а"]), "faq_phrasing_too_broad"),
        (Content("вопрос", "ответ", keywords=[""]), "faq_empty"),
        (Content("вопрос", "ответ", priority=1_001), "faq_priority"),
        (Content("воп\0рос", "ответ"), "bad_characters"),
        (Content("вопрос", "отв\ud800ет"), "bad_characters"),
        (Content("вопрос", "ответ", keywords=["сло\0во"]), "bad_characters"),
        (Content("вопрос", "ответ", [Phrasing(text=r"(а)\1", kind=Kind.REGEX)]), "faq_expression_refused"),
        (Content("вопрос", "ответ", [Phrasing(text=".*", kind=Kind.REGEX)]), "faq_phrasing_too_broad"),
    ],
)
def test_what_breaks_a_limit_is_refused(content: Content, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        assert content.checked().key
    assert refused.value.code == code


def test_texts_are_tidied_and_repetitions_dropped() -> None:
    twice = [Phrasing(text=" как  дела "), Phrasing(text="как дела")]
    checked = Content("  Часы \n работы ", "  Ответ\n", twice, ["цена", " цена"]).checked()
    assert (checked.question, checked.answer) == ("Часы работы", "Ответ")
    assert checked.phrasings == [Phrasing(text="как дела")]
    assert checked.keywords == ["цена"]


def test_key_tells_wildcards_from_words() -> None:
    assert Content("Доставки?", "").key == Content("доставка", "").key != Content("доставка *", "").key


def test_demo_knowledge_keeps_the_rules_and_has_no_question_twice() -> None:
    assert (len(RUSSIAN) >= 12, len(ENGLISH) >= 8) == (True, True)
    keys = [content.checked().key for content in (*RUSSIAN, *ENGLISH)]
    assert len(set(keys)) == len(keys)
