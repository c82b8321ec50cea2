"""Taking a message: the state machine alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.assistant.taking import Asking, Draft, Outcome, advance, ask, offer, wanted
from secretary.assistant.texts import BUTTONS, TEXTS

LANGUAGES = st.sampled_from(["ru", "en"])


def through(draft, *said, language="ru"):
    for text in said:
        draft = advance(draft, text, language).draft
    return draft


def test_whole_way_in_russian():
    draft = through(wanted("ru").draft, "Хочу заказать торт", "Да", "+7 900 000-00-00", "Иван", "Срочно", "Утром")
    assert draft == Draft(
        question="Хочу заказать торт",
        asking=Asking.NOTHING,
        outcome=Outcome.TAKEN,
        contact="+7 900 000-00-00",
        name="Иван",
        urgency="urgent",
        call_back="Утром",
    )


def test_buttons_of_every_question_are_understood():
    for language in ("ru", "en"):
        draft = offer("?", language).draft
        for expected in (Asking.CONTACT, Asking.NAME, Asking.URGENCY, Asking.CALL_BACK, Asking.NOTHING):
            said = "a@b.example" if draft.asking is Asking.CONTACT else BUTTONS[draft.asking][language][0]
            draft = advance(draft, said, language).draft
            assert draft.asking is expected


@pytest.mark.parametrize(
    "contact", ["+7 (900) 000-00-00", "89000000000", "name@example.com", "пишите @ivan_petrov", "t.me/ivan_petrov"]
)
def test_ways_to_be_reached(contact):
    assert through(Draft("?", Asking.CONTACT), contact).contact == contact


@pytest.mark.parametrize("said", ["позвоните мне", "12345", "@", "name@", "да", "a сколько стоит?"])
def test_what_is_no_contact_is_asked_again(said):
    step = advance(Draft("?", Asking.CONTACT), said, "ru")
    assert step.draft == Draft("?", Asking.CONTACT)
    assert step.text == TEXTS["again_contact"]["ru"]
    assert step.buttons


@pytest.mark.parametrize(
    ("said", "urgency"),
    [
        ("Срочно!", "urgent"),
        ("Не срочно", "whenever"),
        ("сегодня", "today"),
        ("asap", "urgent"),
        ("что-то", "whenever"),
    ],
)
def test_urgency(said, urgency):
    assert through(Draft("?", Asking.URGENCY), said).urgency == urgency


def test_without_consent_nothing_is_taken():
    step = advance(offer("вопрос", "ru").draft, "Не нужно", "ru")
    assert step.draft.outcome is Outcome.DECLINED
    assert advance(offer("вопрос", "ru").draft, "+7 900 000-00-00", "ru").draft.contact == ""


@given(LANGUAGES, st.lists(st.text(max_size=300), max_size=12))
def test_whatever_is_said_the_way_only_goes_forward_and_never_past_a_missing_consent(language, answers):
    order = [Asking.QUESTION, Asking.CONSENT, Asking.CONTACT, Asking.NAME, Asking.URGENCY, Asking.CALL_BACK]
    draft = wanted(language).draft
    for said in answers:
        if draft.outcome is not Outcome.TAKING:
            return
        step = advance(draft, said, language)
        assert step.text
        if step.draft.outcome is Outcome.TAKING:
            assert order.index(step.draft.asking) - order.index(draft.asking) in (0, 1)
            assert ask(step.draft, language).buttons
        if order.index(draft.asking) < order.index(Asking.CONTACT):
            assert step.draft.contact == step.draft.name == ""
        assert max(map(len, (step.draft.contact, step.draft.name, step.draft.call_back))) <= 200
        draft = step.draft


def test_every_text_is_there_in_both_languages():
    assert all(set(texts) == {"ru", "en"} for texts in (*TEXTS.values(), *BUTTONS.values()))
    assert replace(Draft("?"), asking=Asking.NAME).asking in TEXTS
