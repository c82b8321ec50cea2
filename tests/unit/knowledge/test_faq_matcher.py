"""Which entries fit a message, and which of them answers."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.knowledge.faq_entries import answers, entry, regex

from secretary.knowledge.faq.matcher import FaqIndex
from secretary.knowledge.faq.normalise import MAX_MESSAGE_CHARS
from secretary.knowledge.faq.phrasing import Kind

GREEDY = FaqIndex([
    entry("приветствие", "*", "* *", "а*", "*а*", "?"),
    entry("всё", regex(r".*"), regex(r"."), regex(r"\w*"), regex("^"), regex("$")),
    entry("слова", keywords=["а"]),
    entry("?"),
    entry(""),
])  # fmt: skip


@pytest.mark.parametrize(
    "message", ["", " ", "?", "??", "а", "А!", "я", "x", "7", "👍", "\n", "\0", "\ud83d", "…", "- -"]
)
def test_message_that_says_nothing_hits_nothing_whatever_is_stored(message: str) -> None:
    assert answers(GREEDY, message) == []


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_no_text_breaks_the_index(message: str) -> None:
    GREEDY.candidates(message)


@given(st.text(st.sampled_from("абвёжз АБВЁЖЗ?!.,* ")))
def test_found_entry_does_not_depend_on_case_punctuation_and_yo(message: str) -> None:
    index = FaqIndex([entry("абв ёжз", "* абв", "ж*", keywords=["ёж"])])
    varied = (message.upper(), message.lower().replace("ё", "е"), f"«{message}»?!")
    assert {tuple(answers(index, text)) for text in varied} == {tuple(answers(index, message))}


def test_index_without_entries_finds_nothing() -> None:
    assert answers(FaqIndex([]), "сколько стоит доставка") == []


def test_message_longer_than_a_question_is_left_to_the_model() -> None:
    index = FaqIndex([entry("доставка", "* доставка *")])
    assert answers(index, "доставка " + "ю" * (MAX_MESSAGE_CHARS - 9)) == ["доставка"]
    assert answers(index, "доставка " + "ю" * (MAX_MESSAGE_CHARS - 8)) == []


def test_priority_wins_over_everything() -> None:
    index = FaqIndex([entry("сколько стоит доставка"), entry("общее", "* доставка *", priority=1)])
    assert answers(index, "Сколько стоит доставка?") == ["общее", "сколько стоит доставка"]


def test_certain_kind_wins_over_uncertain() -> None:
    index = FaqIndex([
        entry("слова", keywords=["доставка"], age_days=4),
        entry("выражение", regex("достав.*сегодня"), age_days=3),
        entry("звёздочка", "доставка *", age_days=2),
        entry("доставка сегодня", age_days=1),
    ])  # fmt: skip
    assert answers(index, "доставка сегодня") == ["доставка сегодня", "звёздочка", "выражение", "слова"]
    losers = index.candidates("доставка сегодня")
    assert [loser.loses_by(losers[0]) for loser in losers[1:]] == ["kind"] * 3


def test_longer_phrasing_wins_then_older_entry() -> None:
    index = FaqIndex([entry("новое", "* доставка *"), entry("старое", "* доставка *", age_days=1),
                      entry("точнее", "* доставка * москва *")])  # fmt: skip
    found = index.candidates("есть доставка по москве")
    assert [candidate.entry.question for candidate in found] == ["точнее", "старое", "новое"]
    assert found[1].loses_by(found[0]) == "length"
    assert found[2].loses_by(found[1]) == "age"


def test_entry_is_listed_once_by_its_best_phrasing() -> None:
    index = FaqIndex([entry("доставка", "достав*", regex("доставк"), keywords=["доставка"])])
    assert [candidate.kind for candidate in index.candidates("доставка")] == [Kind.EXACT]


def test_keywords_need_all_of_them_in_any_order_and_form() -> None:
    index = FaqIndex([entry("возврат в москве", keywords=["возврат денег", "Москва"])])
    assert answers(index, "в Москве деньги возвратом отдадут?") == ["возврат в москве"]
    assert answers(index, "возврат денег") == []


def test_single_word_hits_keywords_only_when_it_is_all_of_them() -> None:
    index = FaqIndex([entry("цены", keywords=["прайс"]), entry("прочее", keywords=["прайс", "лист"])])
    assert answers(index, "Прайс?") == ["цены"]


def test_greeting_before_a_question_does_not_hide_it() -> None:
    index = FaqIndex([entry("Привет"), entry("сколько стоит *")])
    assert answers(index, "Привет! Подскажите, сколько стоит пицца?") == ["сколько стоит *"]
    assert answers(index, "Привет!") == ["Привет"]


def _ten_thousand() -> FaqIndex:
    exact = [entry(f"вопрос о товаре номер {number}", f"товар {number} цена") for number in range(7_000)]
    masks = [entry(f"маска {n}", f"* артикул{n} * доставка *", f"где * заказ{n}*") for n in range(2_000)]
    rules = [entry(f"правило {n}", regex(rf"\bдоговор\w*\s+(?:№\s*)?серия{n}\b")) for n in range(500)]
    words = [entry(f"слова {n}", keywords=["доставка", f"город{n}"]) for n in range(500)]
    return FaqIndex(exact + masks + rules + words)


def test_ten_thousand_entries_answer_a_miss_within_a_millisecond() -> None:
    index = _ten_thousand()
    message = "Здравствуйте, подскажите, а когда приедет курьер и сколько стоит доставка договора в город?"
    assert answers(index, message) == []
    times = []
    for _ in range(50):
        began = time.thread_time()
        index.candidates(message)
        times.append(time.thread_time() - began)
    assert sorted(times)[len(times) // 2] < 0.001
    assert answers(index, "артикул77, есть доставка?") == ["маска 77"]
    assert answers(index, "пришлите договора № серия499") == ["правило 499"]


def test_adversarial_expressions_stay_fast() -> None:
    index = FaqIndex([entry("злое", regex(r"(а+)+б"), regex(r"(.*)*в{2}"), regex(r"(аа|а)*г"), "* а* * *а* * б*")])
    messages = ["а" * 4_000, "аа " * 1_300, "а а" * 1_300]
    began = time.thread_time()
    assert [answers(index, message) for message in messages] == [[], [], []]
    assert time.thread_time() - began < 2  # a machine that many share; what backtracks would take for ever
