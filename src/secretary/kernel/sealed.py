"""Which columns hold sealed secrets, and sealing them anew when the installation's key is rotated."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, update

from secretary.kernel.db import Base
from secretary.kernel.errors import Internal
from secretary.kernel.secrets import Vault
from secretary.kernel.unit import Unit, UnitFactory

BATCH = 200


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A text column sealed row by row, bound to `place:key`. A domain names its own in its `models.SEALED`."""

    table: str
    key: str
    column: str
    place: str

    def bound_to(self, key: str) -> str:
        """What the value of the row `key` is sealed for."""
        return f"{self.place}:{key}"

    @property
    def columns(self) -> tuple[ColumnElement[str], ColumnElement[str]]:
        table = Base.metadata.tables[self.table]
        return table.c[self.key], table.c[self.column]


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many values, by place, have the newest key now, and how many nobody could read."""

    done: Counter[str]
    unreadable: Counter[str]


async def sealed_before(units: UnitFactory, vault: Vault, places: Sequence[SealedColumn]) -> Counter[str]:
    """How many values, by place, one of the vault's older keys sealed."""
    counted: Counter[str] = Counter()
    async with units.read() as unit:
        for place in places:
            _, value = place.columns
            found = await unit.db.scalar(select(func.count()).where(_is_older(value, vault)))
            counted[place.place] = found or 0
    return counted


async def reseal(units: UnitFactory, vault: Vault, places: Sequence[SealedColumn]) -> Resealed:
    """Seal with the newest key what an older one sealed, a batch a transaction.

    Interrupted, it can be run again: what is done stays done. What cannot be read stays as it is.
    """
    result = Resealed(Counter(), Counter())
    for place in places:
        last: str | None = ""
        while last is not None:
            async with units.write() as unit:
                last = await _reseal_batch(unit, vault, place, last, result)
    return result


async def _reseal_batch(unit: Unit, vault: Vault, place: SealedColumn, after: str, result: Resealed) -> str | None:
    """The key of the last row of this batch; None when there are no more."""
    key, value = place.columns
    batch = select(key, value).where(key > after, _is_older(value, vault)).order_by(key).limit(BATCH)
    rows = (await unit.db.execute(batch)).all()
    for row_key, sealed in rows:
        done = await _reseal_row(unit, vault, place, row_key, sealed)
        (result.done if done else result.unreadable)[place.place] += 1
    return rows[-1][0] if rows else None


async def _reseal_row(unit: Unit, vault: Vault, place: SealedColumn, key: str, sealed: str) -> bool:
    """Only if the value is still what was read: whoever stores a new one at this moment wins."""
    bound_to = place.bound_to(key)
    try:
        fresh = vault.seal(vault.open(sealed, bound_to=bound_to), bound_to=bound_to)
    except Internal:
        return False
    table = Base.metadata.tables[place.table]
    key_column, value = place.columns
    await unit.db.execute(update(table).where(key_column == key, value == sealed).values({place.column: fresh}))
    return True


def _is_older(value: ColumnElement[str], vault: Vault) -> ColumnElement[bool]:
    return or_(False, *(value.startswith(mark, autoescape=True) for mark in vault.marks[1:]))  # noqa: FBT003
