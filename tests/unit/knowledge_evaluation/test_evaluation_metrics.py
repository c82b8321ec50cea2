"""The measures on cases worked out by hand, and what holds for every ranking."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.knowledge.evaluation.metrics import (
    Refusals,
    gold_ranks,
    mean,
    ndcg,
    percentile,
    recall,
    reciprocal_rank,
    refusals,
)
from secretary.knowledge.evaluation.shapes import Gold, Passage

RANKS = st.lists(st.none() | st.integers(1, 12), min_size=1, max_size=6)


def passage(text, file="a.md"):
    return Passage(file, text, 1.0)


def test_rank_is_that_of_the_first_passage_of_the_right_file():
    found = [passage("цена 500 ₽", "b.md"), passage("ничего"), passage("цена 500 ₽"), passage("цена 500 ₽")]
    assert gold_ranks([Gold("a.md", "500 ₽"), Gold("a.md", "900 ₽")], found) == (3, None)


def test_recall_is_the_share_of_quotes_within_the_depth():
    assert recall([5], at=5) == 1
    assert recall([6], at=5) == 0
    assert recall([1, None, 7, 3], at=5) == 0.5


def test_reciprocal_rank_is_of_the_best_quote():
    assert reciprocal_rank([None, 4, 2]) == 0.5
    assert reciprocal_rank([None]) == 0


def test_ndcg_by_hand():
    assert ndcg([1], at=10) == 1
    assert ndcg([3], at=10) == pytest.approx(0.5)
    assert ndcg([None], at=10) == 0
    assert ndcg([11], at=10) == 0
    both = (1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3))
    assert ndcg([1, 3], at=10) == pytest.approx(both)
    assert ndcg([1, None], at=10) == pytest.approx(1 / (1 + 1 / math.log2(3)))


def test_two_quotes_of_one_passage_are_one_relevant_passage():
    assert ndcg([1, 1], at=10) == 1


@given(RANKS)
def test_every_measure_is_a_share(ranks):
    assert 0 <= ndcg(ranks, at=10) <= 1 + 1e-12
    assert 0 <= recall(ranks, at=5) <= 1
    assert 0 <= reciprocal_rank(ranks) <= 1


@given(st.integers(1, 10))
def test_perfect_order_scores_one(quotes):
    ranks = list(range(1, quotes + 1))
    assert ndcg(ranks, at=10) == pytest.approx(1)
    assert reciprocal_rank(ranks) == 1


@given(st.sets(st.integers(2, 12), min_size=1, max_size=6), st.data())
def test_no_measure_falls_when_a_passage_rises(places, data):
    before = sorted(places)
    moved = data.draw(st.sampled_from(before))
    after = [rank for rank in before if rank != moved]
    after.append(data.draw(st.sampled_from([rank for rank in range(1, moved) if rank not in places] or [moved])))
    assert ndcg(after, at=10) >= ndcg(before, at=10) - 1e-12
    assert recall(after, at=5) >= recall(before, at=5)
    assert reciprocal_rank(after) >= reciprocal_rank(before)


@given(RANKS, st.integers(1, 10))
def test_finding_a_missing_quote_never_lowers_recall(ranks, rank):
    found = [rank if one is None else one for one in ranks]
    assert recall(found, at=5) >= recall(ranks, at=5)


def test_refusals_by_hand():
    unanswerable, answerable = [(False, True)] * 2 + [(False, False)], [(True, True)] + [(True, False)] * 3
    assert refusals(unanswerable + answerable) == Refusals(precision=2 / 3, recall=2 / 3, false_refusals=1 / 4)


def test_shares_of_nothing_are_unknown_not_zero():
    assert refusals([]) == Refusals(None, None, None)
    assert refusals([(True, False)]) == Refusals(precision=None, recall=None, false_refusals=0)
    assert refusals([(False, True)]).false_refusals is None
    assert mean([]) is None
    assert percentile([], 95) is None


@pytest.mark.parametrize(("percent", "expected"), [(0, 15), (5, 15), (30, 20), (40, 20), (50, 35), (100, 50)])
def test_percentile_is_nearest_rank(percent, expected):
    assert percentile([50, 20, 15, 40, 35], percent) == expected


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 100))
def test_percentile_is_one_of_the_values(values, percent):
    assert percentile(values, percent) in values
