"""Who has a conversation, as a state machine. No I/O: each step takes where it stands and says where it stands then.

A conversation that waits for a person, or that a person has, is held until a moment; as long as it is, nothing
automatic is said in it. When the moment passes the secretary goes on.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from secretary.conversations.errors import taken_by_other
from secretary.conversations.ports import HandOverReason, SessionState

SECRETARY, WAITING, PERSON, CLOSED = (
    SessionState.SECRETARY,
    SessionState.WAITING,
    SessionState.PERSON,
    SessionState.CLOSED,
)
HELD = (WAITING, PERSON)


class HasStanding(Protocol):
    """What a conversation's row says of it."""

    state: SessionState
    assignee_id: str | None
    held_until: datetime | None
    waiting_since: datetime | None
    hand_over_reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Who has a conversation. `held_until` is set in the states `HELD` and in no other."""

    state: SessionState = SECRETARY
    assignee_id: str | None = None
    held_until: datetime | None = None
    waiting_since: datetime | None = None
    reason: str = ""

    @classmethod
    def of(cls, row: HasStanding) -> "Standing":
        return cls(row.state, row.assignee_id, row.held_until, row.waiting_since, row.hand_over_reason)

    def put(self, row: HasStanding) -> None:
        """Write it into a conversation's row."""
        row.state, row.assignee_id, row.held_until = self.state, self.assignee_id, self.held_until
        row.waiting_since, row.hand_over_reason = self.waiting_since, self.reason

    def is_held(self, now: datetime) -> bool:
        """Must everything automatic be silent?"""
        return self.state in HELD and self.held_until is not None and self.held_until > now

    def is_of_other(self, user_id: str, now: datetime) -> bool:
        """Does another person have it now?"""
        return self.state is PERSON and self.is_held(now) and self.assignee_id not in (None, user_id)

    def handed_over(self, reason: HandOverReason, now: datetime, hold: timedelta) -> "Standing":
        """It waits for a person. One that is held already stays as it is."""
        if self.is_held(now):
            return self
        return Standing(WAITING, self.assignee_id, now + hold, now, reason.value)

    def taken(self, user_id: str, now: datetime, hold: timedelta, *, force: bool = False) -> "Standing":
        """A person has it. Raises Conflict where another one does, unless `force`."""
        if self.is_of_other(user_id, now) and not force:
            raise taken_by_other()
        return Standing(PERSON, user_id, now + hold, None, self.reason or HandOverReason.OPERATOR.value)

    def answered(self, user_id: str, now: datetime, hold: timedelta) -> "Standing":
        """A person wrote to the customer: he has it, unless it is a colleague's, who keeps it for longer then."""
        if self.is_of_other(user_id, now):
            return self.renewed(now, hold)
        return self.taken(user_id, now, hold)

    def renewed(self, now: datetime, hold: timedelta) -> "Standing":
        """Held for longer, never for shorter; only what is held can be."""
        if not self.is_held(now) or self.held_until is None:
            return self
        return replace(self, held_until=max(self.held_until, now + hold))

    def assigned(self, user_id: str | None, now: datetime) -> "Standing":
        """Somebody's to look after. What a person had and is nobody's now waits for one."""
        if user_id is None and self.state is PERSON:
            return replace(self, state=WAITING, assignee_id=None, waiting_since=now)
        return replace(self, assignee_id=user_id)

    def given_back(self) -> "Standing":
        """The secretary's again. One that is closed stays so."""
        return self if self.state is CLOSED else Standing()

    def closed(self) -> "Standing":
        """Over, until the customer writes again. Whose it was is kept."""
        return Standing(CLOSED, self.assignee_id)

    def reopened(self) -> "Standing":
        return Standing(SECRETARY, self.assignee_id) if self.state is CLOSED else self

    def expired(self, now: datetime) -> "Standing":
        """The secretary's again once the time is up."""
        return self if self.state not in HELD or self.is_held(now) else Standing()
