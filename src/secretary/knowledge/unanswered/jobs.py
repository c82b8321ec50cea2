"""The durable work of unanswered questions: those that were noticed are put into groups."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from secretary.kernel.errors import SecretaryError
from secretary.kernel.inflection import fold
from secretary.kernel.jobs import ClaimedJob, Handler, Interval, NewJob, NewSchedule, complete
from secretary.kernel.unit import Unit, UnitFactory
from secretary.knowledge.search.ports import Vectors
from secretary.knowledge.unanswered import queries
from secretary.knowledge.unanswered.events import UnansweredGrew
from secretary.knowledge.unanswered.grouping import Known, place_all
from secretary.knowledge.unanswered.likeness import Asked
from secretary.knowledge.unanswered.models import UnansweredGroup, UnansweredQuestion
from secretary.knowledge.unanswered.shapes import State

log = structlog.get_logger(__name__)

GROUP: Final = "unanswered.group"
JOB: Final = NewJob(GROUP, key=GROUP, lane=GROUP)
SCHEDULE: Final = NewSchedule(GROUP, GROUP, Interval(minutes=30))
"""For what was noticed just before a process died."""
_AT_ONCE: Final = 50
_READ_AT_ONCE: Final = 100
_GROUPS: Final = 2_000
_MEMBERS: Final = 6

Whose = tuple[str, str | None]


def handlers(units: UnitFactory, model: Vectors | None) -> Mapping[str, Handler]:
    """What a worker runs. Without a model questions are compared by their words only."""

    async def group(job: ClaimedJob) -> None:
        if model is not None:
            await _understand(units, model)
        while await group_noticed(units):
            pass
        async with units.write() as unit:
            await queries.remove_empty(unit.db)
            await complete(unit, job)

    return {GROUP: group}


async def group_noticed(units: UnitFactory) -> int:
    """Put some of the questions that are in no group into one; how many that were. Repeatable."""
    async with units.read() as unit:
        waiting = await queries.ungrouped(unit.db, _AT_ONCE)
        by_owner: defaultdict[Whose, list[UnansweredQuestion]] = defaultdict(list)
        for row in waiting:
            by_owner[row.assistant_id, row.owner_id].append(row)
        known = {whose: await _known(unit, whose) for whose in by_owner}
    for whose, rows in by_owner.items():
        asked = {row.answer_id: Asked.of(row.text, _floats(row.meaning)) for row in rows}
        placed = await asyncio.to_thread(place_all, asked, known[whose])
        async with units.write() as unit:
            await _store(unit, whose, placed, {name: one.line for name, one in asked.items()})
    return len(waiting)


async def _known(unit: Unit, whose: Whose) -> Sequence[Known]:
    groups = await queries.groups_of(unit.db, *whose, limit=_GROUPS)
    members = await queries.samples(unit.db, [group.id for group in groups], _MEMBERS, shown_only=False)
    return [
        Known(group.id, [Asked.stored(row.terms, _floats(row.meaning)) for row in members[group.id]])
        for group in groups
    ]


async def _store(unit: Unit, whose: Whose, placed: Mapping[str, str], lines: Mapping[str, str]) -> None:
    """Keep what was found out; a question whose group was merged away meanwhile waits for the next time."""
    groups = {group.id: group for group in await queries.groups(unit.db, set(placed.values()))}
    for row in await queries.still_ungrouped(unit.db, placed.keys()):
        key = placed[row.answer_id]
        if key in placed and key not in groups:
            groups[key] = await _open(unit, whose)
        if (group := groups.get(key)) is not None:
            row.group_id, row.terms, row.search_text = group.id, lines[row.answer_id], fold(row.text)
            _grow(unit, group, row)
    await unit.db.flush()


async def _open(unit: Unit, whose: Whose) -> UnansweredGroup:
    now = unit.now()
    made = UnansweredGroup(
        id=unit.new_id(), assistant_id=whose[0], owner_id=whose[1], state=State.OPEN, reopened=False, created=now,
        updated=now,
    )  # fmt: skip
    unit.db.add(made)
    await unit.db.flush()
    return made


def _grow(unit: Unit, group: UnansweredGroup, row: UnansweredQuestion) -> None:
    """A group that was answered is open again when the question is asked in vain after that."""
    is_again = group.state is State.ANSWERED and group.settled is not None and row.asked > group.settled
    if is_again and row.is_shown:
        group.state, group.reopened = State.OPEN, True
    group.updated = unit.now()
    unit.record(UnansweredGrew(group.id, group.owner_id, is_again and row.is_shown))


async def _understand(units: UnitFactory, model: Vectors) -> None:
    """Have the model read the latest questions that it has not read. One that is not there leaves the words."""
    async with units.read() as unit:
        unread = await queries.without_meaning(unit.db, model.name, _READ_AT_ONCE)
    try:
        found = {answer_id: _packed(await model.of_question(text)) for answer_id, text in unread}
    except SecretaryError as error:
        log.warning("questions_not_embedded", model=model.name, code=error.code)
        return
    async with units.write() as unit:
        await queries.keep_meaning(unit.db, model.name, found)


def _packed(vector: Sequence[float]) -> bytes:
    from secretary.knowledge.search.embedding import packed  # noqa: PLC0415  numpy, only where there is a model

    return packed(vector)


def _floats(packed: bytes | None) -> Sequence[float] | None:
    return None if packed is None else memoryview(packed).cast("f").tolist()
