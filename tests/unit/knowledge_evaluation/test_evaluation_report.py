"""The table that people read, the JSON that is kept, and what changed between two runs."""

import dataclasses

import pytest

from secretary.kernel.errors import Invalid
from secretary.knowledge.evaluation.changes import compare
from secretary.knowledge.evaluation.report import Report, aligned, from_json, table, to_json
from secretary.knowledge.evaluation.runner import Judged, Run
from secretary.knowledge.evaluation.scores import TOTAL, is_right, score, score_kinds
from secretary.knowledge.evaluation.shapes import Half


def judged(name, *ranks, kind="direct", refused=False, half=Half.TUNING, latency_ms=10.0):
    kind = kind if ranks else "unanswerable"
    return Judged("shop", name, half, kind, bool(ranks), refused, ranks, latency_ms)


PRODUCT = Run("product", (
    judged("q1", 1), judged("q2", 3, kind="typo"), judged("q3", refused=True), judged("q4"),
    judged("h1", 2, half=Half.HELD_OUT, latency_ms=30.0),
))  # fmt: skip
PEER = Run("BM25", (
    judged("q1", 2), judged("q2", None, kind="typo"), judged("q3"), judged("q4"), judged("h1", None, half=Half.HELD_OUT),
))  # fmt: skip

TABLE = """\
tuning: 4 questions
kind    n  recall@5 product  recall@5 BM25  nDCG@10 product  nDCG@10 BM25  MRR product  MRR BM25
direct  1             1.000          1.000            1.000         0.631        1.000     0.500
typo    1             1.000          0.000            0.500         0.000        0.333     0.000
all     2             1.000          0.500            0.750         0.315        0.667     0.250

                    product     BM25
refusal precision     1.000        –
refusal recall        0.500    0.000
answerable refused    0.000    0.000
latency p50         10.0 ms  10.0 ms
latency p95         10.0 ms  10.0 ms

held_out: 1 questions
kind    n  recall@5 product  recall@5 BM25  nDCG@10 product  nDCG@10 BM25  MRR product  MRR BM25
direct  1             1.000          0.000            0.631         0.000        0.500     0.000
all     1             1.000          0.000            0.631         0.000        0.500     0.000

                    product     BM25
refusal precision         –        –
refusal recall            –        –
answerable refused    0.000    0.000
latency p50         30.0 ms  10.0 ms
latency p95         30.0 ms  10.0 ms"""


def test_table_shows_every_half_and_kind_beside_the_peer():
    assert table(Report(PRODUCT, (PEER,))) == TABLE


def test_table_of_a_run_without_answerable_questions():
    assert "refusal recall        1.000" in table(Report(Run("p", (judged("q1", refused=True),))))


def test_columns_are_as_wide_as_their_longest_cell():
    assert aligned([["a", "long"], ["longer", "b"]]) == "a       long\nlonger     b"


def test_kinds_of_others_come_after_ours():
    scores = score_kinds([judged("q1", 1, kind="zoo"), judged("q2", 1, kind="typo"), judged("q3", 1, kind="direct")])
    assert list(scores) == ["direct", "typo", "zoo", TOTAL]


def test_order_is_scored_over_answerable_questions_only():
    scores = score([judged("q1", 1), judged("q2")])
    assert (scores.questions, scores.recall_at_5) == (2, 1)


@pytest.mark.parametrize(
    ("one", "right"),
    [
        (judged("q", 5), True),
        (judged("q", 6), False),
        (judged("q", None, 2), True),
        (judged("q", 1, refused=True), False),
        (judged("q"), False),
        (judged("q", refused=True), True),
    ],
)
def test_what_counts_as_right(one, right):
    assert is_right(one) is right


def test_report_survives_its_json():
    report = Report(PRODUCT, (PEER,))
    assert from_json(to_json(report)) == report


@pytest.mark.parametrize("text", ["", "{}", '{"product": 1}', b"\xff"])
def test_other_json_is_refused(text):
    with pytest.raises(Invalid, match="not the report of a run"):
        from_json(text)


def test_report_of_another_format_is_refused():
    with pytest.raises(Invalid, match="format 2"):
        from_json(to_json(dataclasses.replace(Report(PRODUCT), format=2)))


def test_same_run_has_no_changes():
    changes = compare(PRODUCT, PRODUCT)
    assert (changes.won, changes.lost, changes.added, changes.removed) == ((), (), (), ())
    assert {change.gain for change in changes.figures} == {0}
    assert changes.text().endswith("no question was won or lost")


def test_changes_name_the_questions_won_and_lost():
    now = Run("product", (judged("q1", 7), judged("q2", 1, kind="typo"), judged("q3"), judged("q4", refused=True)))
    changes = compare(PRODUCT, now)
    assert changes.won == ("shop/q4",)
    assert changes.lost == ("shop/q1", "shop/q3")
    assert changes.removed == ("shop/h1",)


def test_changes_say_which_figures_are_better_or_worse():
    now = Run("product", (
        judged("q1", 1), judged("q2", 1, kind="typo", refused=True), judged("q3", refused=True), judged("q4", refused=True),
        judged("h1", 2, half=Half.HELD_OUT, latency_ms=90.0), judged("new", 1),
    ))  # fmt: skip
    text = compare(PRODUCT, now).text()
    rows = {tuple(line.split()[:2]): line.split()[-1] for line in text.splitlines()}
    assert rows["tuning", "nDCG@10"] == "better"
    assert rows["tuning", "answerable"] == "worse"
    assert rows["held_out", "latency"] == "worse"
    assert rows["held_out", "nDCG@10"] == "="
    assert "lost (1): shop/q2" in text
    assert "won (1): shop/q4" in text
    assert "new questions (1): shop/new" in text


def test_new_questions_do_not_look_like_progress():
    before, now = Run("p", (judged("q1", 2),)), Run("p", (judged("q1", 2), judged("q2", 1)))
    assert {change.gain for change in compare(before, now).figures} == {0}


def test_runs_without_a_common_question_have_only_lists():
    changes = compare(Run("p", (judged("q1", 1),)), Run("p", (judged("q2", 1),)))
    assert changes.figures == ()
    assert changes.text() == "half  figure  before  now\nnew questions (1): shop/q2\ngone (1): shop/q1"
