"""Every statement of unanswered questions and their groups."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Table, and_, delete, distinct, exists, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.kernel import upsert
from secretary.knowledge.unanswered.models import UnansweredGroup, UnansweredQuestion
from secretary.knowledge.unanswered.shapes import Order, Reason, State, Where

_TABLE = cast(Table, UnansweredQuestion.__table__)


@dataclass(frozen=True, slots=True)
class Seen:
    """Whose groups somebody sees: all for None, else that owner's, and nobody's where `ownerless`."""

    owner_id: str | None = None
    ownerless: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which groups: seen, in a state, with a question for that reason, with a question that holds all folded words."""

    seen: Seen
    state: State | None = None
    reason: Reason | None = None
    words: Sequence[str] = ()
    order: Order = Order.COUNT


@dataclass(frozen=True, slots=True)
class Tally:
    """A group, and what its questions come to."""

    group: UnansweredGroup
    count: int
    first_asked: datetime
    last_asked: datetime


@cache
def _add(dialect: str) -> Any:
    return upsert.insert(dialect, _TABLE).on_conflict_do_nothing()


async def add(db: AsyncSession, where: Where, reason: Reason, *, asked: datetime, is_shown: bool = True) -> None:
    """Store a question past the unit of work, which would cost a turn more; one that is there stays as it is."""
    row = {
        "answer_id": where.answer_id, "question_id": where.question_id, "session_id": where.session_id,
        "assistant_id": where.assistant_id, "owner_id": where.owner_id, "source": where.source, "text": where.text,
        "reason": reason, "asked": asked, "is_shown": is_shown,
    }  # fmt: skip
    await (await db.connection()).execute(_add(db.get_bind().dialect.name), row)


async def hide_answers(db: AsyncSession, question_id: str) -> None:
    """Count none of the answers to a question that there were until now."""
    await _change(db, UnansweredQuestion.question_id == question_id, is_shown=False)


async def show_answer(db: AsyncSession, session_id: str, question_id: str, answer_id: str) -> None:
    """Count of the answers to a question this one only, if it is one of those that were none."""
    its = and_(UnansweredQuestion.question_id == question_id, UnansweredQuestion.session_id == session_id)
    await _change(db, its, is_shown=UnansweredQuestion.answer_id == answer_id)


async def forget_thumb(db: AsyncSession, answer_id: str) -> None:
    """Forget that an answer was disliked; that the secretary did not know stays."""
    disliked = and_(UnansweredQuestion.answer_id == answer_id, UnansweredQuestion.reason == Reason.THUMBS_DOWN)
    await db.execute(_quiet(delete(UnansweredQuestion).where(disliked)))


async def noticed_in(db: AsyncSession, session_id: str) -> Sequence[str]:
    """The questions of a conversation that an answer was none to."""
    its = UnansweredQuestion.session_id == session_id
    return (await db.scalars(select(UnansweredQuestion.question_id).where(its).distinct())).all()


async def ungrouped(db: AsyncSession, limit: int) -> Sequence[UnansweredQuestion]:
    """Questions that are in no group, in the order in which they were asked."""
    chosen = select(UnansweredQuestion).where(UnansweredQuestion.group_id.is_(None))
    return (
        await db.scalars(chosen.order_by(UnansweredQuestion.asked, UnansweredQuestion.answer_id).limit(limit))
    ).all()


async def still_ungrouped(db: AsyncSession, answer_ids: Collection[str]) -> Sequence[UnansweredQuestion]:
    """Those of these questions that are in no group now, locked, in the order in which they were asked."""
    chosen = and_(UnansweredQuestion.answer_id.in_(answer_ids), UnansweredQuestion.group_id.is_(None))
    ordered = select(UnansweredQuestion).where(chosen).order_by(UnansweredQuestion.asked, UnansweredQuestion.answer_id)
    return (await db.scalars(ordered.with_for_update().execution_options(populate_existing=True))).all()


async def without_meaning(db: AsyncSession, model: str, limit: int) -> Sequence[Row[str, str]]:
    """(answer id, text) of the latest questions that this model has not read."""
    columns = (UnansweredQuestion.answer_id, UnansweredQuestion.text)
    chosen = select(*columns).where(UnansweredQuestion.meant_by != model)
    return (await db.execute(chosen.order_by(UnansweredQuestion.asked.desc()).limit(limit))).all()


async def keep_meaning(db: AsyncSession, model: str, vectors: Mapping[str, bytes]) -> None:
    """Keep what questions mean to a model, by their answers' ids; those that are gone are passed over."""
    for answer_id, vector in vectors.items():
        await _change(db, UnansweredQuestion.answer_id == answer_id, meaning=vector, meant_by=model)


async def groups_of(db: AsyncSession, assistant_id: str, owner_id: str | None, limit: int) -> Sequence[UnansweredGroup]:
    """The groups of an assistant and an owner, those that changed last first."""
    owner = UnansweredGroup.owner_id.is_(None) if owner_id is None else UnansweredGroup.owner_id == owner_id
    chosen = select(UnansweredGroup).where(UnansweredGroup.assistant_id == assistant_id, owner)
    latest = chosen.order_by(UnansweredGroup.updated.desc(), UnansweredGroup.id.desc()).limit(limit)
    return (await db.scalars(latest)).all()


async def groups(db: AsyncSession, group_ids: Collection[str]) -> Sequence[UnansweredGroup]:
    """Those of these groups that there are, locked, in one order."""
    chosen = select(UnansweredGroup).where(UnansweredGroup.id.in_(group_ids)).order_by(UnansweredGroup.id)
    return (await db.scalars(chosen.with_for_update().execution_options(populate_existing=True))).all()


async def samples(
    db: AsyncSession, group_ids: Sequence[str], each: int, *, shown_only: bool = True
) -> Mapping[str, Sequence[UnansweredQuestion]]:
    """The latest questions of each group."""
    number = func.row_number().over(
        partition_by=UnansweredQuestion.group_id,
        order_by=(UnansweredQuestion.asked.desc(), UnansweredQuestion.answer_id.desc()),
    )
    within = UnansweredQuestion.group_id.in_(group_ids)
    chosen = and_(within, UnansweredQuestion.is_shown) if shown_only else within
    ranked = select(UnansweredQuestion.answer_id, number.label("number")).where(chosen).subquery()
    rows = await db.scalars(
        select(UnansweredQuestion)
        .join(ranked, ranked.c.answer_id == UnansweredQuestion.answer_id)
        .where(ranked.c.number <= each)
        .order_by(UnansweredQuestion.asked.desc(), UnansweredQuestion.answer_id.desc())
    )
    found: dict[str, list[UnansweredQuestion]] = {group_id: [] for group_id in group_ids}
    for row in rows:
        found[row.group_id or ""].append(row)
    return found


async def group(db: AsyncSession, group_id: str) -> UnansweredGroup | None:
    """One group."""
    return await db.get(UnansweredGroup, group_id)


async def tallies(db: AsyncSession, wanted: Wanted, *, limit: int, offset: int) -> tuple[Sequence[Tally], int]:
    """A page of groups with at least one question that counts, and how many there are in all."""
    told = _told()
    chosen = select(UnansweredGroup, told.c.count, told.c.first, told.c.last)
    chosen = chosen.join(told, told.c.group_id == UnansweredGroup.id).where(_are(wanted))
    first, then = (told.c.count, told.c.last) if wanted.order is Order.COUNT else (told.c.last, told.c.count)
    ordered = chosen.order_by(first.desc(), then.desc(), UnansweredGroup.id.desc()).limit(limit).offset(offset)
    counted = select(func.count()).select_from(chosen.with_only_columns(UnansweredGroup.id).subquery())
    total = (await db.execute(counted)).scalar_one()
    return [Tally(*row) for row in await db.execute(ordered)], total


async def tally(db: AsyncSession, group_id: str) -> Tally | None:
    """One group with what its questions come to; None where none of them counts any more."""
    told = _told()
    chosen = select(UnansweredGroup, told.c.count, told.c.first, told.c.last)
    its = chosen.join(told, told.c.group_id == UnansweredGroup.id).where(UnansweredGroup.id == group_id)
    row = (await db.execute(its)).one_or_none()
    return Tally(*row) if row is not None else None


async def kinds_of(db: AsyncSession, group_ids: Sequence[str]) -> Sequence[Row[str | None, str, Reason, int]]:
    """(group, channel, reason, how many) of the questions that count."""
    columns = (UnansweredQuestion.group_id, UnansweredQuestion.source, UnansweredQuestion.reason)
    count = func.count(distinct(UnansweredQuestion.question_id))
    within = and_(UnansweredQuestion.group_id.in_(group_ids), UnansweredQuestion.is_shown)
    return (await db.execute(select(*columns, count).where(within).group_by(*columns).order_by(*columns))).all()


async def wordings(db: AsyncSession, group_id: str, limit: int) -> Sequence[str]:
    """How a group's questions were put, the most frequent first, each once."""
    within = and_(UnansweredQuestion.group_id == group_id, UnansweredQuestion.is_shown)
    count, last = func.count(UnansweredQuestion.answer_id), func.max(UnansweredQuestion.asked)
    chosen = select(UnansweredQuestion.text).where(within).group_by(UnansweredQuestion.text)
    return (await db.scalars(chosen.order_by(count.desc(), last.desc()).limit(limit))).all()


async def move_questions(
    db: AsyncSession, from_groups: Collection[str], to_group: str, question_ids: Collection[str] | None = None
) -> int:
    """Put the questions of some groups, or those of them that are named, into another; how many that were."""
    chosen: ColumnElement[bool] = UnansweredQuestion.group_id.in_(from_groups)
    if question_ids is not None:
        chosen = and_(chosen, UnansweredQuestion.question_id.in_(question_ids))
    count = select(func.count(distinct(UnansweredQuestion.question_id))).where(chosen)
    moved = (await db.execute(count)).scalar_one()
    await _change(db, chosen, group_id=to_group)
    return moved


async def remove_empty(db: AsyncSession) -> None:
    """Forget groups whose questions are all gone with their conversations."""
    holds = exists().where(UnansweredQuestion.group_id == UnansweredGroup.id)
    await db.execute(_quiet(delete(UnansweredGroup).where(~holds)))


def _told() -> Any:
    """Of each group: how many questions, each message once, and when they were asked."""
    return (
        select(
            UnansweredQuestion.group_id.label("group_id"),
            func.count(distinct(UnansweredQuestion.question_id)).label("count"),
            func.min(UnansweredQuestion.asked).label("first"),
            func.max(UnansweredQuestion.asked).label("last"),
        )
        .where(UnansweredQuestion.is_shown, UnansweredQuestion.group_id.is_not(None))
        .group_by(UnansweredQuestion.group_id)
        .subquery()
    )


def _are(wanted: Wanted) -> ColumnElement[bool]:
    chosen = [_is_seen(wanted.seen)]
    if wanted.state is not None:
        chosen.append(UnansweredGroup.state == wanted.state)
    holds = [UnansweredQuestion.search_text.contains(word, autoescape=True) for word in wanted.words]
    if wanted.reason is not None:
        holds.append(UnansweredQuestion.reason == wanted.reason)
    if holds:
        its = and_(UnansweredQuestion.group_id == UnansweredGroup.id, UnansweredQuestion.is_shown)
        chosen.append(exists().where(its, *holds))
    return and_(*chosen)


def _is_seen(seen: Seen) -> ColumnElement[bool]:
    if seen.owner_id is None:
        return true()
    own = UnansweredGroup.owner_id == seen.owner_id
    return or_(own, UnansweredGroup.owner_id.is_(None)) if seen.ownerless else own


async def _change(db: AsyncSession, chosen: ColumnElement[bool], **values: Any) -> None:
    await db.execute(_quiet(update(UnansweredQuestion).where(chosen).values(**values)))


def _quiet(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)
