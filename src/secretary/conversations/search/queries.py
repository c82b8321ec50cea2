"""Statements of the search. The index is FTS5 on SQLite and GIN on PostgreSQL; migration 0004 makes both."""

from collections.abc import Mapping, Sequence

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    column,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    table,
)
from sqlalchemy import bindparam as given
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.conversations.models import ChatMessage, ChatSession, FoundText
from secretary.conversations.ports import Visible
from secretary.conversations.queries import seen_by

Groups = Sequence[Sequence[str]]

_FTS = table("chat_search_index", column("rowid"))
_MATCHES_SQLITE = sql("chat_search_index MATCH :asked")
_MATCHES_POSTGRESQL = sql(
    "array_to_tsvector(string_to_array(chat_search.words, ' ')) @@ CAST(CAST(:asked AS text) AS tsquery)"
)
_ADD = insert(FoundText.__table__).from_select(  # type: ignore[arg-type]
    ["message_id", "session_id", "words"],
    select(ChatMessage.id, ChatMessage.session_id, given("its_words")).where(
        ChatMessage.id == given("its_id"), ~exists().where(FoundText.message_id == given("its_id"))
    ),
)


async def add(db: AsyncSession, words: Mapping[str, str]) -> None:
    """Index messages, by their ids; those that are gone or indexed already are left out."""
    if words:
        rows = [{"its_id": message_id, "its_words": text} for message_id, text in words.items()]
        await (await db.connection()).execute(_ADD, rows)


async def remove(db: AsyncSession, message_id: str) -> None:
    """Find a message no more, by what it said."""
    await db.execute(delete(FoundText).where(FoundText.message_id == message_id))


async def replace_title(db: AsyncSession, session_id: str, words: str) -> None:
    await db.execute(delete(FoundText).where(FoundText.session_id == session_id, FoundText.message_id.is_(None)))
    await db.execute(insert(FoundText).values(session_id=session_id, words=words))


def _numbers(db: AsyncSession, groups: Groups, limit: int, offset: int, *, said: bool) -> Select[int]:
    """The newest numbers that match, whatever the engine; with `said` not those of titles. Every word is quoted: none
    is an operator.
    """
    is_said: ColumnElement[bool] = FoundText.message_id.is_not(None)
    if db.get_bind().dialect.name == "sqlite":
        asked = " AND ".join(f"({' OR '.join(_quoted(group, chr(34)))})" for group in groups)
        found = select(_FTS.c.rowid.label("number")).where(_MATCHES_SQLITE).order_by(_FTS.c.rowid.desc())
        is_said = exists().where(FoundText.number == _FTS.c.rowid, is_said)
    else:
        asked = " & ".join(f"({' | '.join(_quoted(group, chr(39)))})" for group in groups)
        found = select(FoundText.number).where(_MATCHES_POSTGRESQL).order_by(FoundText.number.desc())
    found = found.where(is_said) if said else found
    return found.limit(limit).offset(offset).params(asked=asked)


def _quoted(group: Sequence[str], quote: str) -> list[str]:
    return [f"{quote}{word.replace(quote, '')}{quote}" for word in group]


async def found_messages(
    db: AsyncSession, groups: Groups, visible: Visible, *, limit: int, offset: int
) -> Sequence[Row[ChatMessage, str, str]]:
    """Messages with the title and source of their conversation, the newest first."""
    numbers = _numbers(db, groups, limit, offset, said=True).subquery()
    statement = (
        select(ChatMessage, ChatSession.title, ChatSession.source)
        .join(FoundText, FoundText.message_id == ChatMessage.id)
        .join(numbers, numbers.c.number == FoundText.number)
        .join(ChatSession, ChatSession.id == ChatMessage.session_id)
        .where(*seen_by(visible))
        .order_by(FoundText.number.desc())
    )
    return (await db.execute(statement)).all()


async def count(db: AsyncSession, groups: Groups, *, up_to: int) -> int:
    """How many messages match, or `up_to` when they are more: counting all of a common word would take too long."""
    numbers = _numbers(db, groups, up_to, 0, said=True).order_by(None).subquery()
    return (await db.scalar(select(func.count(literal_column("1"))).select_from(numbers))) or 0


async def sessions_found(db: AsyncSession, groups: Groups, *, last: int) -> Sequence[str]:
    """The conversations of the newest `last` matches, each once."""
    numbers = _numbers(db, groups, last, 0, said=False).subquery()
    statement = select(FoundText.session_id).join(numbers, numbers.c.number == FoundText.number).distinct()
    return (await db.scalars(statement)).all()
