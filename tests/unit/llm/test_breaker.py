"""The circuit breaker as a state machine."""

from hypothesis import given
from hypothesis import strategies as st

from secretary.llm.errors import llm_error
from secretary.llm.routing.breaker import AT_ONCE, COUNTED, LONGEST_PAUSE_S, THRESHOLD, Breaker, State


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def broken(clock, code="llm_unreachable", times=THRESHOLD):
    breaker = Breaker(clock)
    for _ in range(times):
        assert breaker.let_through()
        breaker.failed(llm_error(code))
    return breaker


def test_backend_that_keeps_failing_is_left_alone_and_then_tried_by_one():
    clock = Clock()
    breaker = broken(clock)
    assert (breaker.state, breaker.let_through()) == (State.OPEN, False)
    clock.now += breaker.retry_in_s
    assert breaker.state is State.HALF_OPEN
    assert [breaker.let_through() for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert (breaker.state, breaker.let_through()) == (State.CLOSED, True)


def test_failed_probe_doubles_the_pause():
    clock = Clock()
    breaker = broken(clock)
    first = breaker.retry_in_s
    clock.now += first
    assert breaker.let_through()
    breaker.failed(llm_error("llm_timeout"))
    assert breaker.retry_in_s == 2 * first


def test_probe_that_nobody_ends_does_not_block_for_ever():
    clock = Clock()
    breaker = broken(clock)
    clock.now += breaker.retry_in_s
    assert breaker.let_through()
    clock.now += 31
    assert breaker.let_through()


def test_bad_key_opens_at_once():
    assert broken(Clock(), "llm_bad_key", times=1).state is State.OPEN


def test_fault_of_the_request_says_nothing_of_the_backend():
    breaker = Breaker(Clock())
    for code in ("llm_too_long", "llm_refused", "llm_rejected", "llm_unable") * 5:
        breaker.failed(llm_error(code))
    assert breaker.state is State.CLOSED


def test_rate_limit_is_kept_for_as_long_as_asked():
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed(llm_error("llm_rate_limited", retry_after_s=7))
    assert (breaker.let_through(), breaker.state) == (False, State.CLOSED)
    clock.now += 7
    assert breaker.let_through()


STEPS = st.lists(
    st.one_of(st.sampled_from(sorted(COUNTED | AT_ONCE | {"llm_refused"})), st.just(""), st.floats(0, 100)), max_size=60
)


@given(STEPS)
def test_breaker_never_locks_a_backend_out_for_good(steps):
    clock = Clock()
    breaker = Breaker(clock)
    for step in steps:
        if isinstance(step, float):
            clock.now += step
        elif breaker.let_through():
            breaker.failed(llm_error(step)) if step else breaker.succeeded()
        assert breaker.retry_in_s <= LONGEST_PAUSE_S + 0.001
    clock.now += LONGEST_PAUSE_S + 1
    assert breaker.let_through()
    breaker.succeeded()
    assert breaker.state is State.CLOSED
