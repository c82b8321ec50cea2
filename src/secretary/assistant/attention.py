"""Telling people in more than one way."""

from collections.abc import Sequence

from secretary.assistant.ports import Attention
from secretary.conversations.ports import HandOverReason
from secretary.kernel.unit import Unit


class All:
    """Tells every one of `ways`, in the unit of what happened. Fills `Attention`."""

    def __init__(self, ways: Sequence[Attention]) -> None:
        self._ways = ways

    async def message_taken(self, unit: Unit, request_id: str, owner_id: str | None) -> None:
        for way in self._ways:
            await way.message_taken(unit, request_id, owner_id)

    async def person_wanted(self, unit: Unit, session_id: str, owner_id: str | None, reason: HandOverReason) -> None:
        for way in self._ways:
            await way.person_wanted(unit, session_id, owner_id, reason)
