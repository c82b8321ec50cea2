"""Every select of operations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.conversations.models import IS_UNFINISHED, ChatMessage, ChatSession
from secretary.operations.models import OverviewFold, OverviewHour

HOUR_S = 3600
FOLD_LOCK = 0x6F766572  # "over": a number of our own among PostgreSQL's advisory locks


class Counted(NamedTuple):
    """How many conversations, or questions, there were in an hour."""

    hour: int
    assistant_id: str
    source: str
    times: int


class Answered(NamedTuple):
    """How many answers of an hour ended alike."""

    hour: int
    assistant_id: str
    source: str
    status: str
    answered_by: str | None
    first_word_ms: int | None
    latency_ms: int | None
    times: int


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours since 1970, the last one not included; of one assistant or source, or all for None."""

    first: int
    end: int
    assistant_id: str | None = None
    source: str | None = None


def hour_of(moment: datetime) -> int:
    return int(moment.timestamp()) // HOUR_S


def moment_of(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * HOUR_S, UTC)


def _is_postgresql(db: AsyncSession) -> bool:
    return db.get_bind().dialect.name == "postgresql"


def _hour(db: AsyncSession, column: Any) -> ColumnElement[int]:
    if _is_postgresql(db):
        return cast(func.floor(func.extract("epoch", column) / HOUR_S), Integer)
    return cast(func.strftime("%s", column), Integer).op("/")(literal_column(str(HOUR_S)))


def _within(created: Any, hours: Hours) -> list[ColumnElement[bool]]:
    wanted = [created >= moment_of(hours.first), created < moment_of(hours.end)]
    wanted += [ChatSession.assistant_id == hours.assistant_id] if hours.assistant_id is not None else []
    return wanted + ([ChatSession.source == hours.source] if hours.source is not None else [])


async def conversations_begun(db: AsyncSession, hours: Hours) -> Sequence[Counted]:
    columns = (_hour(db, ChatSession.created), ChatSession.assistant_id, ChatSession.source)
    found = select(*columns, func.count()).where(*_within(ChatSession.created, hours)).group_by(*_places(3))
    return [Counted(*row) for row in (await db.execute(found)).all()]


async def questions_asked(db: AsyncSession, hours: Hours) -> Sequence[Counted]:
    columns = (_hour(db, ChatMessage.created), ChatSession.assistant_id, ChatSession.source)
    found = (
        select(*columns, func.count())
        .join_from(ChatMessage, ChatSession, ChatSession.id == ChatMessage.session_id)
        .where(*_within(ChatMessage.created, hours), ChatMessage.role == "user")
        .group_by(*_places(3))
    )
    return [Counted(*row) for row in (await db.execute(found)).all()]


async def answers_given(db: AsyncSession, hours: Hours) -> Sequence[Answered]:
    """Those that are over, by the hour in which they were asked for."""
    columns = (
        *(_hour(db, ChatMessage.created), ChatSession.assistant_id, ChatSession.source),
        *(type_coerce(ChatMessage.status, String), ChatMessage.answered_by),
        *(ChatMessage.first_word_ms, ChatMessage.latency_ms),
    )
    found = (
        select(*columns, func.count())
        .join_from(ChatMessage, ChatSession, ChatSession.id == ChatMessage.session_id)
        .where(*_within(ChatMessage.created, hours), ChatMessage.role == "assistant")
        .group_by(*_places(7))
    )
    return [Answered(*row) for row in (await db.execute(found)).all()]


def _places(count: int) -> Iterable[ColumnElement[Any]]:
    """The first columns of the select, by their number: a repeated expression has parameters of its own."""
    return [literal_column(str(place + 1)) for place in range(count)]


async def folded(db: AsyncSession, hours: Hours) -> Sequence[tuple[int, bytes]]:
    """The packed tallies of these hours."""
    found = select(OverviewHour.hour, OverviewHour.counts).where(
        OverviewHour.assistant_id == (hours.assistant_id or ""),
        OverviewHour.source == (hours.source or ""),
        OverviewHour.hour >= hours.first,
        OverviewHour.hour < hours.end,
    )
    return [(hour, packed) for hour, packed in await db.execute(found)]


async def folded_until(db: AsyncSession) -> int | None:
    return await db.scalar(select(OverviewFold.folded_until))


async def one_fold_at_a_time(db: AsyncSession) -> None:
    """On SQLite writing units follow each other anyway."""
    if _is_postgresql(db):
        await db.execute(select(func.pg_advisory_xact_lock(FOLD_LOCK)))


async def first_activity(db: AsyncSession, since: datetime | None = None) -> datetime | None:
    """When the first conversation or message was, of all or since then."""
    moments = []
    for created in (ChatSession.created, ChatMessage.created):
        found = select(func.min(created))
        moments.append(await db.scalar(found if since is None else found.where(created >= since)))
    return min((moment for moment in moments if moment is not None), default=None)


async def first_unfinished(db: AsyncSession) -> datetime | None:
    """When the oldest answer that is not over was asked for."""
    return await db.scalar(select(func.min(ChatMessage.created)).where(IS_UNFINISHED))


async def replace_hours(db: AsyncSession, first: int, rows: Sequence[Mapping[str, object]]) -> None:
    """Let these be all that is counted from the hour `first` on."""
    await db.execute(delete(OverviewHour).where(OverviewHour.hour >= first))
    if rows:
        await db.execute(insert(OverviewHour), rows)


async def set_folded_until(db: AsyncSession, hour: int, now: datetime) -> None:
    await db.merge(OverviewFold(id=1, folded_until=hour, updated=now))
    await db.flush()


async def unfinished_answers(db: AsyncSession) -> dict[str, int]:
    """How many answers wait to be begun, and how many are being given, in all processes."""
    status = type_coerce(ChatMessage.status, String)
    counted = await db.execute(select(status, func.count()).where(IS_UNFINISHED).group_by(status))
    return {"queued": 0, "streaming": 0} | {name: count for name, count in counted}  # noqa: C416 -- rows are no pairs


async def database_size(db: AsyncSession) -> tuple[str, int]:
    """Which engine, and how many bytes it takes."""
    if _is_postgresql(db):
        return "postgresql", await db.scalar(select(func.pg_database_size(func.current_database()))) or 0
    pages, page_bytes = [await db.scalar(text(f"PRAGMA {name}")) or 0 for name in ("page_count", "page_size")]
    return "sqlite", pages * page_bytes


async def schema_revision(db: AsyncSession) -> str:
    return str(await db.scalar(text("select version_num from alembic_version")))
