"""The shipped sets are what they promise: enough of everything, every quote in its document, the halves apart."""

import re
from collections import Counter

import pytest

from secretary.knowledge.evaluation.bm25 import PlainBm25, sections_of
from secretary.knowledge.evaluation.folder import shipped_sets
from secretary.knowledge.evaluation.metrics import gold_ranks
from secretary.knowledge.evaluation.report import Report, table
from secretary.knowledge.evaluation.runner import run
from secretary.knowledge.evaluation.scores import score_kinds
from secretary.knowledge.evaluation.shapes import Half, Kind, Passage

SETS = shipped_sets()
QUESTIONS = [question for one in SETS for question in one.questions]
PHONES = re.compile(r"\+7[ \d-]+")


@pytest.fixture(params=SETS, ids=lambda one: one.name)
def one_set(request):
    return request.param


def texts_of(one_set):
    return {document.file: document.content.decode() for document in one_set.documents}


def test_there_are_enough_businesses_documents_and_questions():
    assert len(SETS) >= 8
    assert sum(len(one.documents) for one in SETS) >= 60
    assert sum(len(sections_of(document)) for one in SETS for document in one.documents) >= 250
    assert len(QUESTIONS) >= 420


def test_ids_are_unique_over_all_sets():
    assert len({question.id for question in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("half", [Half.TUNING, Half.HELD_OUT])
def test_each_half_has_enough_of_every_kind(half):
    kinds = Counter(question.kind for question in QUESTIONS if question.half is half)
    assert set(kinds) == {kind.value for kind in Kind}
    assert kinds[Kind.UNANSWERABLE] >= 60
    assert min(kinds.values()) >= 10
    assert kinds.total() >= 200


def test_no_question_is_of_no_half():
    assert {question.half for question in QUESTIONS} == {Half.TUNING, Half.HELD_OUT}


def test_some_businesses_are_seen_by_the_held_out_half_alone():
    halves = [{question.half for question in one.questions} for one in SETS]
    assert halves.count({Half.HELD_OUT}) >= 3
    assert halves.count({Half.TUNING}) >= 3


def test_every_quote_stands_in_its_file_once(one_set):
    texts = texts_of(one_set)
    counts = {(gold.file, gold.quote): texts[gold.file].count(gold.quote) for q in one_set.questions for gold in q.gold}
    assert [gold for gold, count in counts.items() if count != 1] == []


def test_every_quote_is_found_by_its_measure(one_set):
    whole = [Passage(file, text, 1.0) for file, text in texts_of(one_set).items()]
    assert [q.id for q in one_set.questions if None in gold_ranks(q.gold, whole)] == []


def test_every_quote_stands_within_one_section(one_set):
    sections = [Passage(d.file, text, 1.0) for d in one_set.documents for text in sections_of(d)]
    assert [q.id for q in one_set.questions if None in gold_ranks(q.gold, sections)] == []


def test_what_an_answer_contains_stands_in_the_file_of_its_gold(one_set):
    texts = texts_of(one_set)
    wanted = [(q, part) for q in one_set.questions for part in q.answer_contains]
    assert [q.id for q, part in wanted if not any(part.lower() in texts[gold.file].lower() for gold in q.gold)] == []


def test_nothing_in_the_line_of_the_gold_is_forbidden(one_set):
    lines = [(file, line) for file, text in texts_of(one_set).items() for line in text.splitlines()]
    forbidden = [(q, gold, part) for q in one_set.questions for gold in q.gold for part in q.answer_must_not_contain]
    assert [
        q.id
        for q, gold, part in forbidden
        if any(file == gold.file and gold.quote in line and part in line for file, line in lines)
    ] == []


def test_the_unanswerable_are_those_without_gold():
    assert [q.id for q in QUESTIONS if q.is_answerable == (q.kind == Kind.UNANSWERABLE)] == []


def test_follow_ups_have_a_history_that_ends_with_the_assistant():
    for question in QUESTIONS:
        assert bool(question.history) == (question.kind == Kind.FOLLOW_UP), question.id
        assert not question.history or question.history[-1].role == "assistant", question.id


def test_no_question_is_asked_twice_of_a_business(one_set):
    asked = Counter((question.question.lower(), question.history) for question in one_set.questions)
    assert [question for question, times in asked.items() if times > 1] == []


def test_telephone_numbers_are_made_up(one_set):
    numbers = [number for text in texts_of(one_set).values() for number in PHONES.findall(text)]
    assert [number for number in numbers if not number.startswith("+7 495 000-00-")] == []


async def test_plain_word_search_leaves_room_for_a_better_one():
    peer = await run("BM25", PlainBm25(), SETS)
    print(table(Report(peer)))
    for half in (Half.TUNING, Half.HELD_OUT):
        scores = score_kinds(peer.of(half))
        assert 0.1 < scores[Kind.PARAPHRASE].ndcg_at_10 < 0.27
        assert scores[Kind.DIRECT].ndcg_at_10 > 0.5
        assert scores[Kind.TABLE].ndcg_at_10 > 0.7
