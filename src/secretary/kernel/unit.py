"""The unit of work: one use case, one transaction. A change and what follows from it are committed together or not."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

import structlog
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.kernel.clock import Clock, NewId, utc_now, uuid7
from secretary.kernel.db import Database, Fault, blames_value, fault_of
from secretary.kernel.errors import Conflict, Internal, Invalid, SecretaryError
from secretary.kernel.events import Event, EventBus, Trace

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `role` is empty for everyone who is not a user; `session_id` is the login it acts through.

    An API key acts as its owner: `id` and `role` are his, `session_id` is the key's, and `scopes` bound what it may.
    """

    kind: Literal["user", "api_key", "visitor", "system"]
    id: str
    role: str = ""
    session_id: str = ""
    scopes: frozenset[str] = frozenset()
    address: str = field(default="", compare=False)
    """Where a request of staff comes from; empty for visitors, whose addresses are not kept."""

    @property
    def owner_id(self) -> str | None:
        """The user to whom belongs what this actor makes; `None` for a visitor and for the system."""
        return self.id if self.kind in {"user", "api_key"} else None


SYSTEM = Actor("system", "system")
ANONYMOUS = Actor("visitor", "")


@dataclass(slots=True)
class Unit:
    """What a use case gets. It reads and changes through `db`, tells what happened by `record`, and never commits."""

    db: AsyncSession
    actor: Actor
    now: Callable[[], datetime]
    new_id: NewId
    recorded: list[Event] = field(default_factory=list)

    def record(self, happened: Event) -> None:
        """Audit `happened` with this unit's own commit, and announce it to the listeners after that."""
        self.recorded.append(happened)


class AuditSink(Protocol):
    """Where traces are kept; `app` fills it."""

    async def write(self, unit: Unit, traces: Sequence[Trace]) -> None:
        """Keep `traces`, never none of them, in the transaction of `unit`, which is committed right after."""
        ...


@dataclass(frozen=True, slots=True)
class UnitFactory:
    """Opens units: `async with units.write(actor) as unit:` commits at the end, rolls back when something is raised."""

    database: Database
    bus: EventBus
    clock: Clock = utc_now
    new_id: NewId = uuid7
    audit: AuditSink | None = None

    def read(self, actor: Actor = SYSTEM) -> AbstractAsyncContextManager[Unit]:
        """A unit that only reads; nothing that it changes is kept."""
        return self._open(actor, write=False)

    def write(self, actor: Actor = SYSTEM) -> AbstractAsyncContextManager[Unit]:
        """A unit that may change things. On SQLite units of this kind queue for one connection: keep them short."""
        return self._open(actor, write=True)

    @asynccontextmanager
    async def _open(self, actor: Actor, *, write: bool) -> AsyncIterator[Unit]:
        async with self.database.session(write=write) as db:
            unit = Unit(db, actor, self.clock, self.new_id)
            try:
                yield unit
                if write:
                    await self._audit(unit)
                    await db.commit()
                    self.database.stored()
            except IntegrityError as error:
                raise Conflict(
                    "conflict",
                    en="This contradicts what is stored (a name is taken, or something it belongs to is gone).",
                    ru="Это противоречит сохранённому (имя занято или то, к чему это относится, удалено).",
                ) from error
            except SQLAlchemyError as error:
                raise self._not_stored(error, write=write) from error
        self.bus.publish(unit.recorded)

    def _not_stored(self, error: SQLAlchemyError, *, write: bool) -> SecretaryError:
        if blames_value(error):
            log.warning("value_refused", reason=str(getattr(error, "orig", None) or error))
            return _bad_value()
        fault = fault_of(error)
        if write and fault is not None:
            self.database.failed(fault)
        if fault is None:
            log.error("storage_failed", exc_info=error)
        else:  # the database's trouble, not ours: a traceback at each attempt would only fill the disk further
            log.error("storage_failed", fault=fault.value, reason=str(getattr(error, "orig", None) or error))
        return storage_failed(fault)

    async def _audit(self, unit: Unit) -> None:
        traces = [trace for happened in unit.recorded if (trace := happened.trace()) is not None]
        if traces and self.audit is not None:
            await self.audit.write(unit, traces)


def _bad_value() -> Invalid:
    return Invalid(
        "bad_value",
        en="A value cannot be stored: a number is too large, or a character is none.",
        ru="Значение нельзя сохранить: слишком большое число или недопустимый символ.",
    )


class StorageFailed(Internal):
    """The database cannot do now what it was asked; the same may succeed later."""


_FAILURES: Mapping[Fault | None, tuple[str, str, str]] = {
    Fault.READ_ONLY: (
        "storage_read_only",
        "The data cannot be changed now: the database is read-only. Reading goes on; please tell the owner.",
        "Сейчас данные нельзя изменить: база доступна только для чтения. Читать можно; сообщите владельцу.",
    ),
    Fault.BUSY: (
        "storage_busy",
        "The database is busy with something else. Nothing was changed; please try again in a moment.",
        "База данных занята другой работой. Ничего не изменено; попробуйте через минуту.",
    ),
    Fault.DAMAGED: (
        "storage_damaged",
        "The database file is damaged. The owner should stop the secretary and restore a backup.",
        "Файл базы данных повреждён. Владельцу стоит остановить секретаря и восстановить резервную копию.",
    ),
}
_FAILED = (
    "storage_failed",
    "The data could not be stored. Please try again; if it stays so, the disk may be full.",
    "Данные не удалось сохранить. Попробуйте ещё раз; если не поможет, возможно, закончилось место на диске.",
)


def storage_failed(fault: Fault | None = None) -> Internal:
    """What a caller learns when the database did not do what it was asked."""
    code, en, ru = _FAILURES.get(fault, _FAILED)
    return (Internal if fault is None else StorageFailed)(code, en=en, ru=ru)
