"""Every statement of knowledge."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.knowledge.faq.matcher import IndexedEntry
from secretary.knowledge.models import FaqEntry, KnowledgeCollection


@dataclass(frozen=True, slots=True)
class Seen:
    """Which collections somebody sees: all, or those without an owner and the viewer's own."""

    viewer_id: str
    sees_all: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are meant: seen, with every one of the folded `words`, of that collection or of any."""

    seen: Seen
    words: Sequence[str] = ()
    collection_id: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """How often the entries of a collection changed."""

    number: int
    is_default: bool


async def collection(db: AsyncSession, collection_id: str, seen: Seen) -> KnowledgeCollection | None:
    """One collection, if it is seen."""
    statement = select(KnowledgeCollection).where(KnowledgeCollection.id == collection_id, _is_seen(seen))
    return (await db.scalars(statement)).one_or_none()


async def default_collection(db: AsyncSession) -> KnowledgeCollection | None:
    return (await db.scalars(select(KnowledgeCollection).where(KnowledgeCollection.is_default))).one_or_none()


async def store(
    db: AsyncSession, row: KnowledgeCollection | FaqEntry, write: Callable[[], None] = lambda: None
) -> bool:
    """Store a new row, or one that `write` changes; False when its unique values are taken, perhaps just now.

    The unit stays usable then: nothing of the change is left in it.
    """
    try:
        async with db.begin_nested():
            write()
            db.add(row)
    except IntegrityError:
        return False
    return True


async def versions(db: AsyncSession) -> Mapping[str, Version]:
    """The version of every collection: a small select, asked each second."""
    columns = (KnowledgeCollection.id, KnowledgeCollection.faq_version, KnowledgeCollection.is_default)
    return {row_id: Version(number, is_default) for row_id, number, is_default in await db.execute(select(*columns))}


async def raise_version(db: AsyncSession, collection_id: str) -> None:
    """Tell every process to load this collection anew."""
    await db.execute(
        update(KnowledgeCollection)
        .where(KnowledgeCollection.id == collection_id)
        .values(faq_version=KnowledgeCollection.faq_version + 1)
        .execution_options(synchronize_session=False)
    )


async def seen_collection_ids(db: AsyncSession, seen: Seen) -> Sequence[str]:
    return (await db.scalars(select(KnowledgeCollection.id).where(_is_seen(seen)))).all()


async def indexed_entries(db: AsyncSession, collection_id: str, *, after_id: str, limit: int) -> Sequence[IndexedEntry]:
    """The next enabled entries of a collection, oldest first, as the index needs them."""
    columns = (
        FaqEntry.id,
        FaqEntry.question,
        FaqEntry.answer,
        FaqEntry.phrasings,
        FaqEntry.keywords,
        FaqEntry.priority,
        FaqEntry.created,
    )
    chosen = (FaqEntry.collection_id == collection_id, FaqEntry.enabled, FaqEntry.id > after_id)
    rows = await db.execute(select(*columns).where(*chosen).order_by(FaqEntry.id).limit(limit))
    return [IndexedEntry(*row) for row in rows]


async def entry(db: AsyncSession, entry_id: str, seen: Seen) -> FaqEntry | None:
    """One entry, if its collection is seen."""
    statement = select(FaqEntry).join(KnowledgeCollection).where(FaqEntry.id == entry_id, _is_seen(seen))
    return (await db.scalars(statement)).one_or_none()


async def entries(db: AsyncSession, wanted: Wanted, *, limit: int, offset: int) -> Sequence[FaqEntry]:
    """The wanted entries, oldest first."""
    statement = select(FaqEntry).join(KnowledgeCollection).where(_are(wanted)).order_by(FaqEntry.id)
    return (await db.scalars(statement.limit(limit).offset(offset))).all()


async def entry_count(db: AsyncSession, wanted: Wanted) -> int:
    """How many `entries` there are without limit."""
    counted = select(func.count(FaqEntry.id)).join(KnowledgeCollection).where(_are(wanted))
    return (await db.execute(counted)).scalar_one()


async def entries_after(db: AsyncSession, seen: Seen, *, after_id: str, limit: int) -> Sequence[FaqEntry]:
    """The next entries, oldest first, for an export of any size."""
    statement = select(FaqEntry).join(KnowledgeCollection).where(_is_seen(seen), FaqEntry.id > after_id)
    return (await db.scalars(statement.order_by(FaqEntry.id).limit(limit))).all()


async def entries_asking(
    db: AsyncSession, wanted: Wanted, *, question: str, key: str
) -> Sequence[tuple[FaqEntry, bool]]:
    """The entries with this question or its normal form, each with: is it in the default collection? Locked."""
    asked = or_(FaqEntry.question == question, FaqEntry.question_key == key)
    statement = (
        select(FaqEntry, KnowledgeCollection.is_default)
        .join(KnowledgeCollection)
        .where(asked, _are(wanted))
        .with_for_update(of=FaqEntry)
        .execution_options(populate_existing=True)
    )
    return [(entry, is_default) for entry, is_default in await db.execute(statement)]


async def count_hit(db: AsyncSession, entry_id: str, at: datetime) -> None:
    """One more answer by this entry; a removed entry is no error."""
    await db.execute(
        update(FaqEntry)
        .where(FaqEntry.id == entry_id)
        .values(hit_count=FaqEntry.hit_count + 1, last_hit=at)
        .execution_options(synchronize_session=False)
    )


def _is_seen(seen: Seen) -> ColumnElement[bool]:
    if seen.sees_all:
        return true()
    return or_(KnowledgeCollection.owner_id.is_(None), KnowledgeCollection.owner_id == seen.viewer_id)


def _are(wanted: Wanted) -> ColumnElement[bool]:
    holds = [FaqEntry.search_text.contains(word, autoescape=True) for word in wanted.words]
    within = [] if wanted.collection_id is None else [FaqEntry.collection_id == wanted.collection_id]
    return and_(_is_seen(wanted.seen), *holds, *within)
