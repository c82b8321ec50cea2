"""Counting within a window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.kernel import limits
from secretary.kernel.errors import RateLimited
from secretary.kernel.limits import WindowLimiter


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_one_too_many_is_refused_and_says_when_to_come_back():
    limiter = WindowLimiter(2, 60, Clock())
    limiter.hit("a")
    limiter.hit("a")
    with pytest.raises(RateLimited) as raised:
        limiter.hit("a")
    assert 1 <= raised.value.retry_after_s <= 60
    limiter.hit("b")


@given(st.lists(st.floats(0, 30), min_size=1, max_size=200), st.integers(1, 10))
def test_never_twice_the_limit_in_any_window(pauses, count):
    clock = Clock()
    limiter = WindowLimiter(count, 60, clock)
    passed = []
    for pause in pauses:
        clock.now += pause
        try:
            limiter.hit("a")
        except RateLimited:
            continue
        passed.append(clock.now)
    for moment in passed:
        assert sum(moment <= other < moment + 60 for other in passed) < 2 * count + 1


def test_an_attacker_with_many_addresses_cannot_fill_the_memory(monkeypatch):
    monkeypatch.setattr(limits, "MAX_KEYS", 10)
    limiter = WindowLimiter(1, 60, Clock())
    for number in range(100):
        limiter.hit(str(number))
    assert len(limiter._seen) == 10
