"""The index against a naive one: whatever is added, replaced and removed, and in whatever parts."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretary.knowledge.search.entry import Entry
from secretary.knowledge.search.index import Group, Index, Scale
from secretary.knowledge.search.matrix import Matrix
from secretary.knowledge.search.scoring import Calibration, Signs, judged, ranked, signs
from secretary.knowledge.search.segment import build, merged
from secretary.knowledge.search.tokens import term_of, terms_of
from secretary.knowledge.search.tuning import fit
from secretary.knowledge.search.vocabulary import Vocabulary

WORDS = ("роза", "тюльпан", "пион", "доставка", "цена", "букет", "5кг")
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
CHANGES = st.lists(
    st.tuples(st.integers(0, 5), st.one_of(st.none(), st.lists(TEXTS, min_size=1, max_size=3))), max_size=25
)
K1, B = 1.2, 0.5


def _entries(document: int, version: int, texts: list[str]) -> list[Entry]:
    return [Entry(f"{document}-{version}-{n}", f"d{document}", "", "", text) for n, text in enumerate(texts)]


def _after(changes: list[tuple[int, list[str] | None]]) -> tuple[Index, dict[int, list[Entry]]]:
    index, kept = Index(), {}
    for version, (document, texts) in enumerate(changes):
        entries = _entries(document, version, texts or [])
        index = index.replaced([f"d{document}"], entries)
        kept[document] = entries
    return index, kept


def _naive(entries: list[Entry], term: str) -> dict[str, float]:
    """BM25 as it stands in the books, divided by what a word can get at most."""
    counts = {entry.chunk_id: Counter(terms_of(entry.text)) for entry in entries}
    mean = sum(sum(one.values()) for one in counts.values()) / max(len(counts), 1)
    having = sum(1 for one in counts.values() if one[term])
    rarity = math.log1p((len(counts) - having + 0.5) / (having + 0.5))
    return {
        chunk_id: rarity * one[term] / (one[term] + K1 * (1 - B + B * sum(one.values()) / mean))
        for chunk_id, one in counts.items()
        if one[term]
    }


@given(CHANGES)
@settings(max_examples=100, deadline=None)
def test_scores_equal_a_naive_bm25(changes: list[tuple[int, list[str] | None]]) -> None:
    index, kept = _after(changes)
    entries = [entry for some in kept.values() for entry in some]
    assert len(index) == len(entries)
    for term in {term for word in WORDS for term in terms_of(word)}:
        seen = index.find([Group(((term, 1.0),))], None, 1_000)
        found = {one.chunk_id: one.worth for one in seen.candidates}
        expected = _naive(entries, term)
        assert found.keys() == expected.keys()
        assert all(math.isclose(found[key], expected[key], rel_tol=1e-4) for key in expected)


@given(CHANGES)
@settings(max_examples=50, deadline=None)
def test_index_in_parts_equals_one_made_at_once(changes: list[tuple[int, list[str] | None]]) -> None:
    index, kept = _after(changes)
    whole = Index().replaced([], [entry for some in kept.values() for entry in some])
    for term in ("роз", "цен", "#5кг"):
        in_parts, at_once = [
            [(one.chunk_id, round(one.raw, 5)) for one in ranked(one.find([Group(((term, 1.0),))], None, 99), 1, None)]
            for one in (index, whole)
        ]
        assert in_parts == at_once


def test_old_index_answers_as_before_while_a_new_one_is_made() -> None:
    old = Index().replaced([], _entries(1, 0, ["роза"]))
    new = old.replaced(["d1"], _entries(1, 1, ["пион"]))
    assert (old.frequency("роз"), new.frequency("роз"), new.frequency("пион")) == (1, 0, 1)


def test_many_small_changes_stay_few_parts() -> None:
    index = Index()
    for document in range(200):
        index = index.replaced([f"d{document}"], _entries(document, 0, ["роза пион"]))
    assert len(index) == 200
    assert len(index.segments) <= 9
    assert index.frequency("роз") == 200


def test_term_that_is_another_word_for_the_same_counts_once() -> None:
    index = Index().replaced([], _entries(1, 0, ["роза пион", "роза"]))
    seen = index.find([Group((("роз", 1.0), ("пион", 0.5)))], None, 9)
    assert {one.chunk_id: round(float(one.words[0]), 1) for one in seen.candidates} == {"1-0-0": 0.4, "1-0-1": 0.5}


def test_meaning_finds_what_shares_no_word() -> None:
    index = Index().replaced([], _entries(1, 0, ["роза", "пион", "букет"]))
    eye = np.eye(3, 8, dtype=np.float32)
    index.give_meanings({f"1-0-{n}": eye[n] for n in range(3)} | {"unknown": eye[0]})
    assert index.meaningless() == []
    seen = index.find((), eye[1], 1)
    assert [(one.chunk_id, one.meaning) for one in seen.candidates] == [("1-0-1", 1.0)]


def test_vectors_move_with_their_passages() -> None:
    vocabulary = Vocabulary()
    parts = [build(_entries(document, 0, ["роза", "пион"]), vocabulary) for document in range(3)]
    eye = np.eye(6, 8, dtype=np.float32)
    for number, part in enumerate(parts):
        part.matrix.set([0, 1], eye[2 * number : 2 * number + 2])
    whole = merged([part.without(["d1"]) for part in parts])
    assert whole.chunk_ids.tolist() == [b"0-0-0", b"0-0-1", b"2-0-0", b"2-0-1"]
    assert whole.matrix.likeness(eye[4], np.arange(4)).tolist() == [0, 0, 1, 0]


def test_sieve_of_signs_keeps_the_nearest() -> None:
    made = np.random.default_rng(1)
    rows = made.standard_normal((5_000, 128)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    matrix, alive = Matrix(5_000), np.ones(5_000, bool)
    matrix.set(range(5_000), rows)
    alive[7] = False
    for number in range(0, 5_000, 500):
        asked = rows[number] + made.standard_normal(128).astype(np.float32) * 0.05
        assert number in matrix.nearest(asked, alive, 10)
    assert 7 not in matrix.nearest(rows[7], alive, 10)


def test_vectors_of_another_size_are_passed_over() -> None:
    matrix = Matrix(2)
    matrix.set([0], np.ones((1, 4), np.float32) / 2)
    matrix.set([1], np.ones((1, 8), np.float32))
    assert matrix.has.tolist() == [True, False]
    assert len(matrix.nearest(np.ones(8, np.float32), np.ones(2, bool), 5)) == 0


def _told(score: float, lead: float, coverage: float) -> Signs:
    return Signs(score, lead, 0.0, coverage, coverage, 2, 0, 0.0, 0.0)


_BY_SCORE = Signs(1, 1, 0, 1, 0, 0, 0, 0, 0)


def test_calibration_tells_what_it_was_shown() -> None:
    good = [_told(3 + n / 10, 1.0, 0.9) for n in range(20)]
    bad = [_told(n / 10, 0.1, 0.2) for n in range(20)]
    found = fit([*good, *bad], [True] * 20 + [False] * 20, lost=0.05, unread=0.0)
    assert found.threshold > 0.5
    assert 0.5 < found.near < found.threshold
    assert found.weights.score > 0
    assert found.weights.known == 0


def test_threshold_is_what_the_other_sets_would_have_made_of_it() -> None:
    """A set whose answers look poor to the others lowers it; seen by its own eyes it would not."""
    good = [*(_told(3 + n / 10, 1.0, 0.9) for n in range(20)), *(_told(1 + n / 10, 1.0, 0.9) for n in range(20))]
    bad = [*(_told(2 + n / 10, 0.5, 0.2) for n in range(20)), *(_told(n / 20, 0.5, 0.2) for n in range(20))]
    told, answers = [*good, *bad], [True] * 40 + [False] * 40
    sets = (["rich"] * 20 + ["poor"] * 20) * 2
    by_others = fit(told, answers, lost=0.05, unread=0.01, sets=sets)
    assert by_others.threshold < fit(told, answers, lost=0.05, unread=0.01).threshold


def test_scores_go_down_with_the_order() -> None:
    index = Index().replaced([], _entries(1, 0, ["роза роза", "роза пион", "роза пион букет цена"]))
    seen = index.find([Group((("роз", 1.0),))], None, 9)
    found = ranked(seen, 1, None)
    told = signs(found, seen, 1, None)
    scores = [one.score for one in judged(found, told, Calibration(0, _BY_SCORE, threshold=0.5, near=0.4)).best]
    assert scores == sorted(scores, reverse=True)
    for threshold, near, expected in (
        (scores[0], 0.1, (True, True)),
        (1.0, scores[0], (False, True)),
        (1, 1, (False, False)),
    ):
        judgement = judged(found, told, Calibration(0, _BY_SCORE, threshold, near))
        assert (judgement.is_answer, judgement.is_near) == expected
    nothing = judged((), None, Calibration(0, _BY_SCORE, threshold=0.0, near=0.0))
    assert (nothing.best, nothing.is_answer, nothing.is_near) == ((), False, False)


def test_signs_weigh_the_words_that_are_there() -> None:
    """Of three words the best passage has one, another passage has a second, and nobody has the third."""
    index = Index().replaced([], _entries(1, 0, ["роза роза", "пион букет цена доставка", "тюльпан"]))
    seen = index.find([Group(((term, 1.0),)) for term in map(term_of, ("роза", "букет", "сапфир"))], None, 9)
    told = signs(ranked(seen, 3, None), seen, 3, None)
    assert (told.known, told.missed, told.nothing, told.lead_unnamed) == (2, 2, 0, 0)
    assert 0 < told.coverage <= told.anywhere < 1
    assert told.meaning_lead == 0


def test_signs_of_a_passage_that_means_it_and_has_none_of_its_words() -> None:
    index = Index().replaced([], _entries(1, 0, ["роза", "пион", "тюльпан"]))
    index.give_meanings({f"1-0-{n}": np.array(row, np.float32) for n, row in enumerate(([1, 0], [0, 1], [0.6, 0.8]))})
    scale = Scale(0.0, 0.5)
    seen = index.find([Group((("сапфир", 1.0),))], np.array([1, 0], np.float32), 9)
    told = signs(ranked(seen, 1, scale), seen, 1, scale)
    assert (told.coverage, told.known, told.missed, told.nothing) == (0, 0, 1, 1)
    assert told.lead == told.lead_unnamed == pytest.approx(2 - (0 + 1.2) / 2)
    assert told.meaning_lead == told.lead
