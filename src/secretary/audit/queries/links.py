"""Statements on the chain: its head, its rows in the order of their numbers, its anchors."""

from collections.abc import Sequence

from sqlalchemy import Executable, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.audit.chain import HEAD, Entry, Seal
from secretary.audit.models import AuditEntry, AuditKey, AuditSeal
from secretary.kernel import upsert

_ENTRY_FIELDS, _SEAL_FIELDS = tuple(Entry.__dataclass_fields__), tuple(Seal.__dataclass_fields__)
ENTRY = [getattr(AuditEntry, name) for name in _ENTRY_FIELDS]
_SEAL = [getattr(AuditSeal, name) for name in _SEAL_FIELDS]

# Every audited change pays for these three: made once, and on plain tables, they cost a third of what mappers do.
_log = AuditEntry.metadata.tables[AuditEntry.__tablename__]
_seals = AuditSeal.metadata.tables[AuditSeal.__tablename__]
_LOCK = select(*(_seals.c[name] for name in _SEAL_FIELDS)).where(_seals.c.id == HEAD).with_for_update()
_APPEND = insert(_log)
_MOVE = update(_seals).where(_seals.c.id == bindparam("head"))


async def locked_head(db: AsyncSession) -> Seal:
    """The head, held until the unit ends, so that the chain never forks; on SQLite the writing unit itself does it.

    A chain that has not begun gets an unsigned head at number 0.
    """
    connection = await db.connection()
    row = (await connection.execute(_LOCK)).one_or_none()
    if row is None:
        await connection.execute(_first_head(db))
        row = (await connection.execute(_LOCK)).one()
    return Seal(*row)


def _first_head(db: AsyncSession) -> Executable:
    values = {"id": HEAD, "number": 0, "hash": "", "removed": 0, "key_id": "", "signature": "", "timestamp": func.now()}
    first: Executable = upsert.insert(db.get_bind().dialect.name, AuditSeal).values(values).on_conflict_do_nothing()
    return first


async def seals(db: AsyncSession) -> Sequence[Seal]:
    """The head and all anchors."""
    return [Seal(*row) for row in await db.execute(select(*_SEAL))]


async def has_begun(db: AsyncSession) -> bool:
    """Is there a row, or an anchor in place of rows?"""
    anchor = exists().where(AuditSeal.id != HEAD)
    return bool(await db.scalar(select(exists(select(AuditEntry.id)) | anchor)))


async def append(db: AsyncSession, entries: Sequence[Entry], head: Seal) -> None:
    """Add rows and move the head."""
    connection = await db.connection()
    await connection.execute(_APPEND, [{name: getattr(entry, name) for name in _ENTRY_FIELDS} for entry in entries])
    await connection.execute(_MOVE, {"head": HEAD, **{name: getattr(head, name) for name in _SEAL_FIELDS}})


async def replace_by_anchor(db: AsyncSession, anchor: Seal) -> None:
    """Remove the rows up to the anchor's number."""
    await db.execute(delete(AuditEntry).where(AuditEntry.number <= anchor.number))
    await db.execute(insert(_seals), {name: getattr(anchor, name) for name in _SEAL_FIELDS})


async def entry(db: AsyncSession, number: int) -> Entry | None:
    row = (await db.execute(select(*ENTRY).where(AuditEntry.number == number))).one_or_none()
    return None if row is None else Entry(*row)


async def newest_number(db: AsyncSession) -> int:
    """The highest number in the table; 0 in an empty one."""
    return await db.scalar(select(func.max(AuditEntry.number))) or 0


async def next_entries(db: AsyncSession, after: int, limit: int) -> Sequence[Entry]:
    """Rows in the order of their numbers, oldest first."""
    found = select(*ENTRY).where(AuditEntry.number > after).order_by(AuditEntry.number).limit(limit)
    return [Entry(*row) for row in await db.execute(found)]


async def next_number(db: AsyncSession, after: int) -> int | None:
    return await db.scalar(select(func.min(AuditEntry.number)).where(AuditEntry.number > after))


async def sealed_keys(db: AsyncSession) -> Sequence[AuditKey]:
    """Newest first."""
    return (await db.scalars(select(AuditKey).order_by(AuditKey.created.desc(), AuditKey.id.desc()))).all()


async def add_key(db: AsyncSession, key: AuditKey) -> None:
    db.add(key)
    await db.flush()
