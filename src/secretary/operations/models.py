"""Tables of operations: what the overview has counted, by the hour, and how far it has got."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, UtcDateTime


class OverviewHour(Base):
    """What happened within one hour (UTC; hours since 1970), packed as `tally` says.

    Each hour has a row an assistant and source, and one each for all assistants of a source (`assistant_id` is
    empty), all sources of an assistant, and everything: whatever is asked, 24 rows a day are read.
    """

    __tablename__ = "overview_hours"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 -- rows lie in the order in which they are read

    assistant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    source: Mapped[str] = mapped_column(String(20), primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counts: Mapped[bytes] = mapped_column(LargeBinary)


class OverviewFold(Base):
    """One row: hours before `folded_until` are in `overview_hours`, what is later is counted when asked."""

    __tablename__ = "overview_fold"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    folded_until: Mapped[int]
    updated: Mapped[datetime] = mapped_column(UtcDateTime)
