"""Counting from the messages themselves: the truth that folded hours repeat."""

from collections import defaultdict

from secretary.conversations.ports import UNFINISHED, MessageStatus
from secretary.kernel.unit import Unit
from secretary.operations import queries
from secretary.operations.queries import Answered, Hours
from secretary.operations.tally import FIRST_WORD, TOTAL, Tally

Place = tuple[int, str, str]
"""Hour, assistant, source."""

COUNTED_STATUS = frozenset({MessageStatus.INTERRUPTED, MessageStatus.CANCELLED, MessageStatus.FAILED})


async def counted(unit: Unit, hours: Hours) -> dict[Place, Tally]:
    """What happened in these hours. An answer belongs to the hour in which it was asked for, once it is over."""
    tallies: defaultdict[Place, Tally] = defaultdict(Tally)
    for begun in await queries.conversations_begun(unit.db, hours):
        tallies[begun[:3]].add("conversations", begun.times)
    for asked in await queries.questions_asked(unit.db, hours):
        tallies[asked[:3]].add("questions", asked.times)
    for answered in await queries.answers_given(unit.db, hours):
        if answered.status not in UNFINISHED:
            _add(tallies[answered[:3]], answered)
    return dict(tallies)


def _add(tally: Tally, answered: Answered) -> None:
    """An answer counts for who gave it, also when it was broken off; a failed one for nobody."""
    times = answered.times
    if answered.status in COUNTED_STATUS:
        tally.add(answered.status, times)
    if answered.answered_by and answered.status != MessageStatus.FAILED:
        tally.add(answered.answered_by, times)
        tally.add_time(FIRST_WORD, answered.first_word_ms, times)
        tally.add_time(TOTAL, answered.latency_ms, times)
