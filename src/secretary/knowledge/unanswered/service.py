"""Use cases of unanswered questions: see them, dismiss, reopen, merge and split them. `answering` answers them.

They are customers' words, so they are seen as conversations are: all by an administrator, his own and nobody's by a
user who sees customers' messages.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from secretary.accounts.reach import ensure_may_touch, owner_filter, reach
from secretary.kernel.inflection import fold
from secretary.kernel.text import clean
from secretary.kernel.unit import Actor, Unit
from secretary.knowledge.unanswered import errors, queries
from secretary.knowledge.unanswered.events import UnansweredSettled, Verb
from secretary.knowledge.unanswered.grouping import representative
from secretary.knowledge.unanswered.models import UnansweredGroup, UnansweredQuestion
from secretary.knowledge.unanswered.queries import Seen, Tally, Wanted
from secretary.knowledge.unanswered.shapes import Order, Reason, State

SAMPLES = 3
_COMPARED = 12


@dataclass(frozen=True, slots=True)
class Filter:
    """Which groups a list shows, and in which order; None is any."""

    search: str = ""
    state: State | None = None
    reason: Reason | None = None
    order: Order = Order.COUNT


@dataclass(frozen=True, slots=True)
class Shown:
    """A group as it is shown: what it asks, how often, where, why, and some of its questions, the latest first."""

    tally: Tally
    question: str
    channels: Sequence[str]
    reasons: Sequence[Reason]
    samples: Sequence[UnansweredQuestion]


def seen_by(actor: Actor) -> Seen:
    """Whose groups the actor sees. Raises Forbidden for one who sees no conversations."""
    owner_id = owner_filter(actor, "chat")
    return Seen(owner_id, ownerless=owner_id is not None and reach(actor, "requests", "view") is not None)


async def list_groups(unit: Unit, chosen: Filter, *, limit: int, offset: int) -> tuple[Sequence[Shown], int]:
    """A page of the groups that the actor sees, and how many there are in all."""
    words = fold(clean(chosen.search)).split()
    wanted = Wanted(seen_by(unit.actor), chosen.state, chosen.reason, words, chosen.order)
    tallies, total = await queries.tallies(unit.db, wanted, limit=limit, offset=offset)
    return await _shown(unit, tallies, SAMPLES), total


async def read_group(unit: Unit, group_id: str, most: int) -> Shown:
    """A group that the actor sees, with its latest questions. Raises NotFound."""
    group = await find(unit, group_id)
    tally = await queries.tally(unit.db, group.id)
    if tally is None:
        raise errors.no_such_group()
    [shown] = await _shown(unit, [tally], most)
    return shown


async def find(unit: Unit, group_id: str) -> UnansweredGroup:
    """A group that the actor sees. Raises NotFound."""
    found, seen = await queries.group(unit.db, clean(group_id)), seen_by(unit.actor)
    if found is None or not (
        seen.owner_id is None or found.owner_id == seen.owner_id or (found.owner_id is None and seen.ownerless)
    ):
        raise errors.no_such_group()
    return found


async def find_to_change(unit: Unit, group_id: str) -> UnansweredGroup:
    """A group that the actor may change, locked. Raises NotFound."""
    [found] = await _to_change(unit, [group_id])
    return found


async def dismiss(unit: Unit, group_id: str) -> UnansweredGroup:
    """Say that these questions need no answer; more of them change nothing. Repeatable. Raises NotFound."""
    group = await find_to_change(unit, group_id)
    if group.state is not State.DISMISSED:
        await settle(unit, group, State.DISMISSED, "dismiss")
    return group


async def reopen(unit: Unit, group_id: str) -> UnansweredGroup:
    """Let a group wait for an answer again; what answered it stays where it is. Repeatable. Raises NotFound."""
    group = await find_to_change(unit, group_id)
    if group.state is not State.OPEN:
        await settle(unit, group, State.OPEN, "reopen")
    return group


async def merge(unit: Unit, group_id: str, other_ids: Collection[str]) -> UnansweredGroup:
    """Put the questions of other groups into this one; those are gone. Raises NotFound, and Invalid for questions to
    another assistant.
    """
    ids = [group_id, *(one for one in dict.fromkeys(other_ids) if one != group_id)]
    group, *others = await _to_change(unit, ids)
    if any((one.assistant_id, one.owner_id) != (group.assistant_id, group.owner_id) for one in others):
        raise errors.of_others()
    await queries.move_questions(unit.db, [one.id for one in others], group.id)
    for one in others:
        await unit.db.delete(one)
    group.updated = unit.now()
    await unit.db.flush()
    unit.record(UnansweredSettled(group.id, group.owner_id, "merge", tuple(one.id for one in others)))
    return group


async def split(unit: Unit, group_id: str, question_ids: Collection[str]) -> UnansweredGroup:
    """Put some questions of a group, by the ids of their messages, into an open one of their own. Raises NotFound, and
    Invalid where none or all are named.
    """
    group, now = await find_to_change(unit, group_id), unit.now()
    made = UnansweredGroup(
        id=unit.new_id(), assistant_id=group.assistant_id, owner_id=group.owner_id, state=State.OPEN, reopened=False,
        created=now, updated=now,
    )  # fmt: skip
    unit.db.add(made)
    await unit.db.flush()
    moved = await queries.move_questions(unit.db, [group.id], made.id, [clean(one) for one in question_ids])
    if not moved or await queries.tally(unit.db, group.id) is None:
        raise errors.nothing_to_split()
    group.updated = now
    await unit.db.flush()
    unit.record(UnansweredSettled(group.id, group.owner_id, "split", (made.id,)))
    return made


async def settle(unit: Unit, group: UnansweredGroup, state: State, verb: Verb) -> None:
    """Let this be what has become of a group."""
    group.state, group.reopened, group.updated = state, False, unit.now()
    if state is not State.OPEN:
        group.settled = group.updated
    await unit.db.flush()
    unit.record(UnansweredSettled(group.id, group.owner_id, verb))


async def question_of(unit: Unit, group: UnansweredGroup) -> str:
    """How a group's question is best put. Raises NotFound where none of its questions counts any more."""
    rows = (await queries.samples(unit.db, [group.id], _COMPARED))[group.id]
    if not rows:
        raise errors.no_such_group()
    return _representative(rows)


async def _to_change(unit: Unit, group_ids: Collection[str]) -> Sequence[UnansweredGroup]:
    """These groups, in this order, locked. Raises NotFound where the actor may not change one of them."""
    ids = [clean(one) for one in group_ids]
    found = {group.id: group for group in await queries.groups(unit.db, ids)}
    for one in ids:
        if one not in found:
            raise errors.no_such_group()
        ensure_may_touch(unit.actor, "chat", found[one].owner_id)
    return [found[one] for one in ids]


async def _shown(unit: Unit, tallies: Sequence[Tally], most: int) -> Sequence[Shown]:
    ids = [tally.group.id for tally in tallies]
    samples = await queries.samples(unit.db, ids, max(most, _COMPARED))
    kinds = await queries.kinds_of(unit.db, ids)
    return [
        Shown(
            tally,
            _representative(samples[tally.group.id][:_COMPARED]),
            sorted({source for group_id, source, _, _ in kinds if group_id == tally.group.id}),
            sorted({reason for group_id, _, reason, _ in kinds if group_id == tally.group.id}),
            samples[tally.group.id][:most],
        )
        for tally in tallies
    ]


def _representative(rows: Sequence[UnansweredQuestion]) -> str:
    return representative([(row.text, row.terms) for row in reversed(rows)])
