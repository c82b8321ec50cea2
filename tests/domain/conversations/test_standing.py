"""Who has a conversation, as a pure state machine: whatever happens in whatever order, its rules hold."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretary.conversations.handover.state import CLOSED, HELD, PERSON, SECRETARY, WAITING, Standing
from secretary.conversations.ports import HandOverReason
from secretary.kernel.errors import Conflict

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOLD = timedelta(minutes=10)
WHO = st.sampled_from(["anna", "boris"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hand_over"), st.sampled_from(list(HandOverReason))),
        st.tuples(st.just("take"), WHO, st.booleans()),
        st.tuples(st.just("answer"), WHO),
        st.tuples(st.just("assign"), st.one_of(st.none(), WHO)),
        st.tuples(st.sampled_from(["renew", "give_back", "close", "reopen", "expire"])),
        st.tuples(st.just("wait"), st.integers(1, 15)),
    ),
    max_size=30,
)


def taken(standing, now, who, force):
    """Where it stands once somebody has tried; a colleague's conversation is not taken."""
    try:
        return standing.taken(who, now, HOLD, force=force)
    except Conflict:
        assert standing.is_of_other(who, now)
        assert not force
        return standing


AFTER = {
    "hand_over": lambda standing, now, reason: standing.handed_over(reason, now, HOLD),
    "take": taken,
    "answer": lambda standing, now, who: standing.answered(who, now, HOLD),
    "assign": lambda standing, now, who: standing.assigned(who, now),
    "renew": lambda standing, now: standing.renewed(now, HOLD),
    "expire": lambda standing, now: standing.expired(now),
    "close": lambda standing, now: standing.closed(),
    "reopen": lambda standing, now: standing.reopened(),
    "give_back": lambda standing, now: standing.given_back(),
    "wait": lambda standing, now, minutes: standing,
}


RELEASES = {"give_back", "close"}


@settings(max_examples=2_000, deadline=None)
@given(STEPS)
def test_what_is_held_stays_so_until_it_is_given_back_closed_or_its_time_is_up(steps):
    standing, now = Standing(), NOW
    for step in steps:
        before = standing
        if step[0] == "wait":
            now += timedelta(minutes=step[1])
        standing = AFTER[step[0]](standing, now, *step[1:])
        assert (standing.held_until is not None) == (standing.state in HELD)
        assert (standing.waiting_since is not None) == (standing.state is WAITING)
        assert standing.assignee_id is not None or standing.state is not PERSON
        if before.is_held(now) and step[0] not in RELEASES:
            assert standing.is_held(now)
            assert standing.held_until >= before.held_until or step[0] == "take"
        if standing.is_held(now) and not before.is_held(now):
            assert step[0] in {"hand_over", "take", "answer"}
        if before.state is CLOSED and step[0] in {"assign", "renew", "give_back", "expire"}:
            assert standing.state is CLOSED


def test_customer_is_handed_over_taken_and_given_back():
    waiting = Standing().handed_over(HandOverReason.CUSTOMER, NOW, HOLD)
    assert (waiting.state, waiting.waiting_since, waiting.held_until) == (WAITING, NOW, NOW + HOLD)
    assert waiting.handed_over(HandOverReason.RULE, NOW + HOLD / 2, HOLD) == waiting
    taken = waiting.taken("anna", NOW, HOLD)
    assert (taken.state, taken.assignee_id, taken.reason) == (PERSON, "anna", "customer")
    assert taken.given_back() == Standing()
    assert Standing().taken("anna", NOW, HOLD).reason == "operator"


def test_colleague_keeps_what_he_has_unless_it_is_taken_by_force_or_his_time_is_up():
    hers = Standing().taken("anna", NOW, HOLD)
    with pytest.raises(Conflict) as refused:
        hers.taken("boris", NOW, HOLD)
    assert refused.value.code == "taken_by_other"
    assert hers.taken("boris", NOW, HOLD, force=True).assignee_id == "boris"
    assert hers.taken("boris", NOW + HOLD, HOLD).assignee_id == "boris"
    helped = hers.answered("boris", NOW + HOLD / 2, HOLD)
    assert (helped.assignee_id, helped.held_until) == ("anna", NOW + HOLD * 1.5)


def test_time_gives_back_what_nobody_took_and_leaves_alone_what_is_not_due():
    waiting = Standing().handed_over(HandOverReason.UNSURE, NOW, HOLD)
    assert waiting.expired(NOW + HOLD / 2) == waiting
    assert waiting.expired(NOW + HOLD).state is SECRETARY
    assert Standing().closed().expired(NOW + HOLD).state is CLOSED


def test_conversation_that_is_nobodys_any_more_waits_for_one():
    nobodys = Standing().taken("anna", NOW, HOLD).assigned(None, NOW)
    assert (nobodys.state, nobodys.assignee_id, nobodys.waiting_since) == (WAITING, None, NOW)
    assert Standing().assigned("anna", NOW).state is SECRETARY
