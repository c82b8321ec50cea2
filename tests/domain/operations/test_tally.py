"""Counts and times: packed, added, read as percentiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.assistant.turn import Stage
from secretary.operations.tally import (
    ANSWERED_BY,
    BUCKETS,
    COUNTED,
    FIRST_WORD,
    RESERVED,
    TOTAL,
    Tally,
    bucket_of,
    middle_of,
    number_of,
)

TIMES = st.lists(st.integers(0, 2_000_000), max_size=60)
COUNTS = st.lists(st.tuples(st.sampled_from(COUNTED), st.integers(0, 1000)), max_size=20)


def tally_of(counts, first_words, totals) -> Tally:
    tally = Tally()
    for name, count in counts:
        tally.add(name, count)
    for milliseconds in first_words:
        tally.add_time(FIRST_WORD, milliseconds)
    for milliseconds in totals:
        tally.add_time(TOTAL, milliseconds)
    return tally


@given(st.lists(st.builds(tally_of, COUNTS, TIMES, TIMES), max_size=6))
def test_adding_packed_numbers_is_adding_the_counts(tallies):
    added = Tally.of(sum(number_of(tally.packed()) for tally in tallies))
    assert added.counts == [sum(lane) for lane in zip(*(tally.counts for tally in [Tally(), *tallies]), strict=True)]


@given(TIMES.filter(len), st.sampled_from([0.5, 0.95]))
def test_percentile_is_within_a_tenth_of_the_truth(times, share):
    tally = tally_of([], times, [])
    truth = sorted(times)[-(-len(times) * int(share * 100) // 100) - 1]
    if 1 <= truth < 2 ** ((BUCKETS - 1) / 4):
        assert tally.percentile(FIRST_WORD, share) == pytest.approx(truth, rel=0.1, abs=0.6)
    assert tally.percentile(TOTAL, share) is None


@pytest.mark.parametrize("milliseconds", [-5, 0, 1, 2, 3, 1000, 180_000, 10**12])
def test_every_time_has_a_bucket(milliseconds):
    assert 0 <= bucket_of(milliseconds) < BUCKETS
    assert middle_of(bucket_of(milliseconds)) >= 1


def test_every_stage_has_a_count_and_others_are_counted_too():
    assert {stage.label for stage in Stage} <= set(ANSWERED_BY)
    tally = Tally()
    tally.add("somebody new")
    assert tally["other"] == 1


def test_names_keep_their_places_because_they_are_stored():
    assert COUNTED[:9] == (
        "conversations", "questions", "interrupted", "cancelled", "failed", "admit", "hand_over", "funnel", "faq",
    )  # fmt: skip
    assert len(COUNTED) <= RESERVED


def test_an_hour_of_little_takes_little_room():
    tally = Tally()
    tally.add("faq", 200)
    assert len(tally.packed()) < 40
